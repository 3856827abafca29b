// SPDX-License-Identifier: GPL-2.0-only
/**
 * The states of a search into parts and back. In a part a state's number is its place in the part
 * times the number of parts, plus the part.
 */

import { partOf } from './outboxes.js';
import type { Reply } from './worker.js';
import type { StateArrays } from '../visited/by_state.js';
import type { GatheredStates } from '../search/checkpoint.js';
import type { VisitedStates } from '../visited/by_state.js';

export interface Split {
  readonly pieces: readonly Piece[];
  /** Number in the parts, by number in the visited. */
  readonly gids: Int32Array;
}

export interface Piece {
  readonly states: StateArrays;
  readonly done: number;
}

/** Splits states of which the first `done` are expanded. */
export function splitStates(visited: VisitedStates, done: number, parts: number): Split {
  const { words } = visited.layout;
  const { size, keys } = visited;
  const gids = new Int32Array(size);
  const sizes = new Int32Array(parts);
  const dones = new Int32Array(parts);
  for (let n = 0; n < size; n++) {
    const part = partOf(keys, n * words, words, parts);
    gids[n] = sizes[part]++ * parts + part;
    if (n < done) dones[part]++;
  }
  const pieces = Array.from(sizes, (length) => emptyStates(length, words));
  for (let n = 0; n < size; n++) {
    const part = gids[n] % parts;
    const at = Math.floor(gids[n] / parts);
    const parent = visited.parents[n];
    const piece = pieces[part];
    for (let w = 0; w < words; w++) piece.keys[at * words + w] = keys[n * words + w];
    piece.parents[at] = parent < 0 ? -1 : gids[parent];
    piece.actions[at] = visited.actions[n];
  }
  return { pieces: pieces.map((states, part) => ({ states, done: dones[part] })), gids };
}

/** Puts the states of parts together. `unexpanded`: `[part, place]` that only seem to be expanded. */
export function gatherStates(
  dumps: readonly Reply[],
  unexpanded: readonly (readonly [number, number])[],
  words: number,
): GatheredStates {
  const parts = dumps.length;
  const total = dumps.reduce((sum, { size }) => sum + size, 0);
  const largest = Math.max(...dumps.map(({ size }) => size));
  const numbers = new Int32Array(largest * parts).fill(-1);
  const late = new Set(unexpanded.map(([part, place]) => place * parts + part));
  let next = 0;
  const number = (from: (dump: Reply) => number, to: (dump: Reply) => number, isLate: boolean) => {
    dumps.forEach((dump, part) => {
      for (let place = from(dump); place < to(dump); place++) {
        const gid = place * parts + part;
        if (late.has(gid) === isLate) numbers[gid] = next++;
      }
    });
  };
  const doneOf = ({ done = 0 }: Reply) => done;
  const levelOf = ({ levelEnd = 0 }: Reply) => levelEnd;
  number(() => 0, doneOf, false);
  const done = next;
  number(() => 0, doneOf, true);
  number(doneOf, levelOf, false);
  const levelIsDone = next === done;
  const endOfLevel = next;
  number(levelOf, ({ size }) => size, false);
  const lastOfLevel = (levelIsDone ? total : endOfLevel) - 1;

  const states = emptyStates(total, words);
  dumps.forEach((dump, part) => {
    if (!dump.states) return;
    const { keys, parents, actions } = dump.states;
    for (let place = 0; place < dump.size; place++) {
      const n = numbers[place * parts + part];
      for (let w = 0; w < words; w++) states.keys[n * words + w] = keys[place * words + w];
      states.parents[n] = parents[place] < 0 ? -1 : numbers[parents[place]];
      states.actions[n] = actions[place];
    }
  });
  return { states, done, lastOfLevel, levelIsDone, numbers };
}

function emptyStates(length: number, words: number): StateArrays {
  return {
    keys: new Int32Array(length * words),
    parents: new Int32Array(length),
    actions: new Uint16Array(length),
  };
}
