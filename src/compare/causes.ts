// SPDX-License-Identifier: GPL-2.0-only
/**
 * Causes before consequences: which divergences of a trace are put down to one before them.
 *
 * A difference between the two sides is always a cause: both were in one state before it. An
 * expectation that was not met is put down to an earlier one where its operation is about something
 * that the earlier one would have changed, directly or by way of operations between the two. What the
 * second side alone did not meet may be put down to a difference too: the second side was put into
 * the state of the first then. docs/verdicts.md says what that claims; ADR 12 why.
 */

import { OpCode } from '../hyp/op.js';
import type { Trace } from '../trace/trace.js';
import type { Divergence } from './divergence.js';
import { Marks } from './marks.js';
import { type Subjects, subjectsOf, vmName } from './subjects.js';

/** For each divergence the index of its cause among them; undefined for a cause. */
export type Causes = readonly (number | undefined)[];

/** The operations of a trace, and what is expected of them. */
export type Expecting = Pick<Trace, 'ops' | 'expects'>;

/**
 * Tells causes by what the operations are about.
 * @param divergences in the order of the operations
 */
export function causesOf(trace: Expecting, divergences: readonly Divergence[]): Causes {
  if (!divergences.some(isLaterMiss)) return divergences.map(() => undefined);
  return new Analysis(trace, divergences).causes();
}

/** An expectation that was not met, after something else went wrong. */
function isLaterMiss({ kind }: Divergence, index: number): boolean {
  return kind === 'expectation' && index > 0;
}

class Analysis {
  /** What unmet expectations leave in doubt, on both sides. */
  private readonly missed = new Marks();
  /** What differences leave in doubt, on the second side. */
  private readonly differed = new Marks();
  private readonly result: (number | undefined)[];

  constructor(
    private readonly trace: Expecting,
    private readonly divergences: readonly Divergence[],
  ) {
    this.result = divergences.map(() => undefined);
  }

  causes(): Causes {
    const last = this.divergences[this.divergences.length - 1].opIndex;
    let next = 0;
    for (let at = 0; at <= last; at++) {
      const op = this.trace.ops[at];
      const subjects = subjectsOf(op);
      this.missed.follow(subjects);
      this.differed.follow(subjects);
      if (this.divergences[next]?.opIndex !== at) {
        if (!this.isVouchedFor(at)) this.passOn(subjects);
        continue;
      }
      for (; this.divergences[next]?.opIndex === at; next++) this.judge(next, subjects);
    }
    return this.result;
  }

  /** Did an operation without a divergence do what somebody expects of it? */
  private isVouchedFor(at: number): boolean {
    const { ops, expects } = this.trace;
    return expects[at] !== undefined && !WITHOUT_RESULT.has(ops[at].code);
  }

  /** An operation that nothing is said about, and that is about something in doubt. */
  private passOn(subjects: Subjects): void {
    for (const marks of [this.missed, this.differed]) {
      const cause = marks.causeOf(subjects);
      if (cause !== undefined) marks.mark(subjects, cause);
    }
  }

  private judge(index: number, subjects: Subjects): void {
    const divergence = this.divergences[index];
    if (divergence.kind !== 'expectation') {
      this.differed.mark(subjects, index);
      return;
    }
    const isOfSecond = divergence.expected?.[0] === undefined;
    const missed = this.missed.causeOf(subjects);
    const differed =
      isOfSecond && missed === undefined ? this.differed.causeOf(subjects) : undefined;
    this.result[index] = missed ?? differed;
    const marks = differed === undefined ? this.missed : this.differed;
    marks.mark(withVms(subjects, divergence), missed ?? differed ?? index);
  }
}

/** Of an operation that makes a VM, those it was to make and those it made. */
function withVms(subjects: Subjects, { outcomes, expected }: Divergence): Subjects {
  const handles = [...outcomes, ...(expected ?? [])].filter((text) => text?.startsWith('0x'));
  const vms = handles.map((handle) => vmName(Number(handle)));
  return { ...subjects, changes: [...subjects.changes, ...vms] };
}

/** Return nothing in C: an outcome of 0 does not say that they did what was meant. */
const WITHOUT_RESULT: ReadonlySet<number> = new Set([
  OpCode.__pkvm_vcpu_load,
  OpCode.__pkvm_vcpu_put,
  OpCode.handle_host_mem_abort,
  OpCode.hyp_unpin_shared_mem,
]);

/**
 * Operations that went through where a refusal was expected, and to which something was put down:
 * left out, they are as expected.
 */
export function undoneByLeavingOut(
  divergences: readonly Divergence[],
  causes: Causes,
): Set<number> {
  const ops = new Set<number>();
  for (const cause of causes) {
    if (cause === undefined) continue;
    const { kind, expected, outcomes, opIndex } = divergences[cause];
    const wentThrough = [0, 1].some(
      (side) => isError(expected?.[side]) && /^\d/.test(outcomes[side]),
    );
    if (kind === 'expectation' && wentThrough) ops.add(opIndex);
  }
  return ops;
}

function isError(outcome: string | undefined): boolean {
  return outcome?.startsWith('-') ?? false;
}

/**
 * Causes told anew after a replay without some operations: what still happens there was not caused
 * by them.
 * @param leftOut indexes of operations
 * @param stillHappens divergences of the first replay that came out the same in the second
 */
export function causesWithout(
  trace: Expecting,
  divergences: readonly Divergence[],
  causes: Causes,
  leftOut: ReadonlySet<number>,
  stillHappens: ReadonlySet<number>,
): Causes {
  const isKept = (index: number) =>
    stillHappens.has(index) && !leftOut.has(divergences[index].opIndex);
  const kept = divergences.flatMap((_, index) => (isKept(index) ? [index] : []));
  const among = causesOf(
    trace,
    kept.map((index) => divergences[index]),
  );
  const anew = [...causes];
  kept.forEach((index, i) => {
    const cause = causes[index];
    if (cause === undefined || !leftOut.has(divergences[cause].opIndex)) return;
    const other = among[i];
    anew[index] = other === undefined ? undefined : kept[other];
  });
  return anew.map((cause) => rootOf(anew, cause));
}

/** The cause of a cause, to the first. */
function rootOf(causes: Causes, cause: number | undefined): number | undefined {
  let root = cause;
  while (root !== undefined && causes[root] !== undefined) root = causes[root];
  return root;
}
