// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { KeyLayout } from '../../../src/explore/state/key.js';
import { Orbit } from '../../../src/explore/symmetry/orbit.js';
import {
  Representatives,
  type SymmetryTables,
} from '../../../src/explore/symmetry/representative.js';

const SAME = Int32Array.from({ length: 8 }, (_, id) => id);
/** Components 0 and 2 may be exchanged; 1 stays. */
const EXCHANGE: SymmetryTables = {
  order: 2,
  moved: Int32Array.of(0, 2),
  from: Int32Array.of(0, 1, 1, 0),
  maps: [SAME, SAME, SAME, SAME],
};
const LAYOUT = KeyLayout.ofBits([3, 3, 3]);

function keyOf(...ids: number[]): Int32Array {
  const key = new Int32Array(1);
  LAYOUT.pack(Int32Array.from(ids), key, 0);
  return key;
}

describe('the representative of a state', () => {
  const representatives = new Representatives(EXCHANGE, LAYOUT);

  it('is the smallest of its renamings', () => {
    const key = keyOf(5, 7, 2);
    expect(representatives.toRepresentative(key, 0)).toBe(1);
    expect(key).toEqual(keyOf(2, 7, 5));
    expect(representatives.toRepresentative(key, 0)).toBe(0);
    expect(key).toEqual(keyOf(2, 7, 5));
  });

  it('stands for as many states as there are different renamings', () => {
    expect(representatives.orbit(keyOf(2, 7, 5), 0)).toBe(2);
    expect(representatives.orbit(keyOf(5, 7, 5), 0)).toBe(1);
  });
});

describe('an orbit', () => {
  it('names the first of the renamings that give the same state', () => {
    const orbit = new Orbit(EXCHANGE);
    orbit.of(Int32Array.of(2, 7, 5));
    expect([orbit.size, ...orbit.isFirst]).toEqual([2, 1, 1]);
    orbit.of(Int32Array.of(5, 7, 5));
    expect([orbit.size, ...orbit.isFirst]).toEqual([1, 1, 0]);
  });

  it('says how the hash of a renaming differs from that of the state', () => {
    const orbit = new Orbit(EXCHANGE);
    const hashes = [1, 2, 3].map((n) =>
      Int32Array.from({ length: 8 }, (_, id) => n * 100 + id * id),
    );
    orbit.of(Int32Array.of(2, 7, 5));
    const hashOf = (...ids: number[]) => ids.reduce((sum, id, c) => sum ^ hashes[c][id], 0);
    expect(orbit.change(1, hashes)).toBe(hashOf(2, 7, 5) ^ hashOf(5, 7, 2));
  });

  it('is of one state where there is no symmetry', () => {
    const orbit = new Orbit(undefined);
    orbit.of(Int32Array.of(1, 2));
    expect(orbit.size).toBe(1);
  });
});
