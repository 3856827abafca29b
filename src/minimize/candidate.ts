// SPDX-License-Identifier: GPL-2.0-only
/** A trace on its way to a smaller one, and which of two is the smaller. */

import type { MachineConfig, Op } from '../hyp/op.js';
import type { ExpectState } from '../ops/index.js';
import { oddity, sizesOf, sumOfPages } from '../ops/index.js';
import type { ExpectedState } from '../trace/expect_state.js';
import type { Expected } from '../trace/index.js';

/** An operation, and what it is held to where that is what diverges. */
export interface Step {
  readonly op: Op;
  readonly expect?: Expected | undefined;
  /** What pages are held to, as it is written and compiled, where that is what is not met. */
  readonly state?: { readonly written: ExpectState; readonly compiled: ExpectedState } | undefined;
}

export interface Candidate {
  readonly machine: MachineConfig;
  readonly steps: readonly Step[];
}

/** Whether pages are named that must stay where they are: those that something is expected of. */
export function namesExpectedPages({ steps }: Candidate): boolean {
  return steps.some(({ state }) => state !== undefined);
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
    sum(steps.flatMap(({ op }) => sizesOf(op).map(({ value }) => value))),
    memory[0].pfn === CANONICAL_BASE ? 0 : 1,
    sum(steps.map(({ op }) => sumOfPages(op))),
    sum(steps.map(({ op }) => oddity(op))),
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
