// SPDX-License-Identifier: GPL-2.0-only
/** The physical pages an operation names, as rows of a picture: a few of a long range. */

import { type Op, OpCode } from '../hyp/op.js';

/** Most pages of one range that get a row. */
const MOST_OF_A_RANGE = 4;

/** Page numbers in the order the operation names them; those of no memory are among them. */
export function pagesOf(op: Op): number[] {
  switch (op.code) {
    case OpCode.__pkvm_host_donate_hyp:
    case OpCode.__pkvm_hyp_donate_host:
    case OpCode.__pkvm_host_share_ffa:
    case OpCode.__pkvm_host_unshare_ffa:
      return range(op.a, op.b);
    case OpCode.hyp_pin_shared_mem:
    case OpCode.hyp_unpin_shared_mem:
      return range(op.a, op.b - op.a);
    case OpCode.ffa_host_share_ranges:
    case OpCode.ffa_host_unshare_ranges:
      return ranges(op.list);
    case OpCode.__pkvm_init_vm:
      return [op.a, op.c, ...range(op.d, 2)];
    case OpCode.__pkvm_init_vcpu:
      return [...range(op.b, op.f - op.b), ...range(op.d, 2)];
    case OpCode.__pkvm_host_share_guest:
      return [op.a, ...op.list];
    case OpCode.__pkvm_vcpu_load:
    case OpCode.__pkvm_vcpu_put:
    case OpCode.__pkvm_host_unshare_guest:
    case OpCode.__pkvm_host_wrprotect_guest:
    case OpCode.__pkvm_host_test_clear_young_guest:
    case OpCode.__pkvm_host_relax_perms_guest:
    case OpCode.__pkvm_host_mkyoung_guest:
    case OpCode.__pkvm_teardown_vm:
      return [];
    default:
      return [op.a];
  }
}

function range(start: number, count: number): number[] {
  const length = Math.max(1, Math.min(count, MOST_OF_A_RANGE));
  return Array.from({ length }, (_, i) => start + i);
}

function ranges(list: readonly number[]): number[] {
  const pages: number[] = [];
  for (let i = 0; i < list.length; i += 2) pages.push(...range(list[i], list[i + 1]));
  return pages;
}
