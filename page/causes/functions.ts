// SPDX-License-Identifier: GPL-2.0-only
/** The C functions in which a side came to its outcome, from its tree of calls. */

import { LINE_KINDS } from '../../src/evidence/kinds.js';

export interface TreeLine {
  readonly depth: number;
  readonly kind: (typeof LINE_KINDS)[number];
  readonly text: string;
}

/** The lines of a tree as the document keeps them: depth, kind and text, one after the other. */
export function treeLines(flat: readonly number[], text: (index: number) => string): TreeLine[] {
  const lines: TreeLine[] = [];
  for (let i = 0; i + 2 < flat.length; i += 3) {
    lines.push({ depth: flat[i], kind: LINE_KINDS[flat[i + 1]], text: text(flat[i + 2]) });
  }
  return lines;
}

/**
 * The calls from the operation down to where the outcome arose: the deepest that has it, or that
 * panicked. Of a success, the calls that only this side made.
 */
export function wayTo(
  lines: readonly TreeLine[],
  outcome: string,
  other: readonly TreeLine[],
): string[] {
  if (/^-?\d+$/.test(outcome) || outcome === 'handle') return ownCalls(lines, other);
  let deepest: string[] = [];
  const open: string[] = [];
  for (const { depth, kind, text } of lines) {
    open.length = Math.min(open.length, depth);
    if (kind !== 'call' && kind !== 'panic') continue;
    open[depth] = nameOf(text);
    const isIt = kind === 'panic' || text.endsWith(` = ${outcome}`);
    if (isIt && depth + 1 > deepest.length) deepest = open.slice(0, depth + 1);
  }
  return deepest.filter((name) => name !== undefined);
}

const MOST_OWN = 6;

function ownCalls(lines: readonly TreeLine[], other: readonly TreeLine[]): string[] {
  const theirs = new Set(callsOf(other));
  const own = [...new Set(callsOf(lines))].filter((name) => !theirs.has(name));
  return own.slice(0, MOST_OWN);
}

function callsOf(lines: readonly TreeLine[]): string[] {
  return lines.filter(({ kind }) => kind === 'call').map(({ text }) => nameOf(text));
}

function nameOf(text: string): string {
  return text.replace(/\(.*/s, '');
}
