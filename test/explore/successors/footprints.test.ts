// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Footprints } from '../../../src/explore/successors/footprints.js';

describe('a footprint', () => {
  it('is found in every state that agrees in what was read', () => {
    const footprints = new Footprints(2);
    footprints.learn(0, [2, 0], Int32Array.of(5, 0, 7), 3);
    expect(footprints.find(0, Int32Array.of(5, 99, 7))).toBe(3);
    expect(footprints.find(0, Int32Array.of(6, 0, 7))).toBe(-1);
    expect(footprints.find(0, Int32Array.of(5, 0, 8))).toBe(-1);
    expect(footprints.find(1, Int32Array.of(5, 0, 7))).toBe(-1);
    expect(footprints.variables(0, Int32Array.of(5, 99, 7))).toEqual([2, 0]);
  });

  it('of an action that reads nothing is found everywhere', () => {
    const footprints = new Footprints(1);
    footprints.learn(0, [], Int32Array.of(1), 0);
    expect(footprints.find(0, Int32Array.of(2))).toBe(0);
  });

  it('asks for what the tree asks, and for more where it has to', () => {
    const footprints = new Footprints(1);
    footprints.learn(0, [0], Int32Array.of(1, 1), 10);
    // From another id of variable 0 on, variable 1 is read too.
    footprints.learn(0, [1, 0], Int32Array.of(2, 3), 11);
    footprints.learn(0, [0, 1], Int32Array.of(2, 4), 12);
    expect(footprints.find(0, Int32Array.of(1, 9))).toBe(10);
    expect(footprints.find(0, Int32Array.of(2, 3))).toBe(11);
    expect(footprints.find(0, Int32Array.of(2, 4))).toBe(12);
    expect(footprints.variables(0, Int32Array.of(2, 3))).toEqual([0, 1]);
  });

  it('is kept among many', () => {
    const footprints = new Footprints(3);
    const state = (n: number) => Int32Array.of(n % 7, n % 11, n % 13);
    for (let n = 0; n < 1001; n++)
      footprints.learn(n % 3, [0, 1, 2], Int32Array.of(n, 2 * n, 3 * n), n);
    for (let n = 0; n < 1001; n++) {
      expect(footprints.find(n % 3, Int32Array.of(n, 2 * n, 3 * n))).toBe(n);
    }
    expect(footprints.find(0, state(5))).toBe(-1);
    expect(footprints.learned).toBe(1001);
  });

  it('is not learned twice', () => {
    const footprints = new Footprints(1);
    footprints.learn(0, [0], Int32Array.of(1), 1);
    expect(() => footprints.learn(0, [0], Int32Array.of(1), 2)).toThrow('that is known');
  });

  it('is forgotten with all others', () => {
    const footprints = new Footprints(1);
    footprints.learn(0, [0], Int32Array.of(1), 1);
    footprints.clear();
    expect(footprints.find(0, Int32Array.of(1))).toBe(-1);
    footprints.learn(0, [0], Int32Array.of(1), 2);
    expect(footprints.find(0, Int32Array.of(1))).toBe(2);
  });
});
