// SPDX-License-Identifier: GPL-2.0-only
/** A replay again, without some operations: which divergences still happen? */

import { outcomeText } from '../hyp/outcome.js';
import type { Trace } from '../trace/trace.js';
import type { Divergence } from './divergence.js';
import { expectedOf, isUnmet } from './expected.js';
import { unmetState } from './expected_state.js';
import { type Lockstep, STEP_EQUAL, STEP_UNDEFINED } from './lockstep.js';

/** A piece of it is so many operations. */
const OPS_A_PIECE = 4096;

export class WithoutOps {
  /** Indexes of the divergences that came out as before: the same outcomes at the same operation. */
  readonly stillHappens = new Set<number>();
  private at = 0;
  /** The next divergence of the first replay. */
  private next = 0;

  /**
   * @param lockstep machines in the state after boot
   * @param leftOut indexes of the operations that are not run
   */
  constructor(
    private readonly trace: Trace,
    private readonly names: readonly [string, string],
    private readonly lockstep: Lockstep,
    private readonly divergences: readonly Divergence[],
    readonly leftOut: ReadonlySet<number>,
  ) {}

  /** Runs a piece of it; whether there is more. */
  advance(): boolean {
    const { lockstep, trace } = this;
    const last = this.divergences[this.divergences.length - 1].opIndex;
    const end = Math.min(last + 1, this.at + OPS_A_PIECE);
    while (this.at < end && lockstep.first.panic === 0) {
      const index = this.at++;
      const step = this.leftOut.has(index) ? undefined : lockstep.step(trace.ops[index]);
      if (step === STEP_UNDEFINED) return false;
      for (; this.divergences[this.next]?.opIndex === index; this.next++) {
        if (step !== undefined && this.isSame(this.divergences[this.next], step)) {
          this.stillHappens.add(this.next);
        }
      }
      if (step === undefined) continue;
      lockstep.settle(step);
    }
    return this.at <= last && lockstep.first.panic === 0;
  }

  private isSame(divergence: Divergence, step: number): boolean {
    const { kind, opIndex, outcomes, columns } = divergence;
    if (kind === 'expectation' && columns.length > 0) return this.isSameState(divergence);
    const { first, second, firstOutcome, secondOutcome } = this.lockstep;
    if (outcomeText(firstOutcome) !== outcomes[0]) return false;
    if (outcomeText(secondOutcome) !== outcomes[1]) return false;
    if (kind !== 'expectation') return step !== STEP_EQUAL;
    const expected = this.trace.expects[opIndex];
    return (
      isUnmet(expectedOf(expected, this.names[0]), firstOutcome, first) ||
      isUnmet(expectedOf(expected, this.names[1]), secondOutcome, second)
    );
  }

  /** Is the same expected of the state, and the same there instead? */
  private isSameState({ opIndex, outcomes, expected }: Divergence): boolean {
    const { first, second, firstOutcome, secondOutcome } = this.lockstep;
    const state = this.trace.expectStates?.[opIndex];
    const now = [outcomeText(firstOutcome), outcomeText(secondOutcome)] as const;
    const unmet = state && unmetState(state, [first, second], this.names, now);
    return [0, 1].every(
      (side) =>
        unmet?.outcomes[side] === outcomes[side] && unmet.expected[side] === expected?.[side],
    );
  }
}
