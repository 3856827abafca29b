// SPDX-License-Identifier: GPL-2.0-only
/** Every seeded bug there is: each mutation of each step of direct, and of legacy. */

import { stepsOf } from '../branches/index.js';
import { direct } from '../direct/index.js';
import type { Implementation } from '../hyp/transitions.js';
import { legacy } from '../legacy/index.js';
import { type Mutant, mutationsOf } from './mutation.js';

/** The mutants of an implementation, in the order of its operations and their steps. */
export function mutantsOf(implementation: Implementation): Mutant[] {
  const base = implementation.name;
  const mutants: Mutant[] = [];
  for (const { operation, steps } of stepsOf(implementation)) {
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
const BASES = [direct, legacy];
export const MUTATED = BASES.map(({ name }) => name);

export function allMutants(): Mutant[] {
  return BASES.flatMap(mutantsOf);
}
