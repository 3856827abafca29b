// SPDX-License-Identifier: GPL-2.0-only
/**
 * What happens before exploration starts: the VMs of a world, on pages of their own, each with a
 * loaded or loadable vCPU and the table pages its guest frames will need.
 */

import { HANDLE_OFFSET } from '../../hyp/layout.js';
import type { TraceOp } from '../../trace/index.js';
import { needsVms, type WorldOptions } from './options.js';

/** First page of the VMs' own memory: a block of its own, away from the pages of the world. */
const VM_PAGES = 0x40400;
const PAGES_A_VM = 16;

/** Handle of a world's VM. */
export function vmHandle(vm: number): number {
  return HANDLE_OFFSET + vm;
}

/** The VM whose own memory a page is; one that does not exist for other pages. */
export function vmOfPage(pfn: number): number {
  return Math.floor((pfn - VM_PAGES) / PAGES_A_VM);
}

/** Operations that make the VMs; the first one's vCPU is loaded at the end. */
export function setupOf(options: WorldOptions, pages: readonly number[]): TraceOp[] {
  if (!needsVms(options)) return [];
  const ops: TraceOp[] = [];
  for (let vm = options.vms - 1; vm >= 0; vm--) {
    const slot = options.vms - 1 - vm;
    ops.push(...makeVm(slot, VM_PAGES + PAGES_A_VM * slot, pages[0]));
    ops.push({ op: '__pkvm_vcpu_put', expect: 0 });
  }
  ops.push({ op: '__pkvm_vcpu_load', vm: vmHandle(0), vcpu_idx: 0, expect: 0 });
  return ops;
}

/**
 * A VM with one vCPU. The memcache is filled by a share that is refused for its permissions: the
 * pages it brought stay, enough for the two tables below the PGD.
 */
function makeVm(slot: number, first: number, page: number): TraceOp[] {
  const vm = vmHandle(slot);
  const [hostKvm, hostVcpu] = [first, first + 1];
  return [
    { op: '__pkvm_host_share_hyp', pfn: hostKvm, expect: 0 },
    { op: '__pkvm_host_share_hyp', pfn: hostVcpu, expect: 0 },
    {
      op: '__pkvm_init_vm',
      host_kvm: address(hostKvm),
      nr_vcpus: 1,
      vm: address(first + 2),
      pgd: address(first + 4),
      expect: vm,
    },
    {
      op: '__pkvm_init_vcpu',
      vm,
      host_vcpu: address(hostVcpu),
      vcpu_idx: 0,
      vcpu: address(first + 6),
      expect: 0,
    },
    { op: '__pkvm_vcpu_load', vm, vcpu_idx: 0, expect: 0 },
    {
      op: '__pkvm_host_share_guest',
      pfn: page,
      gfn: 0,
      prot: 8,
      memcache: [first + 8, first + 9],
      expect: '-EINVAL',
    },
  ];
}

function address(pfn: number): number {
  return pfn * 4096;
}
