// SPDX-License-Identifier: GPL-2.0-only
/**
 * The answers of a run in the order they were asked for, and the next run's: a search in depth, in
 * which the last question that has another answer gets it. A run that begins as the one before it asks
 * the same so far, or the implementation does not do the same twice.
 */

import type { Helper } from '../branches/index.js';
import type { Answer } from './answers.js';
import { type Change, changeOf } from './effects.js';
import { isCheck } from './footprint.js';

/** A helper called with certain arguments, in words, and what it can answer. */
export interface Use {
  readonly helper: Helper;
  readonly args: readonly number[];
  readonly label: string;
  readonly answers: readonly Answer[];
}

/** A question with the answer it gets. */
export class Step {
  readonly helper: Helper;
  /** Which of its answers; their names are the same whatever the example. */
  chosen: number;
  /** The change that this comes to; undefined of a check. */
  change: Change | undefined;
  /** How each example of the parameters asks it. */
  private readonly uses: (Use | undefined)[];

  /**
   * @param key the same for two runs if and only if they ask the same
   * @param again the step of this run that asked the same, which is then the answer again
   */
  constructor(
    readonly key: string,
    use: Use,
    example: number,
    readonly again: Step | undefined,
  ) {
    this.helper = use.helper;
    this.uses = [];
    this.uses[example] = use;
    this.chosen = again?.chosen ?? 0;
    this.label = use.label;
    this.names = use.answers.map(({ name }) => name);
    this.change = this.changed();
  }

  private readonly label: string;
  private readonly names: readonly string[];

  /** The name of its answer. */
  get answer(): string {
    return this.names[this.chosen];
  }

  /** Gives the next answer; false if it was the last. */
  next(): boolean {
    if (this.again || this.chosen + 1 === this.names.length) return false;
    this.chosen++;
    this.change = this.changed();
    return true;
  }

  /** How an example of the parameters asks it; undefined as long as it has not. */
  useBy(example: number): Use | undefined {
    return this.uses[example];
  }

  /** Another example asks; false if that is another question. */
  isAskedBy(example: number, use: Use): boolean {
    this.uses[example] = use;
    return (
      use.helper === this.helper &&
      use.label === this.label &&
      use.answers.length === this.names.length &&
      use.answers.every(({ name }, i) => name === this.names[i])
    );
  }

  private changed(): Change | undefined {
    return isCheck(this.helper) ? undefined : changeOf(this.helper, this.label, this.answer);
  }
}

export class Path {
  readonly steps: Step[] = [];

  /** The step that asked a question before; undefined if none has. */
  find(key: string): Step | undefined {
    return this.steps.find((step) => step.key === key);
  }

  /**
   * Goes on to the next answers: the last step that has another gets it, those behind it are gone,
   * each told to `left`. False after the last of all.
   */
  next(left: (step: Step) => void): boolean {
    const { steps } = this;
    while (steps.length > 0) {
      const last = steps[steps.length - 1];
      if (last.next()) return true;
      left(last);
      steps.pop();
    }
    return false;
  }
}
