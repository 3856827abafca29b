// SPDX-License-Identifier: GPL-2.0-only
/**
 * How far a state is from a condition: both implementations run on the real helpers of the machine, and
 * where a helper does not answer what the condition wants, that counts, and the implementation is
 * told what it wants. So every answer is looked at, also those behind the first that is wrong.
 */

import { type HelperCall, intercept, type Operation } from '../../branches/index.js';
import type { Machine } from '../../hyp/machine.js';
import { PANIC_WARN } from '../../hyp/outcome.js';
import { HypPanic } from '../../hyp/panic.js';
import type { Implementation, Transitions } from '../../hyp/transitions.js';
import { answerName, answersOf, isGood, PANICS } from '../answers.js';
import type { Case } from '../conditions.js';
import { type Change, changeOf, questionKey } from '../effects.js';
import { isCheck } from '../footprint.js';
import { callLabel } from '../labels.js';
import type { Parameters } from '../parameters.js';

/** By question, the answers that lead to a case. */
export type Wanted = ReadonlyMap<string, ReadonlySet<string>>;

/** The questions that every combination of a case asks, each with the answers they give. */
export function wantedOf({ leaves }: Case): Wanted {
  const wanted = new Map<string, Set<string>>();
  for (const [key] of leaves[0]?.answers ?? []) {
    const answers = leaves.map((leaf) => leaf.answers.get(key));
    if (answers.every((answer) => answer !== undefined)) wanted.set(key, new Set(answers));
  }
  return wanted;
}

const PANIC = new HypPanic(PANIC_WARN);

/** Asks the helpers of one machine, and leaves it as it was. */
export class Probe {
  private readonly sides: readonly Transitions[];
  private parameters: Parameters = { pfn: 0, nr_pages: 0 };
  private changes: Change[] = [];
  private wanted: Wanted = new Map();
  private readonly missed = new Set<string>();

  constructor(
    private readonly machine: Machine,
    pair: readonly [Implementation, Implementation],
  ) {
    const listen = () => ({
      call: (call: HelperCall, proceed: (...args: number[]) => number) =>
        this.answer(call, proceed),
    });
    this.sides = pair.map((side) => intercept(side, listen).create(machine.memProtect));
  }

  /** Questions whose answers are not those that are wanted, on either side. */
  distance(operation: Operation, parameters: Parameters, wanted: Wanted): number {
    this.parameters = parameters;
    this.wanted = wanted;
    this.missed.clear();
    for (const side of this.sides) this.run(side, operation);
    return this.missed.size;
  }

  private run(side: Transitions, operation: Operation): void {
    const { machine } = this;
    const { pfn, nr_pages } = this.parameters;
    const mark = machine.state.journalLength;
    this.changes = [];
    try {
      side[operation](pfn, nr_pages);
    } catch (error) {
      if (!(error instanceof HypPanic)) throw error;
    } finally {
      machine.state.undoTo(mark);
      machine.revive();
    }
  }

  private answer({ helper, args }: HelperCall, proceed: (...args: number[]) => number): number {
    const label = callLabel(helper, args, this.parameters);
    const key = questionKey(helper, label, this.changes);
    let result: number | undefined;
    try {
      result = proceed(...args);
    } catch (error) {
      if (!(error instanceof HypPanic)) throw error;
    }
    let name = result === undefined ? PANICS : answerName(helper, args, result);
    const wanted = this.wanted.get(key);
    if (wanted && !wanted.has(name)) {
      this.missed.add(key);
      name = [...wanted].find((one) => isGood(helper, one)) ?? [...wanted][0];
      result = answersOf(helper, args).find((one) => one.name === name)?.value;
    }
    if (!isCheck(helper)) this.changes.push(changeOf(helper, label, name));
    if (result === undefined) throw PANIC;
    return result;
  }
}
