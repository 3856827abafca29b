// SPDX-License-Identifier: GPL-2.0-only
/** The physical pages an operation names, and the operation with others in their place. */

import { type Op, OpCode } from '../hyp/op.js';
import { changed } from './simpler_ops.js';

/** Pages [start, end) that an operation is about. */
export interface PageRange {
  readonly start: number;
  readonly end: number;
}

/** Gives each page another one: of a range, by its first page. */
export type PageMap = (page: number) => number;

/** Pages of a vCPU's state and of a guest's PGD. */
const PAIR = 2;
const BYTES_OF_A_VM = 4096;

/** Every range of pages an operation names. */
export function pageRanges(op: Op): PageRange[] {
  switch (op.code) {
    case OpCode.__pkvm_host_donate_hyp:
    case OpCode.__pkvm_hyp_donate_host:
    case OpCode.__pkvm_host_share_ffa:
    case OpCode.__pkvm_host_unshare_ffa:
      return [range(op.a, op.b)];
    case OpCode.hyp_pin_shared_mem:
    case OpCode.hyp_unpin_shared_mem:
      return [range(op.a, op.b - op.a)];
    case OpCode.ffa_host_share_ranges:
    case OpCode.ffa_host_unshare_ranges:
      return op.list.flatMap((page, i) => (i % 2 === 0 ? [range(page, op.list[i + 1])] : []));
    case OpCode.__pkvm_init_vm: {
      const vmPages = Math.ceil((BYTES_OF_A_VM + 8 * op.b) / 4096);
      return [range(op.a, 1), range(op.c, vmPages), range(op.d, PAIR)];
    }
    case OpCode.__pkvm_init_vcpu:
      return [range(op.b, op.f - op.b), range(op.d, PAIR)];
    case OpCode.__pkvm_host_share_guest:
      return [range(op.a, 1), ...op.list.map((page) => range(page, 1))];
    case OpCode.__pkvm_host_share_hyp:
    case OpCode.__pkvm_host_unshare_hyp:
    case OpCode.handle_host_mem_abort:
    case OpCode.poke:
      return [range(op.a, 1)];
    default:
      return [];
  }
}

/** The operation on other pages. */
export function mapPages(op: Op, map: PageMap): Op {
  switch (op.code) {
    case OpCode.hyp_pin_shared_mem:
    case OpCode.hyp_unpin_shared_mem:
      return changed(op, { a: map(op.a), b: map(op.a) + (op.b - op.a) });
    case OpCode.ffa_host_share_ranges:
    case OpCode.ffa_host_unshare_ranges:
      return changed(op, { list: op.list.map((v, i) => (i % 2 === 0 ? map(v) : v)) });
    case OpCode.__pkvm_init_vm:
      return changed(op, { a: map(op.a), c: map(op.c), d: map(op.d) });
    case OpCode.__pkvm_init_vcpu:
      return changed(op, { b: map(op.b), f: map(op.b) + (op.f - op.b), d: map(op.d) });
    case OpCode.__pkvm_host_share_guest:
      return changed(op, { a: map(op.a), list: op.list.map(map) });
    default:
      return pageRanges(op).length > 0 ? changed(op, { a: map(op.a) }) : op;
  }
}

function range(start: number, pages: number): PageRange {
  return { start, end: start + Math.max(1, pages) };
}
