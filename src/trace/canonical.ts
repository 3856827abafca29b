// SPDX-License-Identifier: GPL-2.0-only
/**
 * The one canonical form of an operation: parameters in the order of the table, page numbers and
 * addresses in hex, counts in decimal.
 */

import { outcomeText } from '../hyp/outcome.js';
import { canonicalParameters, type Expect, type Outcome } from '../ops/index.js';
import { compileOutcome, OUTCOME_NAMES } from './compile.js';
import { canonicalExpectState } from './expect_state.js';
import type { TraceOp } from './trace.js';

/** An operation with its keys in order and its values in their canonical form. */
export function canonicalOp(op: TraceOp): Record<string, unknown> {
  const result: Record<string, unknown> = { op: op.op };
  for (const { name, value } of canonicalParameters(op)) result[name] = value;
  if (op.expect !== undefined) result.expect = canonicalExpect(op.expect);
  if (op.expect_state !== undefined) result.expect_state = canonicalExpectState(op.expect_state);
  if (op.comment !== undefined) result.comment = op.comment;
  return result;
}

function canonicalExpect(expect: Expect): Expect {
  if (typeof expect !== 'object') return canonicalOutcome(expect);
  const entries = Object.entries(expect).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, outcome]) => [name, canonicalOutcome(outcome)]));
}

function canonicalOutcome(outcome: Outcome): Outcome {
  const number = compileOutcome(outcome);
  const name = outcomeText(number);
  return OUTCOME_NAMES.includes(name) ? name : number;
}
