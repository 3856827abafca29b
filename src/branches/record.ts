// SPDX-License-Identifier: GPL-2.0-only
/** Counts the branches an implementation takes: each check and each change, and how it went. */

import { outcomeText } from '../hyp/outcome.js';
import { HypPanic } from '../hyp/panic.js';
import type { Implementation } from '../hyp/transitions.js';
import { type HelperCall, type Interceptor, intercept, type Operation } from './intercept.js';
import { branchName, panicName, stepText, wayOf } from './names.js';

/** Counts by branch name. */
export type BranchCounts = Map<string, number>;

/** The implementation, with every branch it takes counted in `counts`, whatever the machine. */
export function instrument(implementation: Implementation, counts: BranchCounts): Implementation {
  const recorder = new Recorder(counts);
  return intercept(implementation, () => recorder);
}

class Recorder implements Interceptor {
  constructor(private readonly counts: BranchCounts) {}

  call(call: HelperCall, proceed: (...args: number[]) => number): number {
    try {
      const result = proceed(...call.args);
      this.count(branchName(call.operation, stepText(call), wayOf(call, result)));
      return result;
    } catch (error) {
      if (error instanceof HypPanic) {
        this.count(branchName(call.operation, stepText(call), 'panicked'));
      }
      throw error;
    }
  }

  panicked(operation: Operation, panic: HypPanic): void {
    this.count(panicName(operation, outcomeText(panic.code)));
  }

  private count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}
