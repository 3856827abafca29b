// SPDX-License-Identifier: GPL-2.0-only
/** An implementation that runs on helpers without a machine. */

import type { Operation } from '../branches/index.js';
import type { Implementation, Transitions } from '../hyp/transitions.js';
import { type Run, ScriptedHelpers, type Task } from './oracle.js';
import type { Parameters } from './parameters.js';
import type { Path } from './path.js';

/** An implementation whose helpers answer from scripts. */
export class Scripted {
  private readonly helpers: ScriptedHelpers;
  private readonly kept: Transitions;
  private readonly readsDebugWhenMade: boolean;

  constructor(
    private readonly implementation: Implementation,
    debug: boolean,
  ) {
    this.helpers = new ScriptedHelpers(implementation.name, debug);
    this.kept = this.create();
    this.readsDebugWhenMade = this.helpers.readsDebug;
  }

  /**
   * Runs a transition of the instance that ran all before it. Questions that the path has no step for
   * are added to it, each with its first answer.
   * @throws ProofError when it does what none may
   */
  run(operation: Operation, parameters: Parameters, path: Path): Run {
    return this.whole({ operation, parameters, example: 0, path, isWhole: false }, this.kept);
  }

  /**
   * Runs a transition again, of an instance that has run nothing yet: it must ask what is in the path,
   * and nothing else.
   * @throws ProofError when it does what none may
   */
  runAfresh(operation: Operation, parameters: Parameters, path: Path): Run {
    return this.whole({ operation, parameters, example: 0, path, isWhole: true }, this.create());
  }

  /**
   * Runs a transition with another example of its class of parameters; undefined if it does not ask
   * what is in the path.
   * @throws ProofError when it does what none may
   */
  runAlike(
    operation: Operation,
    parameters: Parameters,
    path: Path,
    example: number,
  ): Run | undefined {
    return this.runOn(this.kept, { operation, parameters, example, path, isWhole: true });
  }

  get name(): string {
    return this.implementation.name;
  }

  /** Did it look at NVHE_EL2_DEBUG, when it was made or in what ran since the last `forgetDebug()`? */
  get readsDebug(): boolean {
    return this.helpers.readsDebug;
  }

  forgetDebug(): void {
    this.helpers.readsDebug = this.readsDebugWhenMade;
  }

  private create(): Transitions {
    const { helpers } = this;
    helpers.beginCreation();
    const transitions = this.implementation.create(helpers.lent);
    if (helpers.calls > 0) throw helpers.refusal('calls a helper: only transitions may');
    return transitions;
  }

  private whole(task: Task, transitions: Transitions): Run {
    const run = this.runOn(transitions, task);
    if (run === undefined) throw new Error('the first example is its own');
    return run;
  }

  private runOn(transitions: Transitions, task: Task): Run | undefined {
    const { helpers } = this;
    const { pfn, nr_pages } = task.parameters;
    helpers.begin(task);
    let outcome: number;
    try {
      outcome = transitions[task.operation](pfn, nr_pages);
    } catch (error) {
      return helpers.panicked(error);
    }
    return helpers.returned(outcome);
  }
}
