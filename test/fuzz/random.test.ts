// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/fuzz/random.js';

function draws(seed: number, stream: number, index: number): number[] {
  const random = new Random(seed, stream, index);
  return Array.from({ length: 8 }, () => random.below(2 ** 32));
}

describe('Random', () => {
  it('gives the same numbers for the same place', () => {
    expect(draws(1, 2, 3)).toEqual(draws(1, 2, 3));
  });

  it('gives other numbers for another seed, stream or index', () => {
    const places = [draws(1, 2, 3), draws(2, 2, 3), draws(1, 3, 3), draws(1, 2, 4), draws(2, 1, 3)];
    expect(new Set(places.flat()).size).toBe(places.flat().length);
  });

  it('draws every number below a bound, and none other', () => {
    const random = new Random(1, 1, 1);
    const drawn = new Set(Array.from({ length: 1000 }, () => random.below(7)));
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('is certain at 100 percent and never at 0', () => {
    const random = new Random(1, 1, 1);
    for (let i = 0; i < 500; i++) {
      expect(random.chance(100)).toBe(true);
      expect(random.chance(0)).toBe(false);
    }
  });
});
