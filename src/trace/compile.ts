// SPDX-License-Identifier: GPL-2.0-only
/** From the outcomes of a validated trace to the numbers the machine gives. */

import { type Expect, OUTCOME_BY_NAME, type Outcome } from '../ops/index.js';
import type { Expected } from './trace.js';

/** The names an outcome can be written by: errno names, panics, and the end of what is known. */
export const OUTCOME_NAMES: readonly string[] = [...OUTCOME_BY_NAME.keys()];

/** The number an outcome of a validated trace stands for. */
export function compileOutcome(outcome: Outcome): number {
  if (typeof outcome === 'number') return outcome + 0;
  const number = OUTCOME_BY_NAME.get(outcome);
  if (number === undefined) throw new Error(`outcome ${outcome} passed the schema`);
  return number;
}

/** What an operation is held to: one outcome, one by implementation name, or nothing. */
export function compileExpect(expect: Expect | undefined): Expected {
  if (expect === undefined) return undefined;
  if (typeof expect !== 'object') return compileOutcome(expect);
  return new Map(
    Object.entries(expect).map(([name, outcome]) => [name, compileOutcome(outcome)] as const),
  );
}
