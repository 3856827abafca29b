// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  forEachHostLeaf,
  guestMappings,
  hypStates,
  liveVms,
  pins,
  sameOwnership,
} from '../../src/compare/ownership.js';
import { HPOOL } from '../../src/hyp/layout.js';
import type { Machine } from '../../src/hyp/machine.js';
import { HYP_PAGE, op, PAGE, poke, shareGuest } from '../support/machines.js';
import { bootPair } from '../support/pairs.js';
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
