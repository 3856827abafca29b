// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { dumpState } from '../../src/hyp/dump.js';
import type { Machine } from '../../src/hyp/machine.js';
import {
  HYP_PAGE,
  hostState,
  hypState,
  NOPAGE,
  OWNED,
  op,
  PAGE,
  poke,
  refcount,
  run,
  SHARED_OWNED,
  shareGuest,
} from '../support/machines.js';
import { guestEntry } from '../support/tables.js';
import {
  bootWithVcpu,
  HANDLE,
  HOST_KVM,
  HOST_VCPU,
  initVcpu,
  initVm,
  MEMCACHE,
  PGD,
  VCPU,
  VM,
} from '../support/vms.js';

/** Host state and hyp state of pages, as `host/hyp`. */
function states(machine: Machine, ...pages: number[]): string[] {
  return pages.map((pfn) => `${hostState(machine, pfn)}/${hypState(machine, pfn)}`);
}

const HOSTS = `${OWNED}/${NOPAGE}`;
const HYPS = `${NOPAGE}/${OWNED}`;
const SHARED = `${SHARED_OWNED}/2`;

describe('__pkvm_vcpu_load and __pkvm_vcpu_put', () => {
  it('keep a reference on the VM while a vCPU is loaded', () => {
    const machine = bootWithVcpu();
    expect(dumpState(machine).loaded).toEqual([HANDLE, 0]);
    expect(refcount(machine, VM)).toBe(1);
    expect(run(machine, op('__pkvm_vcpu_load', HANDLE, 0))).toBe(0);
    expect(refcount(machine, VM)).toBe(1);
    expect(run(machine, op('__pkvm_vcpu_put'))).toBe(0);
    expect(dumpState(machine).loaded).toBeUndefined();
    expect(refcount(machine, VM)).toBe(0);
    expect(run(machine, op('__pkvm_vcpu_put'))).toBe(0);
    expect(refcount(machine, VM)).toBe(0);
  });

  it.each([
    ['no such VM', HANDLE + 1, 0],
    ['a vCPU announced but not made', HANDLE, 1],
    ['the index -1', HANDLE, 2 ** 32 - 1],
  ])('do nothing for %s', (_name, handle, idx) => {
    const machine = bootWithVcpu();
    run(machine, op('__pkvm_vcpu_put'));
    machine.state.commit();
    expect(run(machine, op('__pkvm_vcpu_load', handle, idx))).toBe(0);
    expect(machine.state.journalLength).toBe(0);
  });

  // pkvm_load_hyp_vcpu() takes the reference; only then is the vCPU made the loaded one.
  it('load nothing when one more reference on the VM is a BUG', () => {
    const machine = bootWithVcpu();
    run(machine, op('__pkvm_vcpu_put'));
    poke(machine, VM, { refcount: 65535 });
    expect(run(machine, op('__pkvm_vcpu_load', HANDLE, 0))).toBe('BUG');
    expect(dumpState(machine).loaded).toBeUndefined();
  });
});

describe('the memcache', () => {
  function memcache(machine: Machine): string[] {
    return dumpState(machine).vms[0].vcpus[0].memcache;
  }

  it('is filled to as many pages as the host’s has, from its head', () => {
    const machine = bootWithVcpu();
    run(machine, shareGuest(PAGE, 5, 8, MEMCACHE.slice(0, 3)));
    expect(memcache(machine)).toEqual(['40252', '40251', '40250']);
    expect(states(machine, ...MEMCACHE)).toEqual([HYPS, HYPS, HYPS, HOSTS]);
    run(machine, shareGuest(PAGE, 5, 8, [MEMCACHE[3]]));
    expect(memcache(machine)).toHaveLength(3);
    run(machine, shareGuest(PAGE, 5, 8, [MEMCACHE[3], 1, 2, 3]));
    expect(memcache(machine)).toEqual(['40253', '40252', '40251', '40250']);
  });

  it('keeps the pages taken before one was refused', () => {
    const machine = bootWithVcpu();
    const refused = shareGuest(PAGE, 5, 6, [MEMCACHE[0], HYP_PAGE, MEMCACHE[1]]);
    expect(run(machine, refused)).toBe(-12);
    expect(memcache(machine)).toEqual(['40250']);
    expect(states(machine, MEMCACHE[0], MEMCACHE[1], PAGE)).toEqual([HYPS, HOSTS, HOSTS]);
  });

  it('gives its pages as tables, zeroed', () => {
    const machine = bootWithVcpu();
    const base = machine.vmemmap.contents(machine.layout.pageIndex(MEMCACHE[1]));
    machine.state.set(base + 20, 5);
    expect(run(machine, shareGuest(PAGE, 5, 6, MEMCACHE.slice(0, 2)))).toBe(0);
    expect(memcache(machine)).toEqual([]);
    expect(machine.state.words[base + 20]).toBe(0);
    const { path } = guestEntry(machine, machine.guest.pgtableOf(0), 5);
    expect(path).toEqual([PGD, MEMCACHE[1], MEMCACHE[0]]);
  });
});

describe('__pkvm_teardown_vm', () => {
  it('is -ENOENT for no such VM', () => {
    const machine = bootWithVcpu();
    expect(run(machine, op('__pkvm_teardown_vm', HANDLE + 1))).toBe(-2);
    expect(run(machine, op('__pkvm_teardown_vm', 0))).toBe(-2);
    expect([machine.state.journalLength, machine.locks.held]).toEqual([0, 0]);
  });

  it('panics while a vCPU is loaded', () => {
    const machine = bootWithVcpu();
    expect(run(machine, op('__pkvm_teardown_vm', HANDLE))).toBe('WARN');
    expect([machine.state.journalLength, machine.locks.held]).toEqual([0, 8]);
  });

  it('gives everything back to the host', () => {
    const machine = bootWithVcpu();
    run(machine, shareGuest(PAGE, 5, 6, MEMCACHE));
    run(machine, op('__pkvm_host_share_hyp', HOST_VCPU + 1));
    run(machine, initVcpu({ idx: 1, vcpu: VCPU + 2, host: HOST_VCPU + 1 }));
    run(machine, op('__pkvm_host_unshare_guest', HANDLE, 5));
    run(machine, op('__pkvm_vcpu_put'));
    expect(run(machine, op('__pkvm_teardown_vm', HANDLE))).toBe(0);
    const pages = [VM, VM + 1, PGD, PGD + 1, VCPU, VCPU + 1, VCPU + 2, VCPU + 3, ...MEMCACHE];
    expect(states(machine, ...pages)).toEqual(pages.map(() => HOSTS));
    expect(pages.map((pfn) => refcount(machine, pfn))).toEqual(pages.map(() => 0));
    const order = (pfn: number) => machine.vmemmap.order(machine.layout.pageIndex(pfn));
    expect(pages.map(order)).toEqual(pages.map(() => 0));
    expect(states(machine, HOST_KVM, HOST_VCPU, HOST_VCPU + 1)).toEqual([SHARED, SHARED, SHARED]);
    const pinned = [HOST_KVM, HOST_VCPU, HOST_VCPU + 1];
    expect(pinned.map((pfn) => refcount(machine, pfn))).toEqual([0, 0, 0]);
    expect(dumpState(machine).vms).toEqual([]);
    expect(run(machine, op('__pkvm_teardown_vm', HANDLE))).toBe(-2);
  });

  it('leaves pages shared with the guest as they are', () => {
    const machine = bootWithVcpu();
    run(machine, shareGuest(PAGE, 5, 6, MEMCACHE));
    run(machine, op('__pkvm_vcpu_put'));
    expect(run(machine, op('__pkvm_teardown_vm', HANDLE))).toBe(0);
    expect(states(machine, PAGE, ...MEMCACHE)).toEqual([
      `${SHARED_OWNED}/${NOPAGE}`,
      HOSTS,
      HOSTS,
      HOSTS,
      HOSTS,
    ]);
    expect(initVm(machine)).toBe(HANDLE);
  });

  it('panics when the host’s vCPU is pinned no more', () => {
    const machine = bootWithVcpu();
    run(machine, op('__pkvm_vcpu_put'));
    poke(machine, HOST_VCPU, { refcount: 0 });
    expect(run(machine, op('__pkvm_teardown_vm', HANDLE))).toBe('BUG');
    expect(states(machine, PGD, VCPU, VM)).toEqual([HOSTS, HYPS, HYPS]);
  });

  it('panics when a page cannot be given back', () => {
    const machine = bootWithVcpu({ debug: true });
    run(machine, op('__pkvm_vcpu_put'));
    poke(machine, VM, { host: OWNED });
    expect(run(machine, op('__pkvm_teardown_vm', HANDLE))).toBe('WARN');
    expect(states(machine, PGD, VCPU)).toEqual([HOSTS, HOSTS]);
    expect(refcount(machine, HOST_KVM)).toBe(1);
  });
});
