// SPDX-License-Identifier: GPL-2.0-only
/** Machines with a VM in them. */

import type { Machine } from '../../src/hyp/machine.js';
import type { Op } from '../../src/hyp/op.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { bootMachine, type ConfigChange, op, PAGE, run, shareGuest } from './machines.js';

/** The host's pages a VM is made of, and its handle. */
export const HOST_KVM = 0x40200;
export const VM = 0x40210;
export const PGD = 0x40220;
export const HOST_VCPU = 0x40230;
export const VCPU = 0x40240;
export const HANDLE = 0x1000;
/** Pages given to the vCPU's memcache. */
export const MEMCACHE = [0x40250, 0x40251, 0x40252, 0x40253];

/** Shares `host_kvm` and makes a VM that announces `nr_vcpus`. */
export function initVm(machine: Machine, nr_vcpus = 2): number | string {
  run(machine, op('__pkvm_host_share_hyp', HOST_KVM));
  return run(machine, op('__pkvm_init_vm', HOST_KVM, nr_vcpus, VM, PGD));
}

/** `__pkvm_init_vcpu` with one host page; the parameters a test wants to change. */
export function initVcpu(
  change: { handle?: number; host?: number; idx?: number; vcpu?: number; end?: number } = {},
) {
  const { handle = HANDLE, host = HOST_VCPU, idx = 0, vcpu = VCPU } = change;
  return op('__pkvm_init_vcpu', handle, host, idx, vcpu, 0, change.end ?? host + 1);
}

/** The guest page of VM_OPS. */
export const GFN = 5;

/** A VM with a page, its vCPU loaded, and a 2 MiB block of the host. */
export const VM_OPS: readonly Op[] = [
  op('__pkvm_host_share_hyp', HOST_KVM),
  op('__pkvm_init_vm', HOST_KVM, 2, VM, PGD),
  op('__pkvm_host_share_hyp', HOST_VCPU),
  initVcpu(),
  op('__pkvm_vcpu_load', HANDLE, 0),
  shareGuest(PAGE, GFN, 6, MEMCACHE),
  op('handle_host_mem_abort', 0x40400),
];

/** A machine with a VM and its first vCPU, loaded. */
export function bootWithVcpu(change: ConfigChange = {}, implementation?: Implementation): Machine {
  const machine = bootMachine(change, implementation);
  initVm(machine);
  run(machine, op('__pkvm_host_share_hyp', HOST_VCPU));
  run(machine, initVcpu());
  run(machine, op('__pkvm_vcpu_load', HANDLE, 0));
  machine.state.commit();
  return machine;
}
