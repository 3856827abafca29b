// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  forEachHostLeaf,
  forEachHypLeaf,
  guestMappings,
  hypStates,
  liveVms,
  pins,
  sameOwnership,
} from '../../src/compare/ownership.js';
import { HOST_PGD, HPOOL, VM_PAGE, vmRecord } from '../../src/hyp/layout.js';
import type { Machine } from '../../src/hyp/machine.js';
import { HYP_PAGE, NO_PAGE, op, PAGE, poke, shareGuest } from '../support/machines.js';
import { bootPair } from '../support/pairs.js';
import { hostS2Entry, hypEntry } from '../support/tables.js';
import { HANDLE, HOST_KVM, HOST_VCPU, initVcpu, MEMCACHE, PGD, VM } from '../support/vms.js';

const OPS = [
  op('__pkvm_host_share_hyp', HOST_KVM),
  op('__pkvm_init_vm', HOST_KVM, 2, VM, PGD),
  op('__pkvm_host_share_hyp', HOST_VCPU),
  initVcpu(),
  op('__pkvm_vcpu_load', HANDLE, 0),
  shareGuest(PAGE, 5, 6, MEMCACHE),
];

function page(machine: Machine, pfn: number): number {
  return machine.layout.pageIndex(pfn);
}

describe('sameOwnership', () => {
  it.each<[string, (machine: Machine) => void, boolean]>([
    ['nothing', () => {}, true],
    ['a host state', (m) => poke(m, 0x40300, { host: 2 }), false],
    ['a pin', (m) => poke(m, HOST_KVM, { refcount: 2 }), false],
    ['a reference on a page of the host', (m) => poke(m, 0x40300, { refcount: 1 }), false],
    ['a reference on a page of hyp', (m) => poke(m, HYP_PAGE, { refcount: 1 }), true],
    ['a share count', (m) => poke(m, PAGE, { shares: 2 }), false],
    ['a page hyp has', (m) => poke(m, 0x40300, { hyp: 0 }), false],
    ['a page hyp has no more', (m) => poke(m, HOST_KVM, { hyp: 4 }), false],
    ['a hyp state', (m) => poke(m, HOST_KVM, { hyp: 0 }), false],
    [
      'a guest page gone',
      (m) => m.stage2.kvm_pgtable_stage2_unmap(m.guest.pgtableOf(0), 5, 1),
      false,
    ],
    ['an order', (m) => m.vmemmap.setOrder(page(m, 0x40300), 1), true],
    ['a page of hpool in use', (m) => m.alloc.hyp_alloc_pages(HPOOL, 0), true],
    [
      'a lazily filled mapping of the host',
      (m) => m.run(op('handle_host_mem_abort', 0x50000)),
      true,
    ],
    ['a loaded vCPU', (m) => m.run(op('__pkvm_vcpu_put')), true],
  ])('%s', (_name, change, same) => {
    const [first, second] = bootPair(OPS);
    change(second);
    expect(sameOwnership(first, second)).toBe(same);
    expect(sameOwnership(second, first)).toBe(same);
  });

  it.each([
    ['another page', 0x401017db, 0x1400000],
    ['another state', 0x401007db, 0x0400000],
  ])('a guest page that is %s', (_name, lo, hi) => {
    const [first, second] = bootPair(OPS);
    const table = second.layout.frameOf(page(second, MEMCACHE[2]));
    second.state.set(table + 10, lo);
    second.state.set(table + 11, hi);
    expect(sameOwnership(first, second)).toBe(false);
  });

  it('does not ask in which page a table lies', () => {
    const [first, second] = bootPair();
    for (const m of [first, second]) m.run(op('__pkvm_host_share_hyp', 0x40001));
    second.alloc.hyp_alloc_pages(HPOOL, 0);
    for (const m of [first, second]) m.run(op('__pkvm_host_share_hyp', 0x40401));
    expect(sameOwnership(first, second)).toBe(true);
  });
});

describe('what it looks at', () => {
  const [machine] = bootPair(OPS);

  it('hyp’s states by page', () => {
    const states = hypStates(machine);
    const found = [HYP_PAGE, HOST_KVM, VM, MEMCACHE[0], PAGE].map((pfn) =>
      states.get(page(machine, pfn)),
    );
    expect(found).toEqual([0, 2, 0, 0, undefined]);
    expect(states.size).toBe(80 + 1 + 2 + 2 + 1 + 2 + 4);
  });

  it('guest mappings, live VMs and pins', () => {
    expect([...guestMappings(machine)]).toEqual([['0:5', `${PAGE}:2`]]);
    expect(liveVms(machine)).toEqual([0]);
    const found = [HOST_KVM, HOST_VCPU, PAGE, VM, HYP_PAGE + 32].map((pfn) =>
      pins(machine, page(machine, pfn)),
    );
    expect(found).toEqual([1, 1, 0, 0, 0]);
  });

  it('every leaf of a table, in address order', () => {
    const inputs: number[] = [];
    forEachHostLeaf(machine, (input) => inputs.push(input));
    expect(inputs).toEqual([...inputs].sort((a, b) => a - b));
    expect(inputs).toHaveLength(80 + 2 + 2 + 2 + 4);
  });
});

/** Writes a descriptor of a page table, at an index of the table in a page. */
function describeAt(machine: Machine, table: number, index: number, lo: number, hi: number): void {
  const word = machine.layout.frameOf(page(machine, table)) + 2 * index;
  machine.state.set(word, lo);
  machine.state.set(word + 1, hi);
}

/** Leaves of the host's stage 2 as `input level`. */
function hostLeaves(machine: Machine): string[] {
  const leaves: string[] = [];
  forEachHostLeaf(machine, (input, level) => leaves.push(`${input.toString(16)} ${level}`));
  return leaves;
}

describe('a walk over a whole table', () => {
  it('tells where blocks and pages of the second PGD page are', () => {
    const [machine] = bootPair([...OPS, op('handle_host_mem_abort', 0x40400)]);
    expect(hostLeaves(machine)).toContain('40400 2');

    const far = 2 ** 27 + 2 ** 18 + 3;
    const [guest] = bootPair([...OPS, shareGuest(0x40101, far, 6, [0x40254, 0x40255, 0x40256])]);
    expect([...guestMappings(guest)]).toEqual([
      ['0:5', `${PAGE}:2`],
      [`0:${far}`, `${0x40101}:2`],
    ]);
  });

  it('is told each table, the first page of memory too', () => {
    const [machine] = bootPair();
    const [pgd, table] = hostS2Entry(machine, HYP_PAGE).path;
    machine.state.set(machine.vmemmap.contents(0) + 2 * 7, 4);
    // The last 2 MiB that the table translates, from 0x40000 on.
    describeAt(machine, table, 511, (0x40000 << 12) | 3, 0);
    const tables: string[] = [];
    forEachHostLeaf(
      machine,
      () => {},
      (each, level, input) => tables.push(`${each} ${level} ${input.toString(16)}`),
    );
    expect(tables[0]).toBe(`${page(machine, pgd)} 1 0`);
    expect(tables).toContain(`${page(machine, table)} 2 40000`);
    expect(tables).toContain('0 3 7fe00');
    expect(hostLeaves(machine)).toContain('7fe07 3');
  });

  it('is told the tables of hyp, from level 0 on', () => {
    const [machine] = bootPair();
    const levels: number[] = [];
    forEachHypLeaf(
      machine,
      () => {},
      (_table, level) => levels.push(level),
    );
    expect(levels).toEqual([0, 1, 2, 3]);
  });

  it('meets every descriptor that is not zero', () => {
    const [machine] = bootPair();
    const table = hostS2Entry(machine, HYP_PAGE).path[2];
    const before = hostLeaves(machine).length;
    describeAt(machine, table, 400, 0, 1);
    describeAt(machine, table, 401, 4, 0);
    describeAt(machine, table, 402, 0, 0);
    expect(hostLeaves(machine).slice(before)).toEqual(['40f90 3', '40f91 3']);
  });

  it('ends at a table that is no memory, or that this machine never had', () => {
    const pair = bootPair();
    const [machine] = pair;
    const { layout, state } = machine;
    const table = hostS2Entry(machine, HYP_PAGE).path[1];
    const leaves = hostLeaves(machine);
    const tables: number[] = [];
    const expectNoMore = (pfn: number) => {
      describeAt(machine, table, 511, (pfn << 12) | 3, 0);
      expect(hostLeaves(machine)).toEqual(leaves);
    };
    forEachHostLeaf(
      machine,
      () => {},
      (each) => tables.push(each),
    );
    expectNoMore(NO_PAGE);
    const met: number[] = [];
    forEachHostLeaf(
      machine,
      () => {},
      (each) => met.push(each),
    );
    expect(met).toEqual(tables);
    // Contents set aside for the other machine: in the last words there are, and beyond them.
    let pfn = 0x40300;
    while (layout.reserveFrame(page(machine, pfn)) < state.words.length) expectNoMore(pfn++);
    expect(layout.frameOf(page(machine, pfn))).toBe(state.words.length);
    expectNoMore(pfn);
    layout.reserveFrame(page(machine, pfn + 1));
    expectNoMore(pfn + 1);
  });

  it('finds nothing where there is no PGD, not even in page 0', () => {
    const memory = [{ pfn: 0, pages: 4096, nomap: false }];
    const carveout = { pfn: 0xe00, hpool_pages: 40, host_s2_pages: 40 };
    const [machine] = bootPair([], { memory, carveout });
    machine.state.set(machine.vmemmap.contents(0) + 8, 4);
    machine.state.set(HOST_PGD, 0);
    expect(hostLeaves(machine)).toEqual([]);
  });
});

describe('hyp’s states', () => {
  it('are those of valid entries', () => {
    const [machine] = bootPair(OPS);
    const entry = hypEntry(machine, HOST_KVM);
    describeAt(machine, entry.path[3], HOST_KVM % 512, 4, 0x01000000);
    expect(hypStates(machine).has(page(machine, HOST_KVM))).toBe(false);
  });

  it('are of every page of a block that is memory', () => {
    const [machine] = bootPair(OPS);
    const before = hypStates(machine).size;
    // 1 GiB from 0x80000 on, of which 16 pages and 64 pages are there.
    describeAt(machine, hypEntry(machine, PAGE).path[1], 2, 0x80000001 | 0, 0x00800000);
    const states = hypStates(machine);
    expect(states.size).toBe(before + 16 + 64);
    for (const pfn of [0x80000, 0x8000f, 0x90000, 0x9003f]) {
      expect(states.get(page(machine, pfn))).toBe(1);
    }
  });

  it('are of the first page too', () => {
    const [machine] = bootPair();
    poke(machine, 0x40000, { hyp: 2 });
    expect(hypStates(machine).get(0)).toBe(2);
  });
});

describe('live VMs', () => {
  it('are those of the VM table, and nothing after it', () => {
    const [machine] = bootPair();
    poke(machine, 0x40000, { refcount: 1 });
    expect(liveVms(machine)).toEqual([]);
    machine.state.set(vmRecord(254) + VM_PAGE, 1);
    expect(liveVms(machine)).toEqual([254]);
  });
});

describe('the ownership of the last page', () => {
  it('is compared, and nothing after it', () => {
    for (const [change, same] of [
      [(m: Machine) => poke(m, 0x9003f, { shares: 1 }), false],
      [(m: Machine) => m.vmemmap.setOrder(page(m, 0x40000), 1), true],
    ] as const) {
      const [first, second] = bootPair();
      change(second);
      expect(sameOwnership(first, second)).toBe(same);
    }
  });
});
