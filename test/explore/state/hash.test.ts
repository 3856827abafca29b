// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { fold, foldText, mix32, Sum64 } from '../../../src/explore/state/hash.js';

describe('mixing', () => {
  it('maps no two integers to one', () => {
    const mixed = new Set(Array.from({ length: 10_000 }, (_, n) => mix32(n - 5000)));
    expect(mixed.size).toBe(10_000);
  });

  it('is the finalizer of MurmurHash3', () => {
    // fmix32(1) of the reference implementation.
    expect(mix32(1) >>> 0).toBe(0x514e28b7);
    expect(mix32(0)).toBe(0);
  });

  it('folds values and texts in their order', () => {
    expect(fold(fold(1, 2), 3)).not.toBe(fold(fold(1, 3), 2));
    expect(foldText(0, 'ab')).not.toBe(foldText(0, 'ba'));
  });
});

describe('a sum of 64 bits', () => {
  it('carries from the low half to the high half, and wraps', () => {
    const sum = new Sum64();
    sum.add(-1, 0);
    sum.add(1, 0);
    expect(sum.toString()).toBe('0000000100000000');
    sum.add(0, -1);
    expect(sum.toString()).toBe('0000000000000000');
  });

  it('is read back from its text', () => {
    const sum = new Sum64();
    sum.add(0x9abcdef0 | 0, 0x12345678);
    expect(sum.toString()).toBe('123456789abcdef0');
    expect(Sum64.parse(sum.toString())).toEqual(sum);
  });
});
