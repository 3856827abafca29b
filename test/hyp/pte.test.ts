// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { pkvm_getstate, pkvm_mkstate } from '../../src/hyp/page_state.js';
import {
  granulePages,
  kvm_level_supports_block_mapping,
  kvm_pte_table,
  kvm_pte_to_phys,
  kvm_pte_valid,
  leafType,
  pteAddrHi,
  pteAddrLo,
  pteState,
  pteStateBits,
  pteStateHi,
} from '../../src/hyp/pte.js';

describe('kvm_pte_table', () => {
  it.each([
    [0, 3, true],
    [1, 3, true],
    [2, 3, true],
    [3, 3, false],
    [1, 1, false],
    [2, 2, false],
    [1, 0, false],
    [2, 0x40100003, true],
  ])('level %i, low half %i: %s', (level, lo, expected) => {
    expect(kvm_pte_table(lo, level)).toBe(expected);
  });
});

describe('kvm_pte_valid', () => {
  it('is bit 0', () => {
    expect([1, 3, 0x7ff].map(kvm_pte_valid)).toEqual([true, true, true]);
    expect([0, 2, 4, 0x400].map(kvm_pte_valid)).toEqual([false, false, false, false]);
  });
});

describe('the output address', () => {
  it.each([0, 1, 0x40100, 0xfffff, 0x100000, 0xbcdef12, 2 ** 28 - 1])(
    'of page %i comes back, whatever the other bits',
    (pfn) => {
      const lo = pteAddrLo(pfn) | 0xfff;
      const hi = pteAddrHi(pfn) | 0xffff0000;
      expect(kvm_pte_to_phys(lo, hi)).toBe(pfn);
    },
  );
});

describe('a page state', () => {
  it.each([0, 1, 2, 3])('%i lies in bits 55 and 56', (state) => {
    const hi = pteStateHi(pkvm_mkstate(6, state));
    expect(hi).toBe(state * 2 ** 23);
    expect(pteStateBits(hi | 0x7e40ffff)).toBe(state);
    expect(pteState(1, hi)).toBe(state);
    expect(pteState(4, hi)).toBe(4);
    expect(pkvm_getstate(pkvm_mkstate(7, state))).toBe(state);
  });
});

describe('levels', () => {
  it('have leaves of 512 GiB, 1 GiB, 2 MiB and 4 KiB, and blocks from level 1', () => {
    expect([0, 1, 2, 3].map(granulePages)).toEqual([2 ** 27, 2 ** 18, 512, 1]);
    expect([0, 1, 2, 3].map(kvm_level_supports_block_mapping)).toEqual([false, true, true, true]);
    expect([1, 2, 3].map(leafType)).toEqual([1, 1, 3]);
  });
});
