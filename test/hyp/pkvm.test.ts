// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { dumpState } from '../../src/hyp/dump.js';
import type { Machine } from '../../src/hyp/machine.js';
import {
  bootMachine,
  HYP_PAGE,
  hostState,
  hypState,
  NO_PAGE,
  NOPAGE,
  OWNED,
  op,
  PAGE,
  refcount,
  run,
  SHARED_OWNED,
} from '../support/machines.js';
import { HANDLE, HOST_KVM, HOST_VCPU, initVcpu, initVm, PGD, VCPU, VM } from '../support/vms.js';

/** Host state and hyp state of pages, as `host/hyp`. */
function states(machine: Machine, ...pages: number[]): string[] {
  return pages.map((pfn) => `${hostState(machine, pfn)}/${hypState(machine, pfn)}`);
}

const HOSTS = `${OWNED}/${NOPAGE}`;
const HYPS = `${NOPAGE}/${OWNED}`;
const SHARED = `${SHARED_OWNED}/2`;

describe('__pkvm_init_vm', () => {
  it('pins host_kvm, takes the donated pages, and gives a handle', () => {
    const machine = bootMachine();
    expect(initVm(machine)).toBe(HANDLE);
    expect(states(machine, HOST_KVM, VM, VM + 1, PGD, PGD + 1)).toEqual([
      SHARED,
      HYPS,
      HYPS,
      HYPS,
      HYPS,
    ]);
    expect(states(machine, VM + 2, PGD + 2)).toEqual([HOSTS, HOSTS]);
    expect([HOST_KVM, VM, PGD, PGD + 1].map((pfn) => refcount(machine, pfn))).toEqual([1, 0, 1, 1]);
    expect(dumpState(machine).vms).toEqual([
      {
        handle: HANDLE,
        nr_vcpus: 0,
        created: 2,
        pool_free: 0,
        s2: [],
        s2_hash: 'cbf29ce484222325',
        vcpus: [],
      },
    ]);
  });

  it.each([
    [1, 2],
    [512, 2],
    [513, 3],
    [1024, 3],
    [1025, 4],
  ])('takes a page, and one for each 512 of %i announced vCPUs: %i', (nr_vcpus, pages) => {
    const machine = bootMachine();
    expect(initVm(machine, nr_vcpus)).toBe(HANDLE);
    expect(states(machine, VM + pages - 1, VM + pages)).toEqual([HYPS, HOSTS]);
  });

  it('takes the first free slot', () => {
    const machine = bootMachine();
    const more = (i: number) =>
      run(machine, op('__pkvm_init_vm', HOST_KVM, 1, VM + 16 * i, PGD + 16 * i));
    expect([initVm(machine), more(3), more(5)]).toEqual([0x1000, 0x1001, 0x1002]);
    expect(run(machine, op('__pkvm_teardown_vm', 0x1001))).toBe(0);
    expect([more(3), more(7)]).toEqual([0x1001, 0x1003]);
    expect(refcount(machine, HOST_KVM)).toBe(4);
  });

  it('faults on a PGD that is not aligned on its size, the VM in the table already', () => {
    const machine = bootMachine();
    run(machine, op('__pkvm_host_share_hyp', HOST_KVM));
    expect(run(machine, op('__pkvm_init_vm', HOST_KVM, 1, VM, PGD + 1))).toBe('FAULT');
    expect(machine.locks.held).toBe(12);
  });

  it.each([
    ['host_kvm not shared with hyp', PAGE, 1, VM, PGD, 0, -1],
    ['host_kvm in no region', NO_PAGE, 1, VM, PGD, 0, -1],
    ['host_kvm the last page of all', 2 ** 52 - 1, 1, VM, PGD, 0, -22],
    ['no vCPUs', HOST_KVM, 0, VM, PGD, 0, -22],
    ['no vCPUs, before the addresses', HOST_KVM, 0, VM, PGD, 3, -22],
    ['vm not aligned', HOST_KVM, 1, VM, PGD, 1, -12],
    ['pgd not aligned', HOST_KVM, 1, VM, PGD, 2, -12],
    ['vm refused', HOST_KVM, 1, HYP_PAGE, PGD, 0, -12],
    ['pgd refused', HOST_KVM, 1, VM, HYP_PAGE, 0, -12],
    ['vm and pgd overlap', HOST_KVM, 1, VM, VM + 1, 0, -12],
    ['more vCPUs than memory', HOST_KVM, 2 ** 32 - 1, VM, PGD, 0, -12],
  ])('with %s undoes what it did', (_name, host_kvm, nr, vm, pgd, unaligned, expected) => {
    const machine = bootMachine();
    run(machine, op('__pkvm_host_share_hyp', HOST_KVM));
    // Once, so that the host's tables are there: they stay when they are empty.
    run(machine, op('__pkvm_host_donate_hyp', VM, 1));
    run(machine, op('__pkvm_hyp_donate_host', VM, 1));
    const before = dumpState(machine);
    expect(run(machine, op('__pkvm_init_vm', host_kvm, nr, vm, pgd, unaligned))).toBe(expected);
    expect(dumpState(machine)).toEqual(before);
    expect(machine.locks.held).toBe(0);
  });

  it('zeroes the pages of the VM', () => {
    const machine = bootMachine();
    const base = machine.vmemmap.contents(machine.layout.pageIndex(VM + 1));
    machine.state.set(base, 5);
    expect(initVm(machine)).toBe(HANDLE);
    expect(machine.state.words[base]).toBe(0);
  });

  it('zeroes what it gives back', () => {
    const machine = bootMachine();
    run(machine, op('__pkvm_host_share_hyp', HOST_KVM));
    const base = machine.vmemmap.contents(machine.layout.pageIndex(VM));
    machine.state.set(base, 5);
    run(machine, op('__pkvm_init_vm', HOST_KVM, 1, VM, PGD, 2));
    expect(machine.state.words[base]).toBe(0);
  });
});

describe('__pkvm_init_vcpu', () => {
  function bootVm(): Machine {
    const machine = bootMachine();
    initVm(machine);
    run(machine, op('__pkvm_host_share_hyp', HOST_VCPU));
    run(machine, op('__pkvm_host_share_hyp', HOST_VCPU + 1));
    return machine;
  }

  it('takes two pages and pins the host’s, in the order of the indices', () => {
    const machine = bootVm();
    expect(run(machine, initVcpu())).toBe(0);
    expect(states(machine, VCPU, VCPU + 1, VCPU + 2)).toEqual([HYPS, HYPS, HOSTS]);
    expect(refcount(machine, HOST_VCPU)).toBe(1);
    expect(run(machine, initVcpu({ idx: 1, vcpu: VCPU + 2, end: HOST_VCPU + 2 }))).toBe(0);
    expect([HOST_VCPU, HOST_VCPU + 1].map((pfn) => refcount(machine, pfn))).toEqual([2, 1]);
    expect(dumpState(machine).vms[0].nr_vcpus).toBe(2);
  });

  it('zeroes the pages', () => {
    const machine = bootVm();
    const base = machine.vmemmap.contents(machine.layout.pageIndex(VCPU + 1));
    machine.state.set(base, 5);
    expect(run(machine, initVcpu())).toBe(0);
    expect(machine.state.words[base]).toBe(0);
  });

  it.each([
    ['a vcpu page that is refused', { vcpu: HYP_PAGE }, -12],
    ['a refused page before no such VM', { vcpu: HYP_PAGE, handle: 1 }, -12],
    ['no such VM', { handle: HANDLE + 1 }, -2],
    ['a host vCPU that is not shared', { host: PAGE }, -16],
    ['a host vCPU not shared, before the index', { host: PAGE, idx: 1 }, -16],
    ['an index out of order', { idx: 1 }, -22],
    ['an index as large as it gets', { idx: 2 ** 32 - 1 }, -22],
  ])('with %s undoes what it did', (_name, change, expected) => {
    const machine = bootVm();
    const before = dumpState(machine);
    expect(run(machine, initVcpu(change))).toBe(expected);
    expect(dumpState(machine)).toEqual(before);
    expect(machine.locks.held).toBe(0);
  });

  it('refuses an address that is not page aligned', () => {
    const machine = bootVm();
    const unaligned = op('__pkvm_init_vcpu', HANDLE, HOST_VCPU, 0, VCPU, 1, HOST_VCPU + 1);
    expect(run(machine, unaligned)).toBe(-12);
    expect(states(machine, VCPU)).toEqual([HOSTS]);
  });

  it('refuses more vCPUs than were announced, before it looks at the host’s', () => {
    const machine = bootVm();
    run(machine, initVcpu());
    run(machine, initVcpu({ idx: 1, vcpu: VCPU + 2 }));
    const before = dumpState(machine);
    expect(run(machine, initVcpu({ idx: 2, vcpu: VCPU + 4, host: PAGE }))).toBe(-22);
    expect(dumpState(machine)).toEqual(before);
  });
});
