// SPDX-License-Identifier: GPL-2.0-only
/** Stretches of words that become the same, as one run of the journal. */

import type { HypState } from './state.js';

/** Fewer words are as fast one by one. */
export const SHORTEST_RUN = 32;

/** Sets a stretch of words to a value; `changes`: how many changes that stands for, if more than one each. */
export function setRun(
  state: HypState,
  start: number,
  length: number,
  value: number,
  changes = changesTo(state.words, start, length, value),
): void {
  if (changes === 0) return;
  const mark = state.beginRun(start, length);
  state.words.fill(value, start, start + length);
  state.endRun(mark, changes);
}

function changesTo(words: Int32Array, start: number, length: number, value: number): number {
  let changes = 0;
  for (let i = start; i < start + length; i++) if (words[i] !== value) changes++;
  return changes;
}
