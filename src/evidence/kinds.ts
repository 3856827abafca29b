// SPDX-License-Identifier: GPL-2.0-only
/** What the numbers in explanations of the result document stand for. */

/** Kinds of lines of a tree, by their index. */
export const LINE_KINDS = [
  'call',
  'change',
  'lock',
  'flush',
  'config',
  'more',
  'found',
  'panic',
] as const;

/** Kinds of rows of an alignment, by their index. */
export const ROW_KINDS = ['same', 'moved-from', 'moved-to', 'first', 'second'] as const;

/** Figures of a cost, in their order. */
export const COST_LABELS = [
  'calls',
  'deepest call',
  'table walks',
  'PTE reads',
  'PTE writes',
  'TLB invalidations',
] as const;
