// SPDX-License-Identifier: GPL-2.0-only
/** Checks every invariant in every state, each until it is first violated. */

import type { Machine } from '../../hyp/machine.js';
import { INVARIANTS, type Invariant } from './invariants.js';

export interface Violation {
  readonly invariant: Invariant;
  /** Number of the state; breadth first, none is nearer. */
  readonly state: number;
  readonly what: string;
}

export class InvariantChecker {
  readonly violations: Violation[] = [];
  private holding: readonly Invariant[] = INVARIANTS;

  constructor(private readonly pages: readonly number[]) {}

  /** Checks machines that are in a state. Both, as each is an implementation of its own. */
  check(state: number, machines: readonly Machine[]): void {
    for (const invariant of this.holding) {
      const what = this.violation(invariant, machines);
      if (what === undefined) continue;
      this.violations.push({ invariant, state, what });
      this.holding = this.holding.filter((other) => other !== invariant);
    }
  }

  private violation(invariant: Invariant, machines: readonly Machine[]): string | undefined {
    for (const machine of machines) {
      const what = invariant.check(machine, this.pages);
      if (what !== undefined) return what;
    }
    return undefined;
  }
}
