// SPDX-License-Identifier: GPL-2.0-only
/** Differences planted in page tables. */
import { describe, expect, it } from 'vitest';
import type { Machine } from '../../src/hyp/machine.js';
import { HYP_PAGE, shareGuest } from '../support/machines.js';
import { bootPair, differenceTexts, plant } from '../support/pairs.js';
import { type Entry, guestEntry, hostS2Entry, hypEntry } from '../support/tables.js';
import { GFN, MEMCACHE, VM_OPS } from '../support/vms.js';

/** Differences, as text, after a change of the second machine. */
function planted(change: (machine: Machine) => void): string[] {
  return differenceTexts(plant(bootPair(VM_OPS), change));
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

/** Low and high half of a descriptor. */
type Leaf = readonly [number, number];

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
    const [machine] = bootPair(VM_OPS);
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

  it('no run of neighbours that differ in other ways', () => {
    const texts = planted((m) => {
      write(m, hostS2Entry(m, HYP_PAGE), HYP_PAGE, 8, 0);
      write(m, hostS2Entry(m, HYP_PAGE + 1), HYP_PAGE + 1, 0, 0);
      for (const [pfn, to] of [
        [HYP_PAGE + 2, 0x40300],
        [HYP_PAGE + 3, 0x40400],
      ]) {
        write(m, hostS2Entry(m, pfn), pfn, (to << 12) | 0x7ff, 0);
      }
    });
    expect(texts).toEqual([
      'host_s2: host stage 2 page 0x40e00: owner 1 | owner 2',
      'host_s2: host stage 2 page 0x40e01: owner 1 | none',
      'host_s2: host stage 2 page 0x40e02: owner 1 | -> 0x40300 rwx OWNED',
      'host_s2: host stage 2 page 0x40e03: owner 1 | -> 0x40400 rwx OWNED',
    ]);
  });

  it('no run where only the first side changes from page to page, or the state of a mapping', () => {
    const pair = bootPair(VM_OPS);
    write(pair[0], hostS2Entry(pair[0], HYP_PAGE), HYP_PAGE, 8, 0);
    const texts = plant(pair, (m) => {
      for (const pfn of [HYP_PAGE, HYP_PAGE + 1]) write(m, hostS2Entry(m, pfn), pfn, 0, 0);
      for (const [pfn, state] of [
        [HYP_PAGE + 2, 0],
        [HYP_PAGE + 3, 0x00800000],
      ]) {
        write(m, hostS2Entry(m, pfn), pfn, (pfn << 12) | 0x7ff, state);
      }
    });
    expect(differenceTexts(texts)).toEqual([
      'host_s2: host stage 2 page 0x40e00: owner 2 | none',
      'host_s2: host stage 2 page 0x40e01: owner 1 | none',
      'host_s2: host stage 2 page 0x40e02: owner 1 | -> 0x40e02 rwx OWNED',
      'host_s2: host stage 2 page 0x40e03: owner 1 | -> 0x40e03 rwx SHARED_OWNED',
    ]);
  });

  it('no run where both sides change from page to page', () => {
    const of = (first: readonly Leaf[], second: readonly Leaf[]) => {
      const pair = bootPair(VM_OPS);
      const fill = (m: Machine, leaves: readonly Leaf[]) => {
        leaves.forEach(([lo, hi], i) => {
          write(m, hostS2Entry(m, HYP_PAGE + i), HYP_PAGE + i, lo, hi);
        });
      };
      fill(pair[0], first);
      return differenceTexts(plant(pair, (m) => fill(m, second))).map((text) =>
        text.replace('host_s2: host stage 2 ', ''),
      );
    };
    const owner = (id: number): Leaf => [id << 2, 0];
    const leaf = (pfn: number, attributes: number, state = 0): Leaf => [
      (pfn << 12) | attributes,
      state * 2 ** 23,
    ];
    expect(of([owner(2), owner(3)], [owner(4), owner(5)])).toEqual([
      'page 0x40e00: owner 2 | owner 4',
      'page 0x40e01: owner 3 | owner 5',
    ]);
    expect(of([owner(0), owner(0), owner(0)], [owner(2), owner(3), owner(3)])).toEqual([
      'page 0x40e00: none | owner 2',
      'pages 0x40e01-0x40e02 (2): none | owner 3',
    ]);
    expect(
      of(
        [leaf(0x40301, 0x7ff), leaf(0x40300, 0x7ff)],
        [leaf(0x40301, 0x77f), leaf(0x40300, 0x77f)],
      ),
    ).toEqual([
      'page 0x40e00: -> 0x40301 rwx OWNED | -> 0x40301 r-x OWNED',
      'page 0x40e01: -> 0x40300 rwx OWNED | -> 0x40300 r-x OWNED',
    ]);
    expect(
      of(
        [leaf(0x40300, 0x7ff), leaf(0x40301, 0x7ff, 1)],
        [leaf(0x40300, 0x77f), leaf(0x40301, 0x77f, 1)],
      ),
    ).toEqual([
      'page 0x40e00: -> 0x40300 rwx OWNED | -> 0x40300 r-x OWNED',
      'page 0x40e01: -> 0x40301 rwx SHARED_OWNED | -> 0x40301 r-x SHARED_OWNED',
    ]);
  });

  it('runs of blocks whose output goes on', () => {
    const texts = planted((m) => {
      const table = page(m, hostS2Entry(m, HYP_PAGE).path[1]);
      for (const index of [100, 101]) {
        const pfn = 0x40000 + 512 * index;
        m.state.set(m.layout.frameOf(table) + 2 * index, (pfn << 12) | 0x7fd);
      }
    });
    expect(texts).toEqual([
      'host_s2: host stage 2 pages 0x4c800-0x4cbff (1024): none | -> 0x4c800 rwx OWNED',
    ]);
  });

  it('runs of annotations of 2 MiB', () => {
    const texts = planted((m) => {
      const table = page(m, hostS2Entry(m, HYP_PAGE).path[1]);
      for (const index of [100, 101, 102]) m.state.set(m.layout.frameOf(table) + 2 * index, 8);
    });
    expect(texts).toEqual(['host_s2: host stage 2 pages 0x4c800-0x4cdff (1536): none | owner 2']);
  });

  it('no run from a table into the next one in memory', () => {
    const pair = bootPair();
    for (const m of pair) {
      const upper = m.layout.frameOf(page(m, hostS2Entry(m, HYP_PAGE).path[1]));
      for (const [index, pfn] of [
        [100, 0x40300],
        [200, 0x40301],
      ]) {
        m.vmemmap.contents(page(m, pfn));
        m.state.set(upper + 2 * index, (pfn << 12) | 3);
      }
      m.state.commit();
    }
    const texts = plant(pair, (m) => {
      m.state.set(m.vmemmap.contents(page(m, 0x40300)) + 2 * 511, 8);
      m.state.set(m.vmemmap.contents(page(m, 0x40301)), 8);
    });
    expect(differenceTexts(texts)).toEqual([
      'host_s2: host stage 2 page 0x4c9ff: none | owner 2',
      'host_s2: host stage 2 page 0x59000: none | owner 2',
    ]);
  });

  it('no run of tables', () => {
    const [machine] = bootPair(VM_OPS);
    const { path } = hostS2Entry(machine, HYP_PAGE);
    const word = machine.layout.frameOf(page(machine, path[1])) + 2 * 100;
    const texts = planted((m) => {
      m.state.set(word, (0x40300 << 12) | 3);
      m.state.set(word + 2, (0x40301 << 12) | 3);
    });
    // The table's 100th and 101st 2 MiB from 0x40000 on.
    expect(texts).toEqual([
      'host_s2: host stage 2 pages 0x4c800-0x4c9ff (512): none | table 0x40300',
      'host_s2: host stage 2 pages 0x4ca00-0x4cbff (512): none | table 0x40301',
    ]);
  });

  it('no run from one table into another that goes on where it ends', () => {
    const end = HYP_PAGE + 80;
    const pair = bootPair([...VM_OPS, shareGuest(0x40101, end, 6, [0x40260, 0x40261, 0x40262])]);
    for (const m of pair) {
      write(m, guestEntry(m, m.guest.pgtableOf(0), end), end, 4, 0);
      m.state.commit();
    }
    const texts = plant(pair, (m) => {
      write(m, hostS2Entry(m, end - 1), end - 1, 0, 0);
      write(m, guestEntry(m, m.guest.pgtableOf(0), end), end, 0, 0);
    });
    expect(differenceTexts(texts)).toEqual([
      'host_s2: host stage 2 page 0x40e4f: owner 1 | none',
      'guest_s2: VM 0x1000 stage 2 page 0x40e50: owner 1 | none',
    ]);
  });

  it('an entry of which only the high half is not zero', () => {
    expect(planted((m) => write(m, hostS2Entry(m, HYP_PAGE), HYP_PAGE, 0, 1))).toEqual([
      'host_s2: host stage 2 page 0x40e00: owner 1 | owner 0',
    ]);
  });

  it('says of the second page of memory that it is a table', () => {
    const table = (m: Machine) => hostS2Entry(m, HYP_PAGE).path[1];
    const pair = bootPair();
    for (const m of pair) {
      m.state.set(m.layout.frameOf(page(m, table(m))) + 2 * 511, (0x40001 << 12) | 3);
      m.state.commit();
    }
    expect(differenceTexts(plant(pair, (m) => m.vmemmap.setRefcount(1, 7)))).toEqual([
      'refcount: page 0x40001 (host stage 2 level 3 table): refcount 0 | refcount 7',
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
