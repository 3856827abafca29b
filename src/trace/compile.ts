// SPDX-License-Identifier: GPL-2.0-only
/**
 * From the operations of a validated trace to the numbers the machine runs on. This is on the path
 * of every operation replayed from a file: no BigInt, no intermediate objects, and for the common
 * operations no lookup by name (a name from JSON.parse is no internalized string).
 */

import { Op, OpCode, UNALIGNED_FIRST, UNALIGNED_SECOND } from '../hyp/op.js';
import { ERRNO, outcomeFromJson } from '../hyp/outcome.js';
import {
  offsetInPage,
  pageAfterAddress,
  pageNumber,
  pageOfAddress,
  type U64,
  unsignedInt,
  wrapPage,
} from './numbers.js';
import type { Expected, TraceOp } from './trace.js';
import type { Expect, FfaRange, Outcome, Poke } from './types.generated.js';

/** Page states by name, as `poke` and the state dump write them (enum pkvm_page_state). */
export const PAGE_STATE = { OWNED: 0, SHARED_OWNED: 1, SHARED_BORROWED: 2, NOPAGE: 4 } as const;

/** The operation an entry of `ops` stands for. The entry must have passed the schema. */
export function compileOp(op: TraceOp): Op {
  switch (op.op) {
    case '__pkvm_host_share_hyp':
      return new Op(OpCode.__pkvm_host_share_hyp, pageNumber(op.pfn));
    case '__pkvm_host_unshare_hyp':
      return new Op(OpCode.__pkvm_host_unshare_hyp, pageNumber(op.pfn));
    case '__pkvm_host_donate_hyp':
      return new Op(OpCode.__pkvm_host_donate_hyp, pageNumber(op.pfn), pageNumber(op.nr_pages));
    case '__pkvm_hyp_donate_host':
      return new Op(OpCode.__pkvm_hyp_donate_host, pageNumber(op.pfn), pageNumber(op.nr_pages));
    case '__pkvm_host_share_ffa':
      return new Op(OpCode.__pkvm_host_share_ffa, pageNumber(op.pfn), pageNumber(op.nr_pages));
    case '__pkvm_host_unshare_ffa':
      return new Op(OpCode.__pkvm_host_unshare_ffa, pageNumber(op.pfn), pageNumber(op.nr_pages));
    case 'hyp_pin_shared_mem':
    case 'hyp_unpin_shared_mem':
      return new Op(OpCode[op.op], pageOfAddress(op.from), pageAfterAddress(op.to));
    case 'handle_host_mem_abort':
      return new Op(OpCode.handle_host_mem_abort, pageOfAddress(op.addr));
    case 'ffa_host_share_ranges':
    case 'ffa_host_unshare_ranges':
      return new Op(OpCode[op.op], 0, 0, 0, 0, 0, 0, flattenRanges(op.ranges));
    case '__pkvm_init_vm': {
      const unaligned =
        (isPageAligned(op.vm) ? 0 : UNALIGNED_FIRST) |
        (isPageAligned(op.pgd) ? 0 : UNALIGNED_SECOND);
      return new Op(
        OpCode.__pkvm_init_vm,
        pageOfAddress(op.host_kvm),
        unsignedInt(op.nr_vcpus),
        pageOfAddress(op.vm),
        pageOfAddress(op.pgd),
        unaligned,
      );
    }
    case '__pkvm_init_vcpu':
      return new Op(
        OpCode.__pkvm_init_vcpu,
        unsignedInt(op.vm),
        pageOfAddress(op.host_vcpu),
        unsignedInt(op.vcpu_idx),
        pageOfAddress(op.vcpu),
        isPageAligned(op.vcpu) ? 0 : UNALIGNED_FIRST,
        wrapPage(pageAfterAddress(op.host_vcpu) + 1),
      );
    case '__pkvm_vcpu_load':
      return new Op(OpCode.__pkvm_vcpu_load, unsignedInt(op.vm), unsignedInt(op.vcpu_idx));
    case '__pkvm_vcpu_put':
      return new Op(OpCode.__pkvm_vcpu_put);
    case '__pkvm_host_share_guest':
      return new Op(
        OpCode.__pkvm_host_share_guest,
        pageNumber(op.pfn),
        pageNumber(op.gfn),
        protection(op.prot),
        0,
        0,
        0,
        op.memcache?.map(pageNumber),
      );
    case '__pkvm_host_unshare_guest':
    case '__pkvm_host_wrprotect_guest':
      return new Op(OpCode[op.op], unsignedInt(op.vm), pageNumber(op.gfn));
    case '__pkvm_host_test_clear_young_guest':
      return new Op(OpCode[op.op], unsignedInt(op.vm), pageNumber(op.gfn), op.mkold ? 1 : 0);
    case '__pkvm_host_relax_perms_guest':
      return new Op(OpCode[op.op], 0, pageNumber(op.gfn), protection(op.prot));
    case '__pkvm_host_mkyoung_guest':
      return new Op(OpCode.__pkvm_host_mkyoung_guest, 0, pageNumber(op.gfn));
    case '__pkvm_teardown_vm':
      return new Op(OpCode.__pkvm_teardown_vm, unsignedInt(op.vm));
    case 'poke':
      return compilePoke(op);
  }
}

function compilePoke(op: Poke): Op {
  return new Op(
    OpCode.poke,
    pageNumber(op.pfn),
    op.host_state === undefined ? -1 : PAGE_STATE[op.host_state],
    op.refcount === undefined ? -1 : unsignedInt(op.refcount),
    op.host_share_guest_count === undefined ? -1 : unsignedInt(op.host_share_guest_count),
    op.hyp_state === undefined ? -1 : PAGE_STATE[op.hyp_state],
  );
}

function flattenRanges(ranges: readonly FfaRange[]): number[] {
  const list: number[] = [];
  for (const range of ranges) list.push(pageOfAddress(range.address), unsignedInt(range.pg_cnt));
  return list;
}

function isPageAligned(address: U64): boolean {
  return offsetInPage(address) === 0;
}

const OUTSIDE_RWX = 8;

/** Rights within RWX, or 8 for any with a bit outside. */
function protection(value: U64): number {
  const number = Number(value);
  return number < OUTSIDE_RWX ? number + 0 : OUTSIDE_RWX;
}

const OUTCOME_BY_NAME = new Map<string, number>();
for (const name of [...Object.keys(ERRNO).map((errno) => `-${errno}`), 'WARN', 'BUG', 'FAULT']) {
  const outcome = outcomeFromJson(name);
  if (outcome !== undefined) OUTCOME_BY_NAME.set(name, outcome);
}

/** The names an outcome can be written by: errno names and panics. */
export const OUTCOME_NAMES: readonly string[] = [...OUTCOME_BY_NAME.keys()];

/** The number an outcome of a validated trace stands for. */
export function compileOutcome(outcome: Outcome): number {
  if (typeof outcome === 'number') return outcome + 0;
  const number = OUTCOME_BY_NAME.get(outcome);
  if (number === undefined) throw new Error(`outcome ${outcome} passed the schema`);
  return number;
}

/** What an operation is held to: one outcome, one by implementation name, or nothing. */
export function compileExpect(expect: Expect | undefined): Expected {
  if (expect === undefined) return undefined;
  if (typeof expect !== 'object') return compileOutcome(expect);
  return new Map(
    Object.entries(expect).map(([name, outcome]) => [name, compileOutcome(outcome)] as const),
  );
}
