// SPDX-License-Identifier: GPL-2.0-only
/** Which line of each tree an effect that moved stands on. */

import { ROW_KINDS } from '../../src/evidence/kinds.js';
import type { TreeLine } from '../causes/functions.js';
import type { ExplanationEvidence } from '../../src/result/index.js';

/** An effect that both sides have, in another place. */
export interface Move {
  /** Index of the line in the tree of the first side. */
  readonly from: number;
  /** In that of the second. */
  readonly to: number;
  readonly text: string;
}

type RowKind = (typeof ROW_KINDS)[number];

interface Found {
  readonly kind: RowKind;
  readonly key: string;
  readonly line: number;
}

const SIDES: readonly (readonly RowKind[])[] = [
  ['same', 'moved-from', 'first'],
  ['same', 'moved-to', 'second'],
];

export function movesOf(
  { rows }: Pick<ExplanationEvidence, 'rows'>,
  trees: readonly (readonly TreeLine[])[],
  text: (index: number) => string,
): Move[] {
  const [first, second] = trees.map((lines, side) => findRows(rows, lines, SIDES[side], text));
  const waiting = new Map<string, number[]>();
  for (const { kind, key, line } of second) {
    if (kind === 'moved-to') waiting.set(key, [...(waiting.get(key) ?? []), line]);
  }
  return first.flatMap(({ kind, key, line }) => {
    const to = kind === 'moved-from' ? waiting.get(key)?.shift() : undefined;
    return to === undefined ? [] : [{ from: line, to, text: key }];
  });
}

/** The line of each effect of a side. Its effects are in the order of the lines that show them. */
function findRows(
  rows: readonly number[],
  lines: readonly TreeLine[],
  kinds: readonly RowKind[],
  text: (index: number) => string,
): Found[] {
  const found: Found[] = [];
  let next = 0;
  for (let i = 0; i + 2 < rows.length; i += 3) {
    const kind = ROW_KINDS[rows[i]];
    if (!kinds.includes(kind)) continue;
    const effect = text(rows[i + 2]);
    const line = lines.findIndex((one, at) => at >= next && shows(one, effect));
    if (line < 0) continue;
    next = line + 1;
    found.push({ kind, key: `${text(rows[i + 1])}: ${effect}`, line });
  }
  return found;
}

function shows({ kind, text }: TreeLine, effect: string): boolean {
  if (kind === 'found') return text === `saw ${effect}`;
  if (kind === 'flush') return text.endsWith(`: ${effect}`);
  return (kind === 'change' || kind === 'lock') && text === effect;
}
