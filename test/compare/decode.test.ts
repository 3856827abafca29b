// SPDX-License-Identifier: GPL-2.0-only
/** One difference planted in every kind of word. */
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/compare/decode.js';
import {
  HOST_S2_POOL,
  HPOOL,
  POOL_MAX_ORDER,
  POOL_RANGE_END,
  POOL_RANGE_START,
  VM_POOL,
  vmRecord,
} from '../../src/hyp/layout.js';
import type { Machine } from '../../src/hyp/machine.js';
import { HYP_PAGE, PAGE } from '../support/machines.js';
import { bootPair, differenceTexts, plant } from '../support/pairs.js';
import { guestEntry, hostS2Entry, hypEntry } from '../support/tables.js';
import { GFN, VM_OPS } from '../support/vms.js';

/** Differences, as text, after a change of the second machine. */
function planted(change: (machine: Machine) => void): string[] {
  return differenceTexts(plant(bootPair(VM_OPS), change));
}

function page(machine: Machine, pfn: number): number {
  return machine.layout.pageIndex(pfn);
}

describe('nothing', () => {
  it('is what equal machines differ in', () => {
    expect(planted(() => {})).toEqual([]);
  });
});

describe('the vmemmap', () => {
  it.each(
    [
      [0, 'OWNED | host OWNED', 0],
      [1, 'host SHARED_OWNED', 1],
      [2, 'host SHARED_BORROWED', 2],
      [4, 'host NOPAGE', 4],
    ].slice(1),
  )('host_state %i', (state, text) => {
    expect(planted((m) => m.vmemmap.setHostState(page(m, 0x40300), Number(state)))).toEqual([
      `host_state: page 0x40300: host OWNED | ${text}`,
    ]);
  });

  it('refcount, order and share count', () => {
    expect(planted((m) => m.vmemmap.setRefcount(page(m, 0x40300), 3))).toEqual([
      'refcount: page 0x40300: refcount 0 | refcount 3',
    ]);
    expect(planted((m) => m.vmemmap.setOrder(page(m, 0x40300), 255))).toEqual([
      'order: page 0x40300: order 0 | order 255',
    ]);
    expect(planted((m) => m.vmemmap.setShareCount(page(m, PAGE), 2 ** 32 - 1))).toEqual([
      `host_share_guest_count: page 0x40100: host_share_guest_count 1 | host_share_guest_count ${2 ** 32 - 1}`,
    ]);
  });

  it('says which table a page is', () => {
    const tables = (m: Machine) => {
      const host = hostS2Entry(m, HYP_PAGE).path;
      const hyp = hypEntry(m, PAGE).path;
      const guest = guestEntry(m, m.guest.pgtableOf(0), GFN).path;
      return [host[2], hyp[0], guest[1]];
    };
    const [machine] = bootPair(VM_OPS);
    const notes = ['host stage 2 level 3', 'hyp stage 1 level 0', 'VM 0x1000 stage 2 level 2'];
    for (const [i, pfn] of tables(machine).entries()) {
      const count = machine.vmemmap.refcount(page(machine, pfn));
      expect(planted((m) => m.vmemmap.setRefcount(page(m, pfn), 99))).toEqual([
        `refcount: page 0x${pfn.toString(16)} (${notes[i]} table): refcount ${count} | refcount 99`,
      ]);
    }
  });

  it('merges neighbours that differ in the same way, and no others', () => {
    const changed = planted((m) => {
      for (let i = 0; i < 5; i++) m.vmemmap.setHostState(page(m, 0x40300 + i), 1);
      m.vmemmap.setHostState(page(m, 0x40305), 2);
      m.vmemmap.setHostState(page(m, 0x40307), 2);
      m.vmemmap.setRefcount(page(m, 0x40308), 1);
    });
    expect(changed).toEqual([
      'refcount: page 0x40308: refcount 0 | refcount 1',
      'host_state: pages 0x40300-0x40304 (5): host OWNED | host SHARED_OWNED',
      'host_state: page 0x40305: host OWNED | host SHARED_BORROWED',
      'host_state: page 0x40307: host OWNED | host SHARED_BORROWED',
    ]);
  });

  it('does not merge over regions', () => {
    const changed = planted((m) => {
      m.vmemmap.setHostState(page(m, 0x40fff), 1);
      m.vmemmap.setHostState(page(m, 0x80000), 1);
    });
    expect(changed).toHaveLength(2);
  });
});

describe('pools', () => {
  it.each([
    ['hpool', HPOOL],
    ['host_s2_pool', HOST_S2_POOL],
    ['VM 0x1000 pool', vmRecord(0) + VM_POOL],
  ])('%s: range and largest order', (name, pool) => {
    const [machine] = bootPair(VM_OPS);
    for (const [field, text] of [
      [POOL_RANGE_START, 'range start'],
      [POOL_RANGE_END, 'range end'],
      [POOL_MAX_ORDER, 'max_order'],
    ] as const) {
      const before = machine.state.words[pool + field];
      const texts = planted((m) => m.state.set(pool + field, before + 1));
      expect(texts[0]).toBe(`free_list: ${name} ${text}: ${before} | ${before + 1}`);
    }
  });

  it('a page taken from a free list', () => {
    const [machine] = bootPair(VM_OPS);
    const free = machine.alloc.freePages(HPOOL);
    const differences = plant(bootPair(VM_OPS), (m) => m.alloc.hyp_alloc_pages(HPOOL, 0));
    expect(free).toBeGreaterThan(0);
    expect(columnsOf(differences)).toContain('free_list');
    expect(columnsOf(differences)).toContain('refcount');
    const lists = differenceTexts(differences).filter((text) => text.startsWith('free_list'));
    expect(lists.length).toBeGreaterThan(0);
    for (const text of lists) expect(text).toMatch(/^free_list: hpool free order \d+: /);
  });

  it('the order of a free list', () => {
    const put = (m: Machine, ...pages: number[]) => {
      for (const pfn of pages) {
        m.vmemmap.setRefcount(page(m, pfn), 1);
        m.alloc.hyp_put_page(HPOOL, page(m, pfn));
      }
    };
    const pair = bootPair(VM_OPS);
    put(pair[0], 0x40300, 0x40302);
    const differences = differenceTexts(plant(pair, (m) => put(m, 0x40302, 0x40300)));
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatch(
      /^free_list: hpool free order 0: (.* )?0x40300 0x40302 \| (.* )?0x40302 0x40300$/,
    );
  });
});

describe('locks', () => {
  it('held by one side', () => {
    const texts = planted((m) => {
      m.locks.held = 3;
    });
    expect(texts).toEqual(['locks: locks held: none | host_mmu.lock, pkvm_pgd_lock']);
  });
});

describe('columnsOf', () => {
  it('names each column once, sorted', () => {
    const differences = plant(bootPair(VM_OPS), (m) => {
      m.vmemmap.setRefcount(page(m, 0x40300), 1);
      m.vmemmap.setRefcount(page(m, 0x40305), 1);
      m.vmemmap.setHostState(page(m, 0x40300), 1);
      m.locks.held = 1;
    });
    expect(columnsOf(differences)).toEqual(['host_state', 'locks', 'refcount']);
  });
});
