// SPDX-License-Identifier: GPL-2.0-only
/**
 * Pages put to another use while they are in use. Where the bytes that C reads are known, the machine
 * goes on; where they hang on an address or on the layout of a structure, it is undefined.
 */
import { describe, expect, it } from 'vitest';
import { direct } from '../../src/direct/index.js';
import { dumpState } from '../../src/hyp/dump.js';
import { HPOOL, POOL_FREE_AREA } from '../../src/hyp/layout.js';
import { Machine } from '../../src/hyp/machine.js';
import { EINVAL, ENOENT, PANIC_FAULT, UNDEFINED } from '../../src/hyp/outcome.js';
import { bootMachine, op, PAGE, run, shareGuest, smallConfig } from '../support/machines.js';
import {
  bootWithVcpu,
  HANDLE,
  HOST_KVM,
  initVcpu,
  MEMCACHE,
  PGD,
  VCPU,
  VM,
} from '../support/vms.js';

/** Gives a page of hyp's to the host: the transition does not ask what it is used for. */
function giveAway(machine: Machine, pfn: number, pages = 1): void {
  expect(run(machine, op('__pkvm_hyp_donate_host', pfn, pages))).toBe(0);
}

/** Makes the last-level table of a guest, which then maps guest page 5; its page number. */
function makeTable(machine: Machine): number {
  expect(run(machine, shareGuest(PAGE, 5, 7, MEMCACHE.slice(0, 2)))).toBe(0);
  return MEMCACHE[0];
}

/** Frees a guest's last-level table while the level above leads to it. */
function freeTableInUse(machine: Machine): number {
  const table = makeTable(machine);
  expect(run(machine, op('hyp_unpin_shared_mem', table, table + 1))).toBe(0);
  expect(run(machine, op('__pkvm_host_unshare_guest', HANDLE, 5))).toBe(0);
  return table;
}

describe('a table that is freed while it is in use', () => {
  it('answers what a pointer in its place answers: an invalid entry', () => {
    const machine = bootWithVcpu();
    freeTableInUse(machine);
    expect(run(machine, op('__pkvm_host_unshare_guest', HANDLE, 0))).toBe(-ENOENT);
    expect(run(machine, op('__pkvm_host_mkyoung_guest', 1))).toBe(-ENOENT);
  });

  it('goes on being a table where the list node does not lie', () => {
    const machine = bootWithVcpu();
    freeTableInUse(machine);
    expect(run(machine, shareGuest(PAGE, 7))).toBe(0);
    expect(run(machine, op('__pkvm_host_unshare_guest', HANDLE, 6))).toBe(-ENOENT);
  });

  it('is undefined where the address of a list head is written over as an entry', () => {
    const machine = bootWithVcpu();
    const table = freeTableInUse(machine);
    expect(machine.run(shareGuest(PAGE, 0))).toBe(UNDEFINED);
    const hex = table.toString(16);
    expect(machine.undefinedUse?.text).toBe(
      `page 0x${hex} is used as table of VM 0x1000, and is page of a free list`,
    );
  });

  it('cannot be dumped, and the dump says so', () => {
    const machine = bootWithVcpu();
    freeTableInUse(machine);
    expect(dumpState(machine).undefined).toEqual([
      expect.stringContaining('is a page of a free list'),
    ]);
  });
});

describe('a descriptor in the place of a pointer of a free list', () => {
  it('is copied to the next node before it is followed, which is a data abort, as in C', () => {
    const machine = Machine.alone(
      smallConfig({
        memory: [{ pfn: 0x40000, pages: 9, nomap: false }],
        carveout: { pfn: 0x40000, hpool_pages: 5, host_s2_pages: 4 },
      }),
      direct,
    );
    const first = 0x40000;
    expect(run(machine, op('hyp_unpin_shared_mem', first, first + 1))).toBe(0);
    expect(run(machine, op('hyp_unpin_shared_mem', first + 1, first + 2))).toBe(0);
    giveAway(machine, first + 1);
    expect(machine.run(op('__pkvm_host_donate_hyp', first + 1, 1))).toBe(PANIC_FAULT);
    // What the compiled C of both versions leaves: the descriptor of the table at 0x40003, read as a link.
    expect(machine.state.words[HPOOL + POOL_FREE_AREA + 3]).toBe(~0x40003);
  });
});

describe('the page of a VM', () => {
  it('still holds it after hyp gave it away', () => {
    const machine = bootWithVcpu();
    run(machine, op('__pkvm_vcpu_put'));
    giveAway(machine, VM, 2);
    expect(run(machine, op('__pkvm_vcpu_load', HANDLE, 0))).toBe(0);
  });

  it('is undefined once it was cleared for another VM', () => {
    const machine = bootWithVcpu();
    run(machine, op('__pkvm_vcpu_put'));
    giveAway(machine, VM, 2);
    const other = HOST_KVM + 0x100;
    run(machine, op('__pkvm_host_share_hyp', other));
    expect(run(machine, op('__pkvm_init_vm', other, 1, VM, PGD + 0x100))).toBe(HANDLE + 1);
    expect(machine.run(op('__pkvm_vcpu_load', HANDLE, 0))).toBe(UNDEFINED);
    expect(machine.undefinedUse?.text).toBe(
      `page 0x${VM.toString(16)} is used as state of VM 0x1000, and is state of VM 0x1001`,
    );
  });

  it('does not matter as long as nobody reads the VM', () => {
    const machine = bootWithVcpu();
    run(machine, op('__pkvm_vcpu_put'));
    giveAway(machine, VM, 2);
    expect(run(machine, op('__pkvm_host_donate_hyp', VM, 2))).toBe(0);
    expect(run(machine, op('__pkvm_host_share_hyp', PAGE))).toBe(0);
    expect(run(machine, op('__pkvm_vcpu_load', HANDLE, 0))).toBe(0);
  });
});

describe('the pages of a vCPU', () => {
  it('are undefined once they were cleared for another use', () => {
    const machine = bootWithVcpu();
    giveAway(machine, VCPU, 2);
    expect(run(machine, initVcpu({ handle: HANDLE + 5, vcpu: VCPU }))).toBe(-ENOENT);
    expect(machine.run(op('__pkvm_vcpu_put'))).toBe(UNDEFINED);
    expect(machine.undefinedUse?.text).toBe(
      `page 0x${VCPU.toString(16)} is used as state of vCPU 0 of VM 0x1000, and is zeroed page`,
    );
  });
});

describe('a loaded vCPU whose VM is gone', () => {
  function stale(): Machine {
    const machine = bootWithVcpu();
    run(machine, op('hyp_unpin_shared_mem', VM, VM + 1));
    expect(run(machine, op('__pkvm_teardown_vm', HANDLE))).toBe(0);
    return machine;
  }

  it('refuses permissions outside RWX before anything else', () => {
    const machine = stale();
    const before = dumpState(machine);
    expect(run(machine, shareGuest(PAGE, 0, 8, MEMCACHE))).toBe(-EINVAL);
    expect(run(machine, op('__pkvm_host_relax_perms_guest', 0, 8))).toBe(-EINVAL);
    expect(dumpState(machine)).toEqual(before);
  });

  it.each([
    ['a share', shareGuest(PAGE, 0)],
    ['permissions', op('__pkvm_host_relax_perms_guest', 0, 7)],
    ['an access flag', op('__pkvm_host_mkyoung_guest', 0)],
    ['a put', op('__pkvm_vcpu_put')],
  ])('is a data abort for %s', (_name, operation) => {
    expect(stale().run(operation)).toBe(PANIC_FAULT);
  });

  it('is undefined once its pages hold something else', () => {
    const machine = stale();
    const other = HOST_KVM + 0x100;
    run(machine, op('__pkvm_host_share_hyp', other));
    expect(run(machine, op('__pkvm_init_vm', other, 1, VCPU, PGD + 0x100))).toBe(HANDLE);
    expect(machine.run(op('__pkvm_vcpu_put'))).toBe(UNDEFINED);
  });
});

describe('a circular free list', () => {
  it('ends a dump, which says so', () => {
    const machine = bootMachine();
    const { layout, state } = machine;
    const first = layout.node + 2 * layout.pageIndex(PAGE);
    const pool = machine.alloc;
    const before = pool.freePages(4);
    expect(before).toBeGreaterThan(0);
    for (let order = 0; order <= 10; order++) state.set(4 + 3 + 2 * order, first);
    state.set(first, first);
    expect(dumpState(machine).undefined).toContain(
      'a free list of hpool does not lead back to its head',
    );
  });
});
