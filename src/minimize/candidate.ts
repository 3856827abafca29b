// SPDX-License-Identifier: GPL-2.0-only
/** A trace on its way to a smaller one, and which of two is the smaller. */

import { type MachineConfig, type Op, OpCode } from '../hyp/op.js';
import type { Expected } from '../trace/index.js';

/** An operation, and what it is held to where that is what diverges. */
export interface Step {
  readonly op: Op;
  readonly expect?: Expected | undefined;
}

export interface Candidate {
  readonly machine: MachineConfig;
  readonly steps: readonly Step[];
}

/** A candidate with other operations. */
export function withSteps(candidate: Candidate, steps: readonly Step[]): Candidate {
  return { machine: candidate.machine, steps };
}

/** A candidate with one operation replaced. */
export function withOp(candidate: Candidate, index: number, op: Op): Candidate {
  const steps = candidate.steps.slice();
  steps[index] = { ...steps[index], op };
  return withSteps(candidate, steps);
}

/**
 * How large a candidate is: numbers of falling importance. Operations first, then the machine, then
 * parameters. A change is taken only if it makes this smaller, so minimising comes to an end.
 */
export function costOf({ machine, steps }: Candidate): number[] {
  const { memory, carveout } = machine;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return [
    steps.length,
    sum(steps.map(({ op }) => op.list.length)),
    memory.length,
    sum(memory.map(({ nomap }) => (nomap ? 1 : 0))) + (machine.share_guest_warn ? 0 : 1),
    sum(memory.map(({ pages }) => pages)),
    carveout.hpool_pages + carveout.host_s2_pages,
    sum(steps.map(({ op }) => sizesOf(op))),
    memory[0].pfn === CANONICAL_BASE ? 0 : 1,
    sum(steps.map(({ op }) => pagesOf(op))),
    sum(steps.map(({ op }) => oddities(op))),
  ];
}

/** Where the memory of a small machine begins. */
export const CANONICAL_BASE = 0x40000;

/** Is the first cost lower? */
export function isLess(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i] < b[i];
  }
  return false;
}

function sizesOf(op: Op): number {
  switch (op.code) {
    case OpCode.__pkvm_host_donate_hyp:
    case OpCode.__pkvm_hyp_donate_host:
    case OpCode.__pkvm_host_share_ffa:
    case OpCode.__pkvm_host_unshare_ffa:
    case OpCode.__pkvm_init_vm:
      return op.b;
    case OpCode.hyp_pin_shared_mem:
    case OpCode.hyp_unpin_shared_mem:
      return Math.max(0, op.b - op.a);
    case OpCode.ffa_host_share_ranges:
    case OpCode.ffa_host_unshare_ranges:
      return op.list.reduce((total, value, i) => total + (i % 2 === 1 ? value : 0), 0);
    default:
      return 0;
  }
}

/** Page numbers of an operation, of guest pages too. */
function pagesOf(op: Op): number {
  switch (op.code) {
    case OpCode.__pkvm_init_vm:
      return op.a + op.c + op.d;
    case OpCode.__pkvm_init_vcpu:
      return op.b + op.d;
    case OpCode.__pkvm_host_share_guest:
      return op.a + op.b + op.list.reduce((total, page) => total + page, 0);
    case OpCode.ffa_host_share_ranges:
    case OpCode.ffa_host_unshare_ranges:
      return op.list.reduce((total, value, i) => total + (i % 2 === 0 ? value : 0), 0);
    case OpCode.__pkvm_host_unshare_guest:
    case OpCode.__pkvm_host_wrprotect_guest:
    case OpCode.__pkvm_host_test_clear_young_guest:
    case OpCode.__pkvm_host_relax_perms_guest:
    case OpCode.__pkvm_host_mkyoung_guest:
      return op.b;
    case OpCode.__pkvm_vcpu_load:
    case OpCode.__pkvm_vcpu_put:
    case OpCode.__pkvm_teardown_vm:
      return 0;
    default:
      return op.a;
  }
}

/** Parameters that are not what one would write first. */
function oddities(op: Op): number {
  switch (op.code) {
    case OpCode.__pkvm_init_vm:
      return op.e;
    case OpCode.__pkvm_init_vcpu:
      return op.e + (op.f - op.b) + op.a + op.c;
    case OpCode.__pkvm_host_share_guest:
      return RWX === op.c ? 0 : 1;
    case OpCode.__pkvm_host_relax_perms_guest:
      return RWX === op.c ? 0 : 1;
    case OpCode.__pkvm_host_test_clear_young_guest:
      return op.a + op.c;
    case OpCode.__pkvm_host_unshare_guest:
    case OpCode.__pkvm_host_wrprotect_guest:
    case OpCode.__pkvm_teardown_vm:
      return op.a;
    case OpCode.__pkvm_vcpu_load:
      return op.a + op.b;
    case OpCode.poke:
      return [op.b, op.c, op.d, op.e].filter((value) => value >= 0).length;
    default:
      return 0;
  }
}

/** Access rights of a page that a guest may do anything with. */
export const RWX = 7;
