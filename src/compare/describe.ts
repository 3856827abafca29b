// SPDX-License-Identifier: GPL-2.0-only
/** The pages an operation is about, and their state in words. */

import { hostStateOf, hypStateOf } from '../hyp/lookup.js';
import type { Machine } from '../hyp/machine.js';
import { type Op, OpCode } from '../hyp/op.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';

/** The first physical page an operation is about, or -1. */
export function firstPageOf(op: Op): number {
  switch (op.code) {
    case OpCode.ffa_host_share_ranges:
    case OpCode.ffa_host_unshare_ranges:
      return op.list.length > 0 ? op.list[0] : -1;
    case OpCode.__pkvm_vcpu_load:
    case OpCode.__pkvm_vcpu_put:
    case OpCode.__pkvm_host_unshare_guest:
    case OpCode.__pkvm_host_wrprotect_guest:
    case OpCode.__pkvm_host_test_clear_young_guest:
    case OpCode.__pkvm_host_relax_perms_guest:
    case OpCode.__pkvm_host_mkyoung_guest:
    case OpCode.__pkvm_teardown_vm:
      return -1;
    case OpCode.__pkvm_init_vcpu:
      return op.d;
    default:
      return op.a;
  }
}

/** `host SHARED_OWNED, hyp NOPAGE, refcount 1`, or that there is no memory. */
export function describePage(machine: Machine, pfn: number): string {
  const host = hostStateOf(machine, pfn);
  if (host < 0) return 'no memory';
  const page = machine.layout.pageIndex(pfn);
  const shares = machine.vmemmap.shareCount(page);
  const parts = [
    `host ${PAGE_STATE_NAMES[host]}`,
    `hyp ${PAGE_STATE_NAMES[hypStateOf(machine, pfn)]}`,
    `refcount ${machine.vmemmap.refcount(page)}`,
  ];
  if (shares > 0) parts.push(`host_share_guest_count ${shares}`);
  return parts.join(', ');
}
