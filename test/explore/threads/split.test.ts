// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { KeyLayout } from '../../../src/explore/state/key.js';
import { gatherStates, splitStates } from '../../../src/explore/threads/split.js';
import { VisitedStates } from '../../../src/explore/visited/by_state.js';

const LAYOUT = KeyLayout.ofBits([10, 10]);

/** States 0 to 99, each reached from the one of half its number. */
function visitedStates(): VisitedStates {
  const visited = new VisitedStates(LAYOUT);
  for (let n = 0; n < 100; n++) {
    const key = new Int32Array(1);
    LAYOUT.pack(Int32Array.of(n, 2 * n), key, 0);
    visited.insert(key, 0, n === 0 ? -1 : n >> 1, n % 5);
  }
  return visited;
}

describe('states split among workers', () => {
  const visited = visitedStates();
  const { pieces, gids } = splitStates(visited, 40, 3);

  it('are each with one worker, parents under their new numbers', () => {
    const sizes = pieces.map(({ states }) => states.parents.length);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(100);
    expect(sizes.every((size) => size > 10)).toBe(true);
    expect(new Set(gids).size).toBe(100);
    for (const n of [1, 17, 99]) {
      const { states } = pieces[gids[n] % 3];
      const at = Math.floor(gids[n] / 3);
      expect(states.keys[at]).toBe(visited.keys[n]);
      expect(states.parents[at]).toBe(gids[n >> 1]);
      expect(states.actions[at]).toBe(n % 5);
    }
  });

  it('count which of them are expanded', () => {
    expect(pieces.reduce((sum, { done }) => sum + done, 0)).toBe(40);
  });

  it('are the same when gathered, expanded ones first', () => {
    const replies = pieces.map(({ states, done }) => ({
      size: states.parents.length,
      met: 0,
      left: 0,
      bytes: 0,
      states,
      done,
      levelEnd: states.parents.length,
    }));
    const late: [number, number] = [gids[3] % 3, Math.floor(gids[3] / 3)];
    const gathered = gatherStates(replies, [late], 1);
    expect(gathered.done).toBe(39);
    expect(gathered.lastOfLevel).toBe(99);
    expect(gathered.levelIsDone).toBe(false);
    expect(gathered.numbers[gids[3]]).toBe(39);
    for (let n = 0; n < 100; n++) {
      const at = gathered.numbers[gids[n]];
      expect(gathered.states.keys[at]).toBe(visited.keys[n]);
      const parent = n === 0 ? -1 : gathered.numbers[gids[n >> 1]];
      expect(gathered.states.parents[at]).toBe(parent);
    }
  });
});
