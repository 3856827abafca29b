// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { KeyLayout } from '../../../src/explore/state/key.js';
import type { SymmetryTables } from '../../../src/explore/symmetry/representative.js';
import { VisitedStates } from '../../../src/explore/visited/by_state.js';

const LAYOUTS = [
  [10, 10],
  [20, 20],
  [31, 32, 32],
].map((bits) => KeyLayout.ofBits(bits));

function keyOf(layout: KeyLayout, ids: readonly number[]): Int32Array {
  const key = new Int32Array(layout.words);
  layout.pack(Int32Array.from(ids), key, 0);
  return key;
}

const SAME = Int32Array.from({ length: 1024 }, (_, id) => id);
const EXCHANGE: SymmetryTables = {
  order: 2,
  moved: Int32Array.of(0, 1),
  from: Int32Array.of(0, 1, 1, 0),
  maps: [SAME, SAME, SAME, SAME],
};

describe.each(LAYOUTS.map((layout) => [layout.words, layout] as const))(
  'visited states with keys of %i words',
  (_words, layout) => {
    it('are there once, in the order they came', () => {
      const visited = new VisitedStates(layout);
      const ids = (n: number) => layout.bits.map((_, c) => (n * (c + 1)) % 1000);
      for (let n = 0; n < 5000; n++) {
        expect(visited.insert(keyOf(layout, ids(n)), 0, n - 1, n % 7)).toBe(n < 1000);
      }
      expect(visited.size).toBe(1000);
      const found = new Int32Array(layout.bits.length);
      layout.unpack(visited.keys, 77 * layout.words, found);
      expect([...found]).toEqual(ids(77));
      expect([visited.parents[77], visited.actions[77]]).toEqual([76, 0]);
    });

    it('take all successors of a state at once', () => {
      const visited = new VisitedStates(layout, undefined, 1);
      const first = keyOf(
        layout,
        layout.bits.map(() => 0),
      );
      visited.insert(first, 0, -1, 0);
      const count = 3000;
      const delta = new Int32Array(count * layout.words);
      for (let n = 0; n < count; n++) {
        delta.set(
          keyOf(
            layout,
            layout.bits.map((_, c) => (c === 0 ? n % 700 : 1)),
          ),
          n * layout.words,
        );
        delta[n * layout.words] ^= first[0];
      }
      const effects = Int32Array.from({ length: count }, (_, n) => n);
      visited.take(0, visited.keys, 0, count, effects.slice(), effects, delta);
      expect(visited.size).toBe(1 + 700);
      expect([visited.parents[700], visited.actions[700]]).toEqual([0, 699]);
    });

    it('are the same after they were packed anew, and given back', () => {
      const visited = new VisitedStates(layout);
      const ids = (n: number) => layout.bits.map(() => n);
      for (let n = 0; n < 50; n++) visited.insert(keyOf(layout, ids(n)), 0, -1, 0);
      const wide = KeyLayout.ofBits(layout.bits.map(() => 32));
      visited.repack(wide);
      expect(visited.insert(keyOf(wide, ids(49)), 0, -1, 0)).toBe(false);
      expect(visited.insert(keyOf(wide, ids(50)), 0, -1, 0)).toBe(true);
      const copy = new VisitedStates(wide);
      copy.fill(visited, visited.size);
      expect(copy.insert(keyOf(wide, ids(50)), 0, -1, 0)).toBe(false);
      expect(copy.size).toBe(51);
      copy.clear();
      expect(copy.size).toBe(0);
      expect(copy.insert(keyOf(wide, ids(50)), 0, -1, 0)).toBe(true);
    });
  },
);

describe('visited states with symmetry', () => {
  it('are kept as representatives and counted with their renamings', () => {
    const layout = KeyLayout.ofBits([10, 10]);
    const visited = new VisitedStates(layout, EXCHANGE);
    const first = keyOf(layout, [0, 0]);
    visited.insert(first, 0, -1, 0);
    const delta = [
      [0, 3],
      [3, 0],
      [3, 3],
    ].map((ids) => keyOf(layout, ids)[0] ^ first[0]);
    const numbers = Int32Array.of(0, 1, 2);
    visited.take(0, visited.keys, 0, 3, numbers, numbers, Int32Array.from(delta));
    expect([visited.size, visited.met]).toEqual([3, 4]);
    const copy = new VisitedStates(layout, EXCHANGE);
    copy.fill(visited, visited.size);
    expect(copy.met).toBe(4);
  });
});
