// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Layout } from '../../src/hyp/layout.js';
import { HypState } from '../../src/hyp/state.js';
import { Vmemmap } from '../../src/hyp/vmemmap.js';
import { resultOf } from '../support/fake_helpers.js';
import { smallConfig } from '../support/machines.js';

function newVmemmap(): Vmemmap {
  return new Vmemmap(new HypState(new Layout(smallConfig())));
}

/** The panic a call ends in, or nothing. */
function panicOf(call: () => void): string | number {
  return resultOf(() => {
    call();
    return 0;
  });
}

describe('hyp_phys_to_page', () => {
  it('finds the page, and faults where there is none', () => {
    const vmemmap = newVmemmap();
    expect(vmemmap.hyp_phys_to_page(0x80001)).toBe(0x1001);
    expect(panicOf(() => vmemmap.hyp_phys_to_page(0x41000))).toBe('FAULT');
    expect(panicOf(() => vmemmap.hyp_phys_to_page(2 ** 52 - 1))).toBe('FAULT');
  });
});

describe('a reference count', () => {
  it('goes up to 65535 and is a BUG after that', () => {
    const vmemmap = newVmemmap();
    vmemmap.setRefcount(3, 65534);
    vmemmap.hyp_page_ref_inc(3);
    expect(vmemmap.refcount(3)).toBe(65535);
    expect(panicOf(() => vmemmap.hyp_page_ref_inc(3))).toBe('BUG');
    expect(vmemmap.refcount(3)).toBe(65535);
  });

  it('goes down to 0 and is a BUG below', () => {
    const vmemmap = newVmemmap();
    vmemmap.setRefcount(3, 2);
    expect(vmemmap.hyp_page_ref_dec_and_test(3)).toBe(false);
    expect(vmemmap.hyp_page_ref_dec_and_test(3)).toBe(true);
    expect(panicOf(() => vmemmap.hyp_page_ref_dec(3))).toBe('BUG');
    expect(panicOf(() => vmemmap.hyp_page_ref_dec_and_test(3))).toBe('BUG');
    expect(vmemmap.refcount(3)).toBe(0);
  });

  it('is set to 1 once only', () => {
    const vmemmap = newVmemmap();
    vmemmap.hyp_set_page_refcounted(3);
    expect(vmemmap.refcount(3)).toBe(1);
    expect(panicOf(() => vmemmap.hyp_set_page_refcounted(3))).toBe('BUG');
  });
});

describe('columns', () => {
  it('hold each page’s own values', () => {
    const vmemmap = newVmemmap();
    vmemmap.setRefcount(3, 1);
    vmemmap.setOrder(3, 255);
    vmemmap.setHostState(3, 4);
    vmemmap.setShareCount(3, 2 ** 32 - 1);
    const of = (page: number) => [
      vmemmap.refcount(page),
      vmemmap.order(page),
      vmemmap.hostState(page),
      vmemmap.shareCount(page),
    ];
    expect(of(3)).toEqual([1, 255, 4, 2 ** 32 - 1]);
    expect(of(2)).toEqual([0, 0, 0, 0]);
    expect(of(4)).toEqual([0, 0, 0, 0]);
    vmemmap.setShareCount(3, 2 ** 32);
    expect(vmemmap.shareCount(3)).toBe(0);
  });
});

describe('zeroPages', () => {
  it('clears list nodes and contents of those pages only', () => {
    const vmemmap = newVmemmap();
    const { state, layout } = vmemmap;
    const bases = [3, 4, 5, 6].map((page) => vmemmap.contents(page));
    for (const base of bases) for (let i = 0; i < 1024; i++) state.set(base + i, i + 1);
    for (let page = 3; page <= 6; page++) {
      state.set(layout.node + 2 * page, 9);
      state.set(layout.node + 2 * page + 1, 9);
    }
    vmemmap.zeroPages(4, 2);
    const isZero = (first: number, count: number) =>
      state.words.subarray(first, first + count).every((word) => word === 0);
    expect(bases.map((base) => isZero(base, 1024))).toEqual([false, true, true, false]);
    expect(bases.map((base) => state.words[base + 1023])).toEqual([1024, 0, 0, 1024]);
    const nodes = [3, 4, 5, 6].map((page) => isZero(layout.node + 2 * page, 2));
    expect(nodes).toEqual([false, true, true, false]);
  });
});
