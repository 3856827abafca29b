// SPDX-License-Identifier: GPL-2.0-only
/**
 * Misuse: hyp gives away, or drops a reference on, a page that it uses itself. No caller of the
 * transitions does that, so what a trace shows afterwards is outside their contract.
 *
 * A page is in use if it lies in a pool (free or not), is a table, is in a memcache, or holds a VM or a
 * vCPU. A pin is no such use: the host can have hyp give back a page that is pinned
 * (traces/findings/unshare-hyp-busy-or-refused-host-only.json), so that stays within the contract.
 */

import { dumpMemcache } from '../hyp/dump.js';
import {
  HOST_S2_POOL,
  HPOOL,
  POOL_RANGE_END,
  POOL_RANGE_START,
  VCPU_PAGE,
  VM_CREATED_VCPUS,
  VM_NR_VCPUS,
  VM_PAGE,
  VM_POOL,
  vmRecord,
} from '../hyp/layout.js';
import type { Machine } from '../hyp/machine.js';
import { PFN_SPACE } from '../hyp/numbers.js';
import { type Op, OpCode } from '../hyp/op.js';
import { pkvm_get_hyp_vm_size, VCPU_PAGES } from '../hyp/vm_structs.js';
import { firstPageOf, numberAt, slotOf } from '../ops/index.js';
import { forEachGuestLeaf, liveVms } from './ownership.js';

const NR_PAGES = slotOf('__pkvm_hyp_donate_host', 'nr_pages');
const UNPINNED_TO = slotOf('hyp_unpin_shared_mem', 'to');

/** Watches the operations of one run. */
export class MisuseWatch {
  /** An operation so far was a misuse. */
  met = false;
  private isAbout = false;
  /** There may be VMs: nothing else makes hyp use pages outside its pools. */
  private hasVms = false;

  /** To be called before an operation; `machine` is of either side, both being equal. */
  before(machine: Machine, op: Op): void {
    this.isAbout = false;
    const { code } = op;
    if (code === OpCode.__pkvm_hyp_donate_host) {
      const start = firstPageOf(op);
      this.look(machine, start, start + numberAt(op, NR_PAGES));
    } else if (code === OpCode.hyp_unpin_shared_mem) {
      this.look(machine, firstPageOf(op), numberAt(op, UNPINNED_TO));
    }
    if (code === OpCode.__pkvm_init_vm) this.hasVms = true;
  }

  /** To be called after it, with both outcomes: one that was refused changed nothing. */
  after(first: number, second: number): void {
    if (this.isAbout && (first >= 0 || second >= 0)) this.met = true;
  }

  private look(machine: Machine, start: number, end: number): void {
    // No pages, or a size that wraps: nothing is given away, whatever else becomes of it.
    if (this.met || start >= end || end >= PFN_SPACE) return;
    this.isAbout = isOfPools(machine, start, end) || (this.hasVms && isOfVms(machine, start, end));
  }
}

/** Is one of the pages [start, end) of the carve-out? */
function isOfPools(machine: Machine, start: number, end: number): boolean {
  return isOfPool(machine, HPOOL, start, end) || isOfPool(machine, HOST_S2_POOL, start, end);
}

function isOfVms(machine: Machine, start: number, end: number): boolean {
  return liveVms(machine).some((slot) => isOfVm(machine, slot, start, end));
}

function isOfPool(machine: Machine, pool: number, start: number, end: number): boolean {
  const { words } = machine.state;
  return start < words[pool + POOL_RANGE_END] && end > words[pool + POOL_RANGE_START];
}

/** Pages of a VM: its structure, its pool, its vCPUs with their memcaches, its tables. */
function isOfVm(machine: Machine, slot: number, start: number, end: number): boolean {
  const { words } = machine.state;
  const { layout } = machine;
  const vm = vmRecord(slot);
  const overlaps = (first: number, pages: number) => start < first + pages && end > first;
  const created = words[vm + VM_CREATED_VCPUS] >>> 0;
  if (overlaps(words[vm + VM_PAGE] - 1, pkvm_get_hyp_vm_size(created))) return true;
  if (isOfPool(machine, vm + VM_POOL, start, end)) return true;
  for (let idx = 0; idx < words[vm + VM_NR_VCPUS]; idx++) {
    const vcpu = layout.reserveVcpu(slot, idx);
    if (overlaps(words[vcpu + VCPU_PAGE], VCPU_PAGES)) return true;
    const memcache = dumpMemcache(machine, vcpu);
    if (memcache.some((pfn) => overlaps(Number.parseInt(pfn, 16), 1))) return true;
  }
  let isTable = false;
  forEachGuestLeaf(machine, slot, undefined, (page) => {
    isTable ||= overlaps(layout.pfnOf(page), 1);
  });
  return isTable;
}
