// SPDX-License-Identifier: GPL-2.0-only
/** One difference planted in every kind of word. */
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/compare/decode.js';
import { vmRecord } from '../../src/hyp/guest.js';
import {
  HOST_S2_POOL,
  HPOOL,
  POOL_MAX_ORDER,
  POOL_RANGE_END,
  POOL_RANGE_START,
  VM_POOL,
} from '../../src/hyp/layout.js';
import type { Machine } from '../../src/hyp/machine.js';
import { HYP_PAGE, op, PAGE, shareGuest } from '../support/machines.js';
import { bootPair, differenceTexts, plant } from '../support/pairs.js';
import { type Entry, guestEntry, hostS2Entry, hypEntry } from '../support/tables.js';
import { HANDLE, HOST_KVM, HOST_VCPU, initVcpu, MEMCACHE, PGD, VM } from '../support/vms.js';

const GFN = 5;

/** A VM with a page, its vCPU loaded, and a 2 MiB block of the host. */
const OPS = [
  op('__pkvm_host_share_hyp', HOST_KVM),
  op('__pkvm_init_vm', HOST_KVM, 2, VM, PGD),
  op('__pkvm_host_share_hyp', HOST_VCPU),
  initVcpu(),
  op('__pkvm_vcpu_load', HANDLE, 0),
  shareGuest(PAGE, GFN, 6, MEMCACHE),
  op('handle_host_mem_abort', 0x40400),
];

/** Differences, as text, after a change of the second machine. */
function planted(change: (machine: Machine) => void): string[] {
  return differenceTexts(plant(bootPair(OPS), change));
}

function page(machine: Machine, pfn: number): number {
  return machine.layout.pageIndex(pfn);
}

/** Writes the entry that an input page number leads to. */
function write(machine: Machine, entry: Entry, input: number, lo: number, hi: number): void {
  const table = entry.path[entry.path.length - 1];
  const index = Math.floor(input / 2 ** (9 * (3 - entry.level))) % 512;
  const word = machine.layout.frameOf(page(machine, table)) + 2 * index;
  machine.state.set(word, lo);
  machine.state.set(word + 1, hi);
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
    const [machine] = bootPair(OPS);
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

describe('page tables', () => {
  it('a leaf of hyp', () => {
    const hyp = (lo: number, hi: number) =>
      planted((m) => write(m, hypEntry(m, 0x40240), 0x40240 + 2 ** 32, lo, hi));
    expect(hyp(0, 0)).toEqual([
      'hyp_s1: hyp stage 1 page 0x100040240: -> 0x40240 rw- OWNED | none',
    ]);
    expect(hyp(0x40240743, 0x1400000)).toEqual([
      'hyp_s1: hyp stage 1 page 0x100040240: -> 0x40240 rw- OWNED | -> 0x40240 rw- SHARED_BORROWED',
    ]);
    expect(hyp(0x402417c3, 0x400000)).toEqual([
      'hyp_s1: hyp stage 1 page 0x100040240: -> 0x40240 rw- OWNED | -> 0x40241 r-- OWNED',
    ]);
  });

  it('a table of hyp', () => {
    const texts = planted((m) => {
      const entry = { ...hypEntry(m, 0x40240), level: 2 };
      write(m, { ...entry, path: entry.path.slice(0, 3) }, 0x40240 + 2 ** 32, 0, 0);
    });
    const [machine] = bootPair(OPS);
    const table = hypEntry(machine, 0x40240).path[3].toString(16);
    expect(texts).toEqual([
      `hyp_s1: hyp stage 1 pages 0x100040200-0x1000403ff (512): table 0x${table} | none`,
    ]);
  });

  it('a leaf of the host: annotations, blocks, the lock marker', () => {
    expect(planted((m) => write(m, hostS2Entry(m, HYP_PAGE), HYP_PAGE, 0, 0))).toEqual([
      'host_s2: host stage 2 page 0x40e00: owner 1 | none',
    ]);
    expect(planted((m) => write(m, hostS2Entry(m, HYP_PAGE), HYP_PAGE, 0x400, 0))).toEqual([
      'host_s2: host stage 2 page 0x40e00: owner 1 | locked',
    ]);
    expect(planted((m) => write(m, hostS2Entry(m, 0x40400), 0x40400, 0x4040077d, 0))).toEqual([
      'host_s2: host stage 2 pages 0x40400-0x405ff (512): -> 0x40400 rwx OWNED | -> 0x40400 r-x OWNED',
    ]);
  });

  it('runs of leaves', () => {
    const texts = planted((m) => {
      for (let i = 0; i < 8; i++) write(m, hostS2Entry(m, HYP_PAGE + i), HYP_PAGE + i, 8, 0);
    });
    expect(texts).toEqual(['host_s2: host stage 2 pages 0x40e00-0x40e07 (8): owner 1 | owner 2']);
  });

  it('no run over an entry that does not differ', () => {
    const texts = planted((m) => {
      for (const pfn of [HYP_PAGE, HYP_PAGE + 2]) write(m, hostS2Entry(m, pfn), pfn, 8, 0);
    });
    expect(texts).toEqual([
      'host_s2: host stage 2 page 0x40e00: owner 1 | owner 2',
      'host_s2: host stage 2 page 0x40e02: owner 1 | owner 2',
    ]);
  });

  it('runs of mappings whose output goes on', () => {
    const texts = planted((m) => {
      for (let i = 0; i < 4; i++) {
        const pfn = HYP_PAGE + i;
        write(m, hostS2Entry(m, pfn), pfn, (pfn << 12) | 0x7ff, 0);
      }
    });
    expect(texts).toEqual([
      'host_s2: host stage 2 pages 0x40e00-0x40e03 (4): owner 1 | -> 0x40e00 rwx OWNED',
    ]);
  });

  it('a leaf of a guest', () => {
    const texts = planted((m) =>
      write(m, guestEntry(m, m.guest.pgtableOf(0), GFN), GFN, 0x401003db, 0x1400000),
    );
    expect(texts).toEqual([
      'guest_s2: VM 0x1000 stage 2 page 0x5: -> 0x40100 rw- SHARED_BORROWED | -> 0x40100 rw-o SHARED_BORROWED',
    ]);
  });

  it('a high half alone is one entry', () => {
    expect(
      planted((m) => write(m, hypEntry(m, 0x40240), 0x40240 + 2 ** 32, 0x40240743, 0xc00000)),
    ).toHaveLength(1);
  });

  it('contents of a page that is no table', () => {
    const texts = planted((m) => {
      const base = m.vmemmap.contents(page(m, MEMCACHE[0]));
      m.state.set(base + 9, 1);
      m.state.set(base + 12, 1);
    });
    expect(texts).toEqual(['contents: contents of page 0x40250: 2 words | 2 other words']);
  });
});

describe('pools', () => {
  it.each([
    ['hpool', HPOOL],
    ['host_s2_pool', HOST_S2_POOL],
    ['VM 0x1000 pool', vmRecord(0) + VM_POOL],
  ])('%s: range and largest order', (name, pool) => {
    const [machine] = bootPair(OPS);
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
    const [machine] = bootPair(OPS);
    const free = machine.alloc.freePages(HPOOL);
    const differences = plant(bootPair(OPS), (m) => m.alloc.hyp_alloc_pages(HPOOL, 0));
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
    const pair = bootPair(OPS);
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
    const differences = plant(bootPair(OPS), (m) => {
      m.vmemmap.setRefcount(page(m, 0x40300), 1);
      m.vmemmap.setRefcount(page(m, 0x40305), 1);
      m.vmemmap.setHostState(page(m, 0x40300), 1);
      m.locks.held = 1;
    });
    expect(columnsOf(differences)).toEqual(['host_state', 'locks', 'refcount']);
  });
});
