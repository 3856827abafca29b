// SPDX-License-Identifier: GPL-2.0-only
/** Which operations make hyp give away or let go of a page that it uses itself. */
import { describe, expect, it } from 'vitest';
import { MisuseWatch } from '../../src/compare/misuse.js';
import type { Machine } from '../../src/hyp/machine.js';
import type { Op } from '../../src/hyp/op.js';
import { bootMachine, op, PAGE, shareGuest } from '../support/machines.js';
import { HANDLE, HOST_KVM, HOST_VCPU, MEMCACHE, PGD, VCPU, VM, VM_OPS } from '../support/vms.js';

/** Whether the last of some operations is a misuse. */
function isMisuse(machine: Machine, ops: readonly Op[]): boolean {
  const watch = new MisuseWatch();
  for (const each of ops) {
    watch.before(machine, each);
    const outcome = machine.run(each);
    watch.after(outcome, outcome);
    machine.state.commit();
  }
  return watch.met;
}

const give = (pfn: number, pages = 1) => op('__pkvm_hyp_donate_host', pfn, pages);
const unpin = (pfn: number) => op('hyp_unpin_shared_mem', pfn, pfn + 1);

describe('a page that hyp uses itself', () => {
  const { carveout } = bootMachine().config;
  it.each([
    ['of hpool', carveout.pfn],
    ['of host_s2_pool', carveout.pfn + carveout.hpool_pages],
  ])('is given away: a page %s', (_name, pfn) => {
    expect(isMisuse(bootMachine(), [give(pfn)])).toBe(true);
  });

  it.each([
    ['the structure of a VM', VM],
    ['the PGD of a VM', PGD + 1],
    ['a vCPU', VCPU + 1],
    ['a table of a guest', MEMCACHE[0]],
    ['a page of a memcache', MEMCACHE[3]],
  ])('is given away: %s', (_name, pfn) => {
    expect(isMisuse(bootMachine(), [...VM_OPS, give(pfn)])).toBe(true);
  });

  it('has a reference dropped that is no pin', () => {
    expect(isMisuse(bootMachine(), [...VM_OPS, unpin(VM)])).toBe(true);
  });

  it('is given away in the middle of a range', () => {
    const range = [op('__pkvm_host_donate_hyp', VM - 2, 2), give(VM - 2, 3)];
    expect(isMisuse(bootMachine(), [...VM_OPS, ...range])).toBe(true);
  });
});

describe('no misuse', () => {
  it('is giving away no pages, wherever they are, or a size that wraps', () => {
    expect(isMisuse(bootMachine(), [...VM_OPS, give(PGD + 1, 0)])).toBe(false);
    expect(isMisuse(bootMachine(), [...VM_OPS, give(PAGE, 2 ** 52 - PAGE)])).toBe(false);
  });

  it('is what hyp was given and gives back', () => {
    const ops = [...VM_OPS, op('__pkvm_host_donate_hyp', PAGE + 9, 2), give(PAGE + 9, 2)];
    expect(isMisuse(bootMachine(), ops)).toBe(false);
  });

  it('is a page that the host owns: hyp cannot give it', () => {
    expect(isMisuse(bootMachine(), [...VM_OPS, give(PAGE + 9), give(HOST_KVM)])).toBe(false);
  });

  it('is a pin that is dropped', () => {
    const ops = [op('__pkvm_host_share_hyp', PAGE), op('hyp_pin_shared_mem', PAGE, PAGE + 1)];
    expect(isMisuse(bootMachine(), [...ops, unpin(PAGE)])).toBe(false);
    expect(isMisuse(bootMachine(), [...VM_OPS, unpin(HOST_VCPU)])).toBe(false);
  });

  it('is what the end of a VM gives back', () => {
    const end = [op('__pkvm_vcpu_put'), op('__pkvm_teardown_vm', HANDLE), shareGuest(PAGE, 0)];
    expect(isMisuse(bootMachine(), [...VM_OPS, ...end])).toBe(false);
  });
});
