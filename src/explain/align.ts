// SPDX-License-Identifier: GPL-2.0-only
/**
 * Two lists of effects side by side. Effects of the same step with the same text are the same effect; the largest set
 * of them that is in the same order on both sides stays in place, the others of them are moved.
 */

import type { Effect } from './trace_tree.js';

/**
 * - `same`: on both sides, in the same order
 * - `moved`: on both sides; a `from` row stands where the first side has it, a `to` row where the
 *   second has it
 * - `first`, `second`: on that side only
 */
export type RowKind = 'same' | 'moved-from' | 'moved-to' | 'first' | 'second';

export interface Row {
  readonly kind: RowKind;
  readonly effect: Effect;
}

export interface Alignment {
  readonly rows: readonly Row[];
  readonly same: number;
  readonly moved: number;
  readonly firstOnly: number;
  readonly secondOnly: number;
}

/** Aligns what two sides did. */
export function align(first: readonly Effect[], second: readonly Effect[]): Alignment {
  const partner = partners(first, second);
  const inPlace = longestIncreasing(partner);
  const stays = new Set(inPlace);
  const matched = new Set(partner.filter((index) => index >= 0));
  const rows: Row[] = [];
  let next = 0;
  const secondUpTo = (limit: number) => {
    for (; next < limit; next++) {
      rows.push({ kind: matched.has(next) ? 'moved-to' : 'second', effect: second[next] });
    }
  };
  first.forEach((effect, i) => {
    if (partner[i] < 0) rows.push({ kind: 'first', effect });
    else if (!stays.has(i)) rows.push({ kind: 'moved-from', effect });
    else {
      secondUpTo(partner[i]);
      rows.push({ kind: 'same', effect });
      next++;
    }
  });
  secondUpTo(second.length);
  return {
    rows,
    same: inPlace.length,
    moved: matched.size - inPlace.length,
    firstOnly: first.length - matched.size,
    secondOnly: second.length - matched.size,
  };
}

/** For each effect of the first side, the index of the same one on the second, or -1. */
function partners(first: readonly Effect[], second: readonly Effect[]): number[] {
  const waiting = new Map<string, number[]>();
  second.forEach((effect, index) => {
    const same = waiting.get(keyOf(effect));
    if (same) same.push(index);
    else waiting.set(keyOf(effect), [index]);
  });
  for (const same of waiting.values()) same.reverse();
  return first.map((effect) => waiting.get(keyOf(effect))?.pop() ?? -1);
}

function keyOf({ phase, text }: Effect): string {
  return `${phase}: ${text}`;
}

/** Indexes of a longest strictly increasing run of the values that are not negative. */
function longestIncreasing(values: readonly number[]): number[] {
  const tails: number[] = [];
  const before = new Array<number>(values.length).fill(-1);
  values.forEach((value, i) => {
    if (value < 0) return;
    let left = 0;
    let right = tails.length;
    while (left < right) {
      const middle = (left + right) >> 1;
      if (values[tails[middle]] < value) left = middle + 1;
      else right = middle;
    }
    before[i] = left > 0 ? tails[left - 1] : -1;
    tails[left] = i;
  });
  const run: number[] = [];
  for (let i = tails.at(-1) ?? -1; i >= 0; i = before[i]) run.push(i);
  return run.reverse();
}
