// SPDX-License-Identifier: GPL-2.0-only
/**
 * The state dump: one machine as canonical JSON, run-length encoded. Frame and page numbers are hex
 * without 0x, counts decimal, states by name.
 */

import { dumpStage1, dumpStage2, type LeafRun, type TableDump } from './dump_tables.js';
import {
  HANDLE_OFFSET,
  HOST_PGD,
  HOST_S2_POOL,
  HPOOL,
  HYP_PGD,
  KVM_MAX_PVMS,
  LOADED_VCPU,
  VCPU_INDEX,
  VCPU_MC_HEAD,
  VCPU_MC_NR_PAGES,
  VCPU_VM,
  VM_CREATED_VCPUS,
  VM_NR_VCPUS,
  VM_PAGE,
  VM_PGD,
  VM_POOL,
  vmRecord,
} from './layout.js';
import type { Machine } from './machine.js';
import { PAGE_STATE_NAMES } from './page_state.js';

/** `[first pfn, pages, host_state, refcount, order, host_share_guest_count]` */
export type VmemmapRun = [string, number, string, number, number, number];

export interface VmDump {
  handle: number;
  nr_vcpus: number;
  created: number;
  pool_free: number;
  s2: LeafRun[];
  s2_hash: string;
  vcpus: { memcache: string[] }[];
}

export interface StateDump {
  vmemmap: VmemmapRun[];
  host_s2: LeafRun[];
  host_s2_hash: string;
  hyp_s1: LeafRun[];
  hyp_s1_hash: string;
  free: { hpool: number; host_s2: number };
  vms: VmDump[];
  loaded?: [number, number];
  /** What of the state is not known or has no end, in words; nothing if all is well. */
  undefined?: string[];
}

/** Dumps a machine's state as it is now. */
export function dumpState(machine: Machine): StateDump {
  const words = machine.state.words;
  const problems: string[] = [];
  const host = dumpStage2(machine, words[HOST_PGD], 2, 'host stage 2', problems);
  const hyp = dumpStage1(machine, words[HYP_PGD], problems);
  const dump: StateDump = {
    vmemmap: dumpVmemmap(machine),
    host_s2: host.leaves,
    host_s2_hash: host.hash,
    hyp_s1: hyp.leaves,
    hyp_s1_hash: hyp.hash,
    free: {
      hpool: freePages(machine, HPOOL, 'hpool', problems),
      host_s2: freePages(machine, HOST_S2_POOL, 'host_s2_pool', problems),
    },
    vms: [],
  };
  for (let slot = 0; slot < KVM_MAX_PVMS; slot++) {
    if (words[vmRecord(slot) + VM_PAGE] !== 0) dump.vms.push(dumpVm(machine, slot, problems));
  }
  const loaded = words[LOADED_VCPU];
  if (loaded !== 0) {
    dump.loaded = [HANDLE_OFFSET + words[loaded + VCPU_VM] - 1, words[loaded + VCPU_INDEX]];
  }
  if (problems.length > 0) dump.undefined = problems;
  return dump;
}

/** Pages on a pool's free lists, -1 where one is a circle. */
function freePages(machine: Machine, pool: number, name: string, problems: string[]): number {
  const pages = machine.alloc.freePages(pool);
  if (pages < 0) problems.push(`a free list of ${name} does not lead back to its head`);
  return pages;
}

function dumpVmemmap(machine: Machine): VmemmapRun[] {
  const runs: VmemmapRun[] = [];
  const { vmemmap } = machine;
  let page = 0;
  for (const region of machine.config.memory) {
    let last: VmemmapRun | undefined;
    for (let i = 0; i < region.pages; i++, page++) {
      const state = PAGE_STATE_NAMES[vmemmap.hostState(page)];
      const refcount = vmemmap.refcount(page);
      const order = vmemmap.order(page);
      const shares = vmemmap.shareCount(page);
      if (
        last &&
        last[2] === state &&
        last[3] === refcount &&
        last[4] === order &&
        last[5] === shares
      ) {
        last[1]++;
      } else {
        last = [(region.pfn + i).toString(16), 1, state, refcount, order, shares];
        runs.push(last);
      }
    }
  }
  return runs;
}

function dumpVm(machine: Machine, slot: number, problems: string[]): VmDump {
  const words = machine.state.words;
  const vm = vmRecord(slot);
  const name = `VM 0x${(HANDLE_OFFSET + slot).toString(16)}`;
  const s2: TableDump = dumpStage2(machine, words[vm + VM_PGD], 2, name, problems);
  const lost = machine.pkvm.structProblem(slot);
  if (lost !== undefined) problems.push(lost);
  const nrVcpus = words[vm + VM_NR_VCPUS];
  const vcpus = Array.from({ length: nrVcpus }, (_, idx) => ({
    memcache: dumpMemcache(machine, machine.layout.reserveVcpu(slot, idx)),
  }));
  return {
    handle: HANDLE_OFFSET + slot,
    nr_vcpus: nrVcpus,
    created: words[vm + VM_CREATED_VCPUS] >>> 0,
    pool_free: freePages(machine, vm + VM_POOL, `the pool of ${name}`, problems),
    s2: s2.leaves,
    s2_hash: s2.hash,
    vcpus,
  };
}

/** Pages of a vCPU's memcache, head first, in hex. `vcpu` is its record. */
export function dumpMemcache(machine: Machine, vcpu: number): string[] {
  const { layout, state } = machine;
  const pages: string[] = [];
  let pfn = state.words[vcpu + VCPU_MC_HEAD];
  for (let left = state.words[vcpu + VCPU_MC_NR_PAGES]; left > 0; left--) {
    pages.push(pfn.toString(16));
    const page = layout.pageIndex(pfn);
    if (page < 0) break;
    pfn = machine.tablePages.linkOf(page);
  }
  return pages;
}
