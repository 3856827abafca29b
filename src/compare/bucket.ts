// SPDX-License-Identifier: GPL-2.0-only
/**
 * Buckets: divergences with the same root cause, told apart by what can be seen of it. One bug in a
 * thousand traces is one bucket with a count and its shortest example.
 */

import type { Column, Divergence, DivergenceKind } from './divergence.js';

/** What the divergences of a bucket have in common. */
export interface BucketKey {
  /** Name of the operation. */
  readonly op: string;
  readonly kind: DivergenceKind;
  readonly outcomes: readonly [string, string];
  /** What was expected of each side that did something else; of an expectation only. */
  readonly expected?: readonly [string | undefined, string | undefined] | undefined;
  /** Columns that differ and tell the cause, sorted. */
  readonly columns: readonly Column[];
  readonly debug: boolean;
  /** From a trace that pokes: need not be reachable. */
  readonly constructed: boolean;
  /** After hyp gave away a page that it uses itself: outside the contract of the transitions. */
  readonly misuse?: boolean | undefined;
}

/** What follows from a change to tables and owners, by way of the allocator and the machine. */
const BOOKKEEPING: ReadonlySet<Column> = new Set<Column>([
  'contents',
  'free_list',
  'locks',
  'memcache',
  'order',
  'refcount',
]);

/** The bucket a divergence belongs to. */
export function bucketKey(divergence: Divergence, debug: boolean, constructed: boolean): BucketKey {
  const { op, kind, outcomes, expected, columns, misuse } = divergence;
  return {
    op,
    kind,
    outcomes,
    expected,
    columns: causeColumns(kind, columns),
    debug,
    constructed,
    ...(misuse ? { misuse } : {}),
  };
}

/**
 * The columns that tell a cause from others. How far the allocator got before a panic depends on the
 * machine as much as on the cause: there what it keeps is left out, unless it is all that differs.
 */
export function causeColumns(kind: DivergenceKind, columns: readonly Column[]): readonly Column[] {
  if (kind !== 'state-at-panic') return columns;
  const told = columns.filter((column) => !BOOKKEEPING.has(column));
  return told.length > 0 ? told : columns;
}

/** A bucket in one line; the same for two keys if and only if they are the same bucket. */
export function bucketText(key: BucketKey): string {
  const parts = [`${key.op}: ${key.kind} ${key.outcomes[0]} | ${key.outcomes[1]}`];
  if (key.expected) {
    parts.push(`expected ${key.expected[0] ?? '(met)'} | ${key.expected[1] ?? '(met)'}`);
  }
  if (key.columns.length > 0) parts.push(key.columns.join(', '));
  parts.push(`debug ${key.debug ? 'on' : 'off'}`);
  if (key.misuse) parts.push('misuse');
  else parts.push(key.constructed ? 'constructed' : 'reachable');
  if (key.misuse && key.constructed) parts.push('constructed');
  return parts.join('; ');
}
