// SPDX-License-Identifier: GPL-2.0-only
/** Differences in free lists, and at the ends of every column of words. */
import { describe, expect, it } from 'vitest';
import {
  HOST_S2_POOL,
  HPOOL,
  POOL_FREE_AREA,
  POOL_MAX_ORDER,
  VM_POOL,
  vmRecord,
} from '../../src/hyp/layout.js';
import type { Machine } from '../../src/hyp/machine.js';
import { bootPair, differenceTexts, plant } from '../support/pairs.js';

/** First and last page of the default machine, and the word after its last page link. */
const FIRST = 0x40000;
const LAST = 0x9003f;

function page(machine: Machine, pfn: number): number {
  return machine.layout.pageIndex(pfn);
}

function node(machine: Machine, pfn: number): number {
  return machine.layout.node + 2 * page(machine, pfn);
}

/** Differences, as text, after a change of the second of two machines that have booted. */
function planted(change: (machine: Machine) => void): string[] {
  return differenceTexts(plant(bootPair(), change));
}

/** Makes a free list of pages. */
function setList(machine: Machine, pool: number, order: number, pfns: readonly number[]): void {
  const head = pool + POOL_FREE_AREA + 2 * order;
  const nodes = [head, ...pfns.map((pfn) => node(machine, pfn)), head];
  for (let i = 1; i < nodes.length; i++) {
    machine.state.set(nodes[i - 1], nodes[i]);
    machine.state.set(nodes[i] + 1, nodes[i - 1]);
  }
}

/** What is said of two lists of so many pages each, 8 pages apart. */
function listTexts(pool: number, order: number, sizes: readonly [number, number]): string[] {
  const pages = (count: number) => Array.from({ length: count }, (_, i) => 0x40300 + 8 * i);
  const pair = bootPair();
  setList(pair[0], pool, order, pages(sizes[0]));
  pair[0].state.commit();
  return differenceTexts(plant(pair, (m) => setList(m, pool, order, pages(sizes[1]))));
}

describe('the first and the last word of a column', () => {
  it.each([FIRST, LAST])('of page %i', (pfn) => {
    const name = `page 0x${pfn.toString(16)}`;
    expect(planted((m) => m.vmemmap.setRefcount(page(m, pfn), 3))).toEqual([
      `refcount: ${name}: refcount 0 | refcount 3`,
    ]);
    expect(planted((m) => m.vmemmap.setOrder(page(m, pfn), 2))).toEqual([
      `order: ${name}: order 0 | order 2`,
    ]);
    expect(planted((m) => m.vmemmap.setHostState(page(m, pfn), 2))).toEqual([
      `host_state: ${name}: host OWNED | host SHARED_BORROWED`,
    ]);
    expect(planted((m) => m.vmemmap.setShareCount(page(m, pfn), 5))).toEqual([
      `host_share_guest_count: ${name}: host_share_guest_count 0 | host_share_guest_count 5`,
    ]);
    for (const link of [0, 1]) {
      expect(planted((m) => m.state.set(node(m, pfn) + link, 9))).toEqual([
        `contents: link in ${name}: 0 | 9`,
      ]);
    }
  });

  it('of the contents of pages', () => {
    // 7704 words of globals and 6 a page come to a multiple of 1024 with 252 pages more than so
    // many times 512: then the first page in use has its contents right after the links.
    const memory = [{ pfn: 0x40000, pages: 4096 + 252, nomap: false }];
    const pair = bootPair([], { memory });
    const { layout } = pair[0];
    expect(layout.framePageOfWord(layout.fixedWords)).toBeGreaterThanOrEqual(0);
    const [text] = differenceTexts(plant(pair, (m) => m.state.set(layout.fixedWords, 0x1234)));
    expect(text).toMatch(/^(hyp_s1|host_s2): /);
  });

  it('of the contents of the first page', () => {
    expect(planted((m) => m.state.set(m.vmemmap.contents(0) + 5, 1))).toEqual([
      'contents: contents of page 0x40000: 1 words | 1 other words',
    ]);
  });

  it('of the VM table', () => {
    expect(planted((m) => m.state.set(vmRecord(0), 8))).toContain(
      'vm: VM 0x1000 state page: none | 0x7',
    );
    expect(planted((m) => m.state.set(vmRecord(254) + VM_POOL, 8))).toEqual([
      'free_list: VM 0x10fe pool range start: 0 | 8',
    ]);
    expect(planted((m) => m.state.set(vmRecord(254) + VM_POOL - 1, 8))).toEqual([
      'vm: VM 0x10fe vCPUs: 0 | 8',
    ]);
  });
});

describe('a free list', () => {
  it.each<[string, number]>([
    ['hpool', HPOOL],
    ['host_s2_pool', HOST_S2_POOL],
  ])('of %s is spelled out up to eight pages', (name, pool) => {
    const eight = '0x40300 0x40308 0x40310 0x40318 0x40320 0x40328 0x40330 0x40338';
    const text = (first: string, second: string) => [
      `free_list: ${name} free order 3: ${first} | ${second}`,
    ];
    expect(listTexts(pool, 3, [0, 1])).toEqual(text('empty', '0x40300'));
    expect(listTexts(pool, 3, [2, 1])).toEqual(text('0x40300 0x40308', '0x40300'));
    expect(listTexts(pool, 3, [8, 9])).toEqual(text(eight, `${eight} and 1 more`));
    expect(listTexts(pool, 3, [20, 0])).toEqual(text(`${eight} and 12 more`, 'empty'));
    expect(listTexts(pool, 3, [10, 10])).toEqual([]);
  });

  it('is of every order up to the larger max_order', () => {
    for (const larger of [0, 1]) {
      const pair = bootPair();
      const empty = (m: Machine) => {
        for (let order = 0; order <= 10; order++) setList(m, HPOOL, order, []);
        m.state.set(HPOOL + POOL_MAX_ORDER, 4);
      };
      for (const machine of pair) empty(machine);
      pair[larger].state.set(HPOOL + POOL_MAX_ORDER, 10);
      for (const order of [0, 10]) setList(pair[larger], HPOOL, order, [0x40400 + order]);
      const sides = (own: string, other: string) =>
        larger === 0 ? `${own} | ${other}` : `${other} | ${own}`;
      expect(differenceTexts(plant(pair, () => {}))).toEqual([
        `free_list: hpool max_order: ${sides('10', '4')}`,
        `free_list: hpool free order 0: ${sides('0x40400', 'empty')}`,
        `free_list: hpool free order 10: ${sides('0x4040a', 'empty')}`,
      ]);
    }
  });

  it('ends with its pool when max_order is no order', () => {
    expect(planted((m) => m.state.set(HOST_S2_POOL + POOL_MAX_ORDER, 255))).toEqual([
      expect.stringMatching(/^free_list: host_s2_pool max_order: \d+ \| 255$/),
    ]);
  });

  it('is not read beyond its pool when max_order is no order', () => {
    const texts = planted((m) => {
      m.state.set(HPOOL + POOL_MAX_ORDER, 255);
      m.state.set(HOST_S2_POOL, node(m, FIRST));
    });
    expect(texts.map((text) => text.split(': ')[1])).toEqual([
      'hpool max_order',
      'host_s2_pool range start',
    ]);
  });

  it('of an order beyond both max_order is told word by word', () => {
    const head = HPOOL + POOL_FREE_AREA + 2 * 10;
    const pair = bootPair();
    for (const machine of pair) {
      machine.state.set(HPOOL + POOL_MAX_ORDER, 6);
      setList(machine, HPOOL, 10, []);
      machine.state.commit();
    }
    const first = node(pair[0], FIRST);
    expect(differenceTexts(plant(pair, (m) => setList(m, HPOOL, 10, [FIRST])))).toEqual([
      `free_list: word ${head}: ${head} | ${first}`,
      `free_list: word ${head + 1}: ${head} | ${first}`,
      `contents: link in page 0x40000: 0 | ${head}`,
      `contents: link in page 0x40000: 0 | ${head}`,
    ]);
  });

  it('is of the pools there are', () => {
    // Where a record after the last VM's would have its pool, page 5 has its reference count.
    const texts = planted((m) => {
      m.vmemmap.setRefcount(5, 3);
      m.state.set(node(m, LAST), 9);
    });
    expect(texts).toEqual([
      'refcount: page 0x40005: refcount 0 | refcount 3',
      'contents: link in page 0x9003f: 0 | 9',
    ]);
  });

  it('that runs in a circle is cut after as many pages as there are', () => {
    const [text, ...rest] = planted((m) => {
      setList(m, HPOOL, 10, []);
      m.state.set(HPOOL + POOL_MAX_ORDER, 10);
      m.state.set(HPOOL + POOL_FREE_AREA + 20, node(m, FIRST));
      m.state.set(node(m, FIRST), node(m, LAST));
      m.state.set(node(m, LAST), node(m, FIRST));
    }).filter((line) => line.includes('order 10'));
    const shown = '0x40000 0x9003f 0x40000 0x9003f 0x40000 0x9003f 0x40000 0x9003f';
    expect(text).toBe(`free_list: hpool free order 10: empty | ${shown} and ${4176 - 8} more`);
    expect(rest).toEqual([]);
  });

  it.each([
    ['before', (m: Machine) => m.layout.node - 2],
    ['after', (m: Machine) => m.layout.fixedWords],
  ])('ends at a link that leads to a word %s those of pages', (_where, target) => {
    const texts = planted((m) => {
      setList(m, HPOOL, 4, [FIRST, LAST]);
      m.state.set(node(m, LAST), target(m));
    });
    expect(texts).toContainEqual(
      expect.stringMatching(/^free_list: hpool free order 4: .* \| 0x40000 0x9003f$/),
    );
  });

  it('is told word by word where only a link back differs', () => {
    const head = HPOOL + POOL_FREE_AREA + 2 * 4;
    const pair = bootPair();
    for (const machine of pair) setList(machine, HPOOL, 4, [FIRST, LAST]);
    for (const { state } of pair) state.commit();
    const nodes = [node(pair[0], FIRST), node(pair[0], LAST)];
    const texts = plant(pair, (m) => {
      m.state.set(head + 1, nodes[0]);
      m.state.set(nodes[1] + 1, head);
    });
    expect(differenceTexts(texts)).toEqual([
      `free_list: word ${head + 1}: ${nodes[1]} | ${nodes[0]}`,
      `contents: link in page 0x9003f: ${nodes[0]} | ${head}`,
    ]);
  });
});
