// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Layout, MemRange } from '../../src/hyp/layout.js';
import { smallConfig } from '../support/machines.js';

/** Regions 0x40000-0x40fff, 0x80000-0x8000f (nomap), 0x90000-0x9003f. */
const layout = new Layout(smallConfig());
const LAST = 2 ** 52 - 1;

describe('find_mem_range', () => {
  it.each([
    ['the gap before', 0, -1, 0, 0x40000],
    ['its last page', 0x3ffff, -1, 0, 0x40000],
    ['the first region', 0x40000, 0, 0x40000, 0x41000],
    ['its last page', 0x40fff, 0, 0x40000, 0x41000],
    ['the gap after it', 0x41000, -1, 0x41000, 0x80000],
    ['the nomap region', 0x8000f, 1, 0x80000, 0x80010],
    ['the gap between', 0x80010, -1, 0x80010, 0x90000],
    ['the last region', 0x9003f, 2, 0x90000, 0x90040],
    ['the gap after all', 0x90040, -1, 0x90040, LAST],
    ['the end of the address space', LAST, -1, 0x90040, LAST],
  ])('%s (page %i)', (_name, pfn, region, start, end) => {
    const range = new MemRange();
    expect(layout.find_mem_range(pfn, range)).toBe(region);
    expect({ ...range }).toEqual({ start, end });
  });

  it('finds no gap between regions that touch', () => {
    const touching = new Layout(
      smallConfig({
        memory: [
          { pfn: 0, pages: 4, nomap: false },
          { pfn: 4, pages: 4, nomap: true },
        ],
      }),
    );
    const range = new MemRange();
    expect([3, 4, 7, 8].map((pfn) => touching.find_mem_range(pfn, range))).toEqual([0, 1, 1, -1]);
    expect({ ...range }).toEqual({ start: 8, end: LAST });
  });
});

describe('pageIndex and pfnOf', () => {
  it.each([
    [0x40000, 0],
    [0x40fff, 0xfff],
    [0x80000, 0x1000],
    [0x8000f, 0x100f],
    [0x90000, 0x1010],
    [0x9003f, 0x104f],
  ])('page number %i is page %i, and back', (pfn, index) => {
    expect(layout.pageIndex(pfn)).toBe(index);
    expect(layout.pfnOf(index)).toBe(pfn);
  });

  it.each([0, 0x3ffff, 0x41000, 0x7ffff, 0x80010, 0x8ffff, 0x90040, LAST])(
    'page number %i is no page',
    (pfn) => {
      expect(layout.pageIndex(pfn)).toBe(-1);
    },
  );

  it('count the pages of all regions', () => {
    expect(layout.nrPages).toBe(4096 + 16 + 64);
    expect(layout.nrRegions).toBe(3);
    expect([0, 1, 2].map((i) => layout.regionIsNomap(i))).toEqual([false, true, false]);
    expect([0, 1, 2].map((i) => layout.regionBase(i))).toEqual([0x40000, 0x80000, 0x90000]);
    expect([0, 1, 2].map((i) => layout.regionLimit(i))).toEqual([0x41000, 0x80010, 0x90040]);
  });
});

describe('columns', () => {
  it('lie one after the other, a word a page, two for the list nodes', () => {
    const { nrPages } = layout;
    expect(layout.order - layout.refcount).toBe(nrPages);
    expect(layout.hostState - layout.order).toBe(nrPages);
    expect(layout.shareCount - layout.hostState).toBe(nrPages);
    expect(layout.node - layout.shareCount).toBeGreaterThanOrEqual(nrPages);
    expect(layout.fixedWords - layout.node).toBe(2 * nrPages);
  });
});

describe('frames and vCPU records', () => {
  it('are handed out once, do not overlap, and are found by their words', () => {
    const own = new Layout(smallConfig());
    expect(own.frameOf(7)).toBe(0);
    expect(own.framePageOfWord(own.fixedWords)).toBe(-1);
    const frame = own.reserveFrame(7);
    const vcpu = own.reserveVcpu(3, 2);
    const next = own.reserveFrame(5);
    expect(own.reserveFrame(7)).toBe(frame);
    expect(own.frameOf(7)).toBe(frame);
    expect(own.reserveVcpu(3, 2)).toBe(vcpu);
    expect(own.reserveVcpu(2, 3)).not.toBe(vcpu);

    expect(frame).toBeGreaterThanOrEqual(own.fixedWords);
    expect(vcpu).toBeGreaterThanOrEqual(frame + 1024);
    expect(own.framePageOfWord(frame)).toBe(7);
    expect(own.framePageOfWord(frame + 1023)).toBe(7);
    expect(own.framePageOfWord(vcpu)).toBe(-1);
    expect(own.framePageOfWord(next)).toBe(5);
    expect(own.framePageOfWord(layout.refcount)).toBe(-1);
    expect(own.vcpuOfWord(vcpu)).toEqual([3, 2, 0]);
    expect(own.vcpuOfWord(vcpu + 6)).toEqual([3, 2, 6]);
    expect(own.vcpuOfWord(frame)).toBeUndefined();
  });
});
