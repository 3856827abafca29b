// SPDX-License-Identifier: GPL-2.0-only

import { describe, expect, it } from 'vitest';
import {
  branchesOf,
  type HelperCall,
  instrument,
  intercept,
  type Step,
  stepsOf,
  stepText,
} from '../../src/branches/index.js';
import { runTo } from '../../src/compare/replay.js';
import { Machine } from '../../src/hyp/machine.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { findImplementation, IMPLEMENTATIONS } from '../../src/implementations.js';
import { Parser, readInputs } from '../../src/trace/index.js';

describe('the catalogue', () => {
  it('has every branch that the recordings lead to, and the steps in the order they run', async () => {
    const golden = ['core', 'oom'].map(
      (name) => new URL(`../golden/${name}.jsonl`, import.meta.url).pathname,
    );
    const parser = Parser.ofRecordings();
    const met = new Map(IMPLEMENTATIONS.map(({ name }) => [name, new Map<string, number>()]));
    for await (const item of readInputs(parser, golden)) {
      if (item.kind === 'problem') throw new Error(item.problem.message);
      for (const implementation of IMPLEMENTATIONS) {
        const order = new OrderKeeper(implementation);
        const counted = instrument(implementation, met.get(implementation.name) ?? new Map());
        const watched = intercept(counted, () => order);
        runTo(Machine.alone(item.trace.machine, watched), item.trace, Infinity);
      }
    }
    for (const [name, counts] of met) {
      const catalogue = new Set(branchesOf(findImplementation(name) ?? {}));
      const surplus = [...counts.keys()].filter((branch) => !catalogue.has(branch));
      expect(
        surplus.filter((branch) => !branch.endsWith('-> panicked')),
        name,
      ).toEqual([]);
      expect(counts.size, name).toBeGreaterThan(catalogue.size / 2);
    }
  });
});

/** Fails when a step runs that the catalogue does not have at that place of the operation. */
class OrderKeeper {
  private at = -1;
  private readonly steps: ReadonlyMap<string, readonly Step[]>;

  constructor(private readonly implementation: Implementation) {
    this.steps = new Map(stepsOf(implementation).map(({ operation, steps }) => [operation, steps]));
  }

  call(call: HelperCall, proceed: (...args: number[]) => number): number {
    const steps = this.steps.get(call.operation);
    if (call.ordinal === 0) this.at = -1;
    const step = stepText(call);
    const next = steps?.findIndex((known, index) => index > this.at && known.step === step) ?? -1;
    const skipped = steps?.slice(this.at + 1, next) ?? [];
    if (next < 0 || skipped.some(({ debugOnly }) => !debugOnly)) {
      throw new Error(`${this.implementation.name}: ${call.operation}: ${step} is out of order`);
    }
    this.at = next;
    return proceed(...call.args);
  }
}
