// SPDX-License-Identifier: GPL-2.0-only
/** Simpler forms of one operation, the simplest first. */

import { Op, OpCode } from '../hyp/op.js';
import { HANDLE_OFFSET } from '../hyp/pkvm.js';
import { RWX } from './candidate.js';

/** The operation with other numbers. */
export function changed(op: Op, fields: Partial<Op>): Op {
  const { code, a, b, c, d, e, f, list } = { ...op, ...fields };
  return new Op(code, a, b, c, d, e, f, list);
}

/** Forms that differ in one parameter other than a size or a page. */
export function simplerForms(op: Op): Op[] {
  switch (op.code) {
    case OpCode.__pkvm_init_vm:
      return op.e === 0 ? [] : [changed(op, { e: 0 })];
    case OpCode.__pkvm_init_vcpu:
      return [
        changed(op, { e: 0 }),
        changed(op, { f: op.b + 1 }),
        changed(op, { a: HANDLE_OFFSET }),
        changed(op, { c: 0 }),
      ];
    case OpCode.__pkvm_vcpu_load:
      return [changed(op, { a: HANDLE_OFFSET }), changed(op, { b: 0 })];
    case OpCode.__pkvm_host_share_guest:
      return [changed(op, { c: RWX }), ...withoutOne(op, 1), ...guestPages(op)];
    case OpCode.__pkvm_host_relax_perms_guest:
      return [changed(op, { c: RWX }), ...guestPages(op)];
    case OpCode.__pkvm_host_mkyoung_guest:
      return guestPages(op);
    case OpCode.__pkvm_host_test_clear_young_guest:
      return [changed(op, { a: HANDLE_OFFSET }), changed(op, { c: 0 }), ...guestPages(op)];
    case OpCode.__pkvm_host_unshare_guest:
    case OpCode.__pkvm_host_wrprotect_guest:
      return [changed(op, { a: HANDLE_OFFSET }), ...guestPages(op)];
    case OpCode.__pkvm_teardown_vm:
      return [changed(op, { a: HANDLE_OFFSET })];
    case OpCode.ffa_host_share_ranges:
    case OpCode.ffa_host_unshare_ranges:
      return withoutOne(op, 2);
    case OpCode.poke:
      return [{ b: -1 }, { c: -1 }, { d: -1 }, { e: -1 }].map((fields) => changed(op, fields));
    default:
      return [];
  }
}

function guestPages(op: Op): Op[] {
  return [0, 1, 2].filter((gfn) => gfn < op.b).map((gfn) => changed(op, { b: gfn }));
}

/** The operation with one entry less in its list. */
function withoutOne(op: Op, entry: number): Op[] {
  const forms: Op[] = [];
  for (let end = op.list.length; end > 0; end -= entry) {
    const list = [...op.list.slice(0, end - entry), ...op.list.slice(end)];
    forms.push(changed(op, { list }));
  }
  return forms;
}

/** A size that an operation has: its value, and the operation with another. */
export interface Size {
  readonly value: number;
  readonly least: number;
  readonly set: (value: number) => Op;
}

/** The sizes of an operation. */
export function sizesOf(op: Op): Size[] {
  switch (op.code) {
    case OpCode.__pkvm_host_donate_hyp:
    case OpCode.__pkvm_hyp_donate_host:
    case OpCode.__pkvm_host_share_ffa:
    case OpCode.__pkvm_host_unshare_ffa:
    case OpCode.__pkvm_init_vm:
      return [{ value: op.b, least: 1, set: (b) => changed(op, { b }) }];
    case OpCode.hyp_pin_shared_mem:
    case OpCode.hyp_unpin_shared_mem: {
      const value = op.b - op.a;
      return value > 0 ? [{ value, least: 1, set: (n) => changed(op, { b: op.a + n }) }] : [];
    }
    case OpCode.ffa_host_share_ranges:
    case OpCode.ffa_host_unshare_ranges:
      return op.list.flatMap((value, i) =>
        i % 2 === 1
          ? [{ value, least: 1, set: (n: number) => changed(op, { list: op.list.with(i, n) }) }]
          : [],
      );
    default:
      return [];
  }
}
