// SPDX-License-Identifier: GPL-2.0-only
/**
 * What implementations do on real machines, in the words of the prover: the answers that helpers gave
 * in a transition, and which condition they satisfy. So whatever replay, exploration or fuzzing finds
 * can be held against the theorem.
 */

import { type Helper, type HelperCall, intercept, type Operation } from '../branches/index.js';
import { HypPanic } from '../hyp/panic.js';
import type { Implementation, TransitionHelpers, Transitions } from '../hyp/transitions.js';
import { answerName, PANICS } from './answers.js';
import { type Case, type Condition, CLASS } from './conditions.js';
import { contains } from './cubes.js';
import { type Change, changeOf, normalForm, questionKey } from './effects.js';
import { isCheck } from './footprint.js';
import { callLabel } from './labels.js';
import { classOf, type Parameters, takesRange } from './parameters.js';

/** One run of a transition on a machine. */
export interface ObservedRun {
  readonly operation: Operation;
  readonly parameters: Parameters;
  /** Answers by question. */
  readonly answers: ReadonlyMap<string, string>;
  /** The outcome, with `WARN` and `panic` as in the tree of a side. */
  readonly outcome: number | string;
  readonly changes: readonly Change[];
}

/** Keeps what the transitions of an implementation do, in the order they run. */
export class Observer {
  readonly runs: ObservedRun[] = [];
  private parameters: Parameters = { pfn: 0, nr_pages: 0 };
  private answers = new Map<string, string>();
  private changes: Change[] = [];
  private panickedIn: string | undefined;

  /** @param helpers is told the helper of each question */
  constructor(readonly helpers = new Map<string, Helper>()) {}

  /** The implementation, observed; of several machines made of it all are. */
  around(implementation: Implementation): Implementation {
    const watched = intercept(implementation, () => ({
      call: (call, proceed) => this.observe(call, proceed),
    }));
    return {
      ...watched,
      create: (helpers: TransitionHelpers): Transitions => {
        const inner = watched.create(helpers);
        const run = (operation: Operation) => (pfn: number, nr_pages: number) =>
          this.run(operation, pfn, nr_pages, inner);
        return {
          __pkvm_host_share_hyp: (pfn) => run('__pkvm_host_share_hyp')(pfn, 1),
          __pkvm_host_unshare_hyp: (pfn) => run('__pkvm_host_unshare_hyp')(pfn, 1),
          __pkvm_host_donate_hyp: run('__pkvm_host_donate_hyp'),
          __pkvm_hyp_donate_host: run('__pkvm_hyp_donate_host'),
          __pkvm_host_share_ffa: run('__pkvm_host_share_ffa'),
          __pkvm_host_unshare_ffa: run('__pkvm_host_unshare_ffa'),
        };
      },
    };
  }

  private run(operation: Operation, pfn: number, nr_pages: number, inner: Transitions): number {
    this.parameters = { pfn, nr_pages: takesRange(operation) ? nr_pages : 1 };
    this.answers = new Map();
    this.changes = [];
    this.panickedIn = undefined;
    try {
      const outcome = inner[operation](pfn, nr_pages);
      this.keep(operation, outcome);
      return outcome;
    } catch (error) {
      if (error instanceof HypPanic) {
        this.keep(
          operation,
          this.panickedIn === undefined ? 'WARN' : `panic in ${this.panickedIn}`,
        );
      }
      throw error;
    }
  }

  private keep(operation: Operation, outcome: number | string): void {
    const { parameters, answers, changes } = this;
    this.runs.push({ operation, parameters, answers, outcome, changes });
  }

  private observe({ helper, args }: HelperCall, proceed: (...args: number[]) => number): number {
    const label = callLabel(helper, args, this.parameters);
    const key = questionKey(helper, label, this.changes);
    this.helpers.set(key, helper);
    const answer = (name: string) => {
      this.answers.set(key, name);
      if (!isCheck(helper)) this.changes.push(changeOf(helper, label, name));
    };
    try {
      const result = proceed(...args);
      answer(answerName(helper, args, result));
      return result;
    } catch (error) {
      answer(PANICS);
      this.panickedIn = key;
      throw error;
    }
  }
}

/** Where two observed sides first part. */
export interface Parting {
  readonly first: ObservedRun;
  readonly second: ObservedRun;
}

/** The first transition in which two sides that began equal did different things, if there is one. */
export function partingOf(
  first: readonly ObservedRun[],
  second: readonly ObservedRun[],
): Parting | undefined {
  for (let i = 0; i < first.length && i < second.length; i++) {
    const [a, b] = [first[i], second[i]];
    const isSame =
      a.operation === b.operation &&
      a.outcome === b.outcome &&
      normalForm(a.changes).join() === normalForm(b.changes).join();
    if (!isSame) return { first: a, second: b };
  }
  return undefined;
}

/** A condition that answers satisfy, and what it says the two sides do. */
export interface Satisfied {
  readonly condition: Condition;
  readonly case: Case;
}

/** The condition that a parting satisfies; undefined if the theorem has none for it. */
export function conditionOf(
  { first, second }: Parting,
  conditions: readonly Condition[],
  debug: boolean,
): Satisfied | undefined {
  if (first.operation !== second.operation) return undefined;
  const cube = new Map<string, ReadonlySet<string>>([
    [CLASS, new Set([classOf(first.parameters).name])],
  ]);
  for (const [key, answer] of [...first.answers, ...second.answers])
    cube.set(key, new Set([answer]));
  const outcomes = JSON.stringify([first.outcome, second.outcome]);
  for (const condition of conditions) {
    if (condition.operation !== first.operation || condition.debug !== debug) continue;
    if (!contains(condition.cube, cube)) continue;
    for (const one of condition.cases) {
      const isIt = one.leaves.some(
        (leaf) =>
          JSON.stringify([leaf.first.outcome, leaf.second.outcome]) === outcomes &&
          [...leaf.answers].every(([key, answer]) => cube.get(key)?.has(answer)),
      );
      if (isIt) return { condition, case: one };
    }
  }
  return undefined;
}
