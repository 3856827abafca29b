// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { __hyp_pa, __hyp_va, getOrder, wrapPfn } from '../../src/hyp/numbers.js';

describe('wrapPfn', () => {
  it.each([
    [0, 0],
    [1, 1],
    [2 ** 52 - 1, 2 ** 52 - 1],
    [2 ** 52, 0],
    [2 ** 52 + 5, 5],
    [2 ** 53 - 2, 2 ** 52 - 2],
    [-1, 2 ** 52 - 1],
    [-(2 ** 52), 0],
  ])('%d is %d modulo 2^52', (sum, expected) => {
    expect(wrapPfn(sum)).toBe(expected);
  });
});

describe('__hyp_va', () => {
  it.each([0, 1, 0x40100, 2 ** 40, 2 ** 52 - 2 ** 32 - 1, 2 ** 52 - 2 ** 32, 2 ** 52 - 1])(
    'of %d is undone by __hyp_pa',
    (phys) => {
      expect(__hyp_pa(__hyp_va(phys))).toBe(phys);
    },
  );

  it('keeps the order of the virtual addresses, which wrap 2^44 bytes below the end', () => {
    const wraps = 2 ** 52 - 2 ** 32;
    expect(__hyp_va(wraps)).toBeLessThan(__hyp_va(0));
    expect(__hyp_va(2 ** 52 - 1)).toBeLessThan(__hyp_va(0));
    expect(__hyp_va(wraps - 1)).toBeGreaterThan(__hyp_va(0));
    expect(__hyp_va(2 ** 52 - 1) + 1).toBe(__hyp_va(0));
  });
});

describe('getOrder', () => {
  it.each([
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [1024, 10],
    [1025, 11],
  ])('of %i pages is %i', (pages, order) => {
    expect(getOrder(pages)).toBe(order);
  });
});
