// SPDX-License-Identifier: GPL-2.0-only
/**
 * Who runs actions. The search says from which states; the executor says of each what both sides came
 * to, which words changed and which were read. It knows nothing of components, ids or symmetry.
 *
 * The machines of this process (`machines.ts`) answer at once and like to be asked for one action at a
 * time, so that none is run whose answer follows from the one before. An executor in a child process,
 * such as compiled C with instrumented loads and stores, sets `batch` to what one message should carry
 * and answers with a promise: it sends for each action the words in which the state differs from
 * the one it was sent last (`components.list[c].value(id, n)`, for the components whose ids differ), and
 * gets back outcome, changed words and read words, mapped to words of the layout of `reference`.
 * Nothing else in the search changes: what asks are generators, and `answer()` drives them either way.
 */

import type { Column } from '../../compare/divergence.js';
import type { Machine } from '../../hyp/machine.js';
import type { Components } from '../state/components.js';

/** An action of the world, by number, to be run from a state. It is enabled there. */
export interface Asked {
  readonly action: number;
  /** The state: an id for each component. The array is not written to until the answer is there. */
  readonly ids: Int32Array;
}

/** What running an action came to. */
export interface Executed {
  /** As of `Lockstep.step()`. */
  readonly step: number;
  /** As of `Machine.run()`: 0, a negative errno, a handle, or the code of a panic. */
  readonly firstOutcome: number;
  readonly secondOutcome: number;
  /** There is one state after it: nobody panicked, and both sides are in the same state. */
  readonly goesOn: boolean;
  /** What differs after it, if anything does. */
  readonly columns: readonly Column[];
  /**
   * Words that have another value after it, CHANGE_FIELDS numbers each; none unless it goes on.
   * The side is 0 where both machines share every word, which they do at level exact.
   */
  readonly changes: readonly number[];
  /**
   * Words that decided all of this, READ_FIELDS numbers each, in the order of the first read: every
   * word that either side loaded before it stored to it. More words do no harm, less must not be. Empty
   * if nobody asked for them.
   */
  readonly reads: readonly number[];
}

export type Answers = readonly Executed[];

export interface Executor {
  /** The words that change, by component, and what they had in each id. Words that turn out to change are added. */
  readonly components: Components;
  /**
   * A machine of this process, set up as the world says. It tells what words there are, what they are
   * called and what they hold in the first state.
   */
  readonly reference: Machine;
  /** How many actions it likes to be asked for at once. */
  readonly batch: number;
  /** Runs each action from its state. `withReads`: say what was read. */
  execute(asked: readonly Asked[], withReads: boolean): Answers | Promise<Answers>;
}

/** Something that goes on once it is told what actions came to. */
export type Asking<T> = Generator<readonly Asked[], T, Answers>;

/** Runs something that asks to its end: at once, if the executor answers at once. */
export function answer<T>(
  asking: Asking<T>,
  executor: Executor,
  withReads: boolean,
): T | Promise<T> {
  let next = asking.next();
  while (!next.done) {
    const answers = executor.execute(next.value, withReads);
    if (answers instanceof Promise) return answerLater(asking, executor, withReads, answers);
    next = asking.next(answers);
  }
  return next.value;
}

async function answerLater<T>(
  asking: Asking<T>,
  executor: Executor,
  withReads: boolean,
  first: Promise<Answers>,
): Promise<T> {
  let next = asking.next(await first);
  while (!next.done) next = asking.next(await executor.execute(next.value, withReads));
  return next.value;
}
