// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { HPOOL, Layout, POOL_FREE_AREA, POOL_MAX_ORDER } from '../../src/hyp/layout.js';
import { HYP_NO_ORDER, PageAlloc } from '../../src/hyp/page_alloc.js';
import { HypState } from '../../src/hyp/state.js';
import { Vmemmap } from '../../src/hyp/vmemmap.js';
import { resultOf } from '../support/fake_helpers.js';
import { smallConfig } from '../support/machines.js';

/** First page of the first region: page index 0, and aligned on every order. */
const BASE = 0x40000;

/** A pool of `pages` pages from page index `first`. */
function newPool(first: number, pages: number, reserved = 0) {
  const vmemmap = new Vmemmap(new HypState(new Layout(smallConfig())));
  const alloc = new PageAlloc(vmemmap);
  alloc.hyp_pool_init(HPOOL, BASE + first, pages, reserved);
  return { vmemmap, alloc };
}

type Pool = ReturnType<typeof newPool>;

/** Page indices on the free list of an order, head first, checked against the links back. */
function list({ vmemmap }: Pool, order: number): number[] {
  const { words } = vmemmap.state;
  const head = HPOOL + POOL_FREE_AREA + 2 * order;
  const pages: number[] = [];
  let previous = head;
  for (let node = words[head]; node !== head; node = words[node]) {
    expect(words[node + 1]).toBe(previous);
    previous = node;
    pages.push((node - vmemmap.layout.node) / 2);
  }
  expect(words[head + 1]).toBe(previous);
  return pages;
}

/** The lists that are not empty, by order. */
function lists(pool: Pool): Record<number, number[]> {
  const found: Record<number, number[]> = {};
  const maxOrder = pool.vmemmap.state.words[HPOOL + POOL_MAX_ORDER];
  for (let order = 0; order <= maxOrder; order++) {
    const pages = list(pool, order);
    if (pages.length > 0) found[order] = pages;
  }
  return found;
}

function alloc(pool: Pool, order = 0): number {
  return pool.alloc.hyp_alloc_pages(HPOOL, order);
}

describe('hyp_pool_init', () => {
  it.each([
    ['8 aligned pages are one block', 0, 8, { 3: [0] }],
    ['6 pages from 1: what fits together', 1, 6, { 0: [1, 6], 1: [2, 4] }],
    ['5 pages from 0', 0, 5, { 0: [4], 2: [0] }],
    ['3 pages from 7', 7, 3, { 0: [7], 1: [8] }],
    ['2 pages that are no pair', 1, 2, { 0: [1, 2] }],
    ['1 page', 4, 1, { 0: [4] }],
    ['2048 pages: no block above order 10', 0, 2048, { 10: [0, 1024] }],
  ])('%s', (_name, first, pages, expected) => {
    const pool = newPool(first, pages);
    expect(lists(pool)).toEqual(expected);
    expect(pool.alloc.freePages(HPOOL)).toBe(pages);
  });

  it.each([
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 2],
    [1024, 10],
    [4096, 10],
  ])('of %i pages has blocks up to order %i', (pages, order) => {
    const { vmemmap } = newPool(0, pages);
    expect(vmemmap.state.words[HPOOL + POOL_MAX_ORDER]).toBe(order);
  });

  it('keeps the reserved pages, with a reference each', () => {
    const pool = newPool(0, 8, 3);
    expect(lists(pool)).toEqual({ 0: [3], 2: [4] });
    expect([0, 1, 2, 3].map((page) => pool.vmemmap.refcount(page))).toEqual([1, 1, 1, 0]);
  });

  it('marks pages within a block with no order', () => {
    const { vmemmap } = newPool(0, 8);
    const orders = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((page) => vmemmap.order(page));
    expect(orders).toEqual([3, 255, 255, 255, 255, 255, 255, 255, 0]);
    expect(HYP_NO_ORDER).toBe(255);
  });

  it('is a BUG on a page with references', () => {
    const { vmemmap, alloc: pages } = newPool(0, 1);
    vmemmap.setRefcount(9, 1);
    expect(resultOf(() => (pages.hyp_pool_init(HPOOL, BASE + 8, 4, 0), 0))).toBe('BUG');
  });

  it('faults outside memory', () => {
    const { alloc: pages } = newPool(0, 1);
    expect(resultOf(() => (pages.hyp_pool_init(HPOOL, 0x50000, 1, 0), 0))).toBe('FAULT');
  });
});

describe('hyp_alloc_pages', () => {
  it('takes the head of the smallest list that has one and puts the upper halves back', () => {
    const pool = newPool(0, 8);
    expect(alloc(pool)).toBe(0);
    expect(lists(pool)).toEqual({ 0: [1], 1: [2], 2: [4] });
    expect([pool.vmemmap.refcount(0), pool.vmemmap.order(0)]).toEqual([1, 0]);
    expect(alloc(pool)).toBe(1);
    expect(alloc(pool)).toBe(2);
    expect(lists(pool)).toEqual({ 0: [3], 2: [4] });
    expect(alloc(pool, 1)).toBe(4);
    expect(lists(pool)).toEqual({ 0: [3], 1: [6] });
    expect([pool.vmemmap.refcount(4), pool.vmemmap.order(4)]).toEqual([1, 1]);
  });

  it('gives nothing when no block is large enough', () => {
    const pool = newPool(1, 2);
    expect(alloc(pool, 1)).toBe(-1);
    expect(alloc(pool, 0)).toBe(1);
    expect(alloc(pool, 0)).toBe(2);
    expect(alloc(pool, 0)).toBe(-1);
    expect(pool.alloc.freePages(HPOOL)).toBe(0);
  });

  it('gives nothing above the pool’s largest order', () => {
    expect(alloc(newPool(0, 4), 3)).toBe(-1);
  });

  it('is a BUG when the free page has references', () => {
    const pool = newPool(0, 1);
    pool.vmemmap.setRefcount(0, 1);
    expect(resultOf(() => alloc(pool))).toBe('BUG');
  });
});

describe('hyp_put_page', () => {
  it('frees at the last reference only', () => {
    const pool = newPool(0, 4);
    const page = alloc(pool);
    pool.alloc.hyp_get_page(page);
    pool.alloc.hyp_put_page(HPOOL, page);
    expect(lists(pool)).toEqual({ 0: [1], 1: [2] });
    pool.alloc.hyp_put_page(HPOOL, page);
    expect(lists(pool)).toEqual({ 2: [0] });
  });

  it('puts pages at the tail while their buddies are taken', () => {
    const pool = newPool(0, 8);
    const pages = Array.from({ length: 8 }, () => alloc(pool));
    expect(pages).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const page of [6, 0, 3]) pool.alloc.hyp_put_page(HPOOL, page);
    expect(lists(pool)).toEqual({ 0: [6, 0, 3] });
    pool.alloc.hyp_put_page(HPOOL, 1);
    expect(lists(pool)).toEqual({ 0: [6, 3], 1: [0] });
    pool.alloc.hyp_put_page(HPOOL, 2);
    expect(lists(pool)).toEqual({ 0: [6], 2: [0] });
    expect(alloc(pool)).toBe(6);
    expect(alloc(pool)).toBe(0);
  });

  it('does not join a free block of another order', () => {
    const pool = newPool(0, 8);
    const pages = Array.from({ length: 8 }, () => alloc(pool));
    expect(pages).toHaveLength(8);
    for (const page of [4, 6, 7]) pool.alloc.hyp_put_page(HPOOL, page);
    expect(lists(pool)).toEqual({ 0: [4], 1: [6] });
    pool.alloc.hyp_put_page(HPOOL, 5);
    expect(lists(pool)).toEqual({ 2: [4] });
  });

  it('zeroes what the page holds', () => {
    const pool = newPool(0, 2);
    const page = alloc(pool);
    const base = pool.vmemmap.contents(page);
    pool.vmemmap.state.set(base, 5);
    pool.vmemmap.state.set(base + 1023, 5);
    pool.alloc.hyp_put_page(HPOOL, page);
    expect([pool.vmemmap.state.words[base], pool.vmemmap.state.words[base + 1023]]).toEqual([0, 0]);
  });

  it('zeroes every page of a block', () => {
    const pool = newPool(0, 4);
    const block = alloc(pool, 1);
    const base = pool.vmemmap.contents(block + 1);
    pool.vmemmap.state.set(base, 5);
    pool.alloc.hyp_put_page(HPOOL, block);
    expect(pool.vmemmap.state.words[base]).toBe(0);
  });

  it('lists a page from outside the pool as it is, without joining it to its buddy', () => {
    const pool = newPool(0, 2);
    for (const page of [9, 8]) {
      pool.vmemmap.setRefcount(page, 1);
      pool.alloc.hyp_put_page(HPOOL, page);
    }
    expect(lists(pool)).toEqual({ 0: [9, 8], 1: [0] });
    expect([pool.vmemmap.order(8), pool.vmemmap.order(9)]).toEqual([0, 0]);
    expect(alloc(pool)).toBe(9);
  });

  it('does not join a page from outside to a free buddy inside', () => {
    const pool = newPool(1, 2);
    pool.vmemmap.setRefcount(0, 1);
    pool.alloc.hyp_put_page(HPOOL, 0);
    expect(lists(pool)).toEqual({ 0: [1, 2, 0] });
  });

  it('faults on a page of no order', () => {
    const pool = newPool(0, 4);
    pool.vmemmap.setRefcount(1, 1);
    expect(resultOf(() => (pool.alloc.hyp_put_page(HPOOL, 1), 0))).toBe('FAULT');
  });

  it('is a BUG without a reference', () => {
    const pool = newPool(0, 4);
    expect(resultOf(() => (pool.alloc.hyp_put_page(HPOOL, 0), 0))).toBe('BUG');
  });
});

describe('hyp_split_page', () => {
  it('makes single pages of a block, each with a reference', () => {
    const pool = newPool(0, 8);
    const block = alloc(pool, 2);
    pool.alloc.hyp_split_page(block);
    const pages = [0, 1, 2, 3];
    expect(pages.map((page) => pool.vmemmap.order(page))).toEqual([0, 0, 0, 0]);
    expect(pages.map((page) => pool.vmemmap.refcount(page))).toEqual([1, 1, 1, 1]);
    for (const page of pages) pool.alloc.hyp_put_page(HPOOL, page);
    expect(lists(pool)).toEqual({ 3: [0] });
  });
});
