// SPDX-License-Identifier: GPL-2.0-only
/** Every seeded bug there is: each mutation of each step of direct, and of legacy. */

import { stepsOf } from '../branches/index.js';
import { type Mutant, mutationsOf } from './mutation.js';

/** The mutants of an implementation, in the order of its operations and their steps. */
export function mutantsOf(base: string): Mutant[] {
  const mutants: Mutant[] = [];
  for (const { operation, steps } of stepsOf(base) ?? []) {
    steps.forEach((step, i) => {
      for (const kind of mutationsOf(operation, step, steps[i + 1])) {
        const name = `${base}/${operation}/${step.step}: ${kind}`;
        const next = kind === 'after the next' ? { next: steps[i + 1].step } : {};
        mutants.push({ name, base, operation, step: step.step, kind, ...next });
      }
    });
  }
  return mutants;
}

/** The implementations that bugs are seeded into. */
export const MUTATED = ['direct', 'legacy'] as const;

export function allMutants(): Mutant[] {
  return MUTATED.flatMap(mutantsOf);
}
