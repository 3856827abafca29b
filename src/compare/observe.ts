// SPDX-License-Identifier: GPL-2.0-only
/** The divergence a step of a lockstep shows, as its bucket, without the text of a report. */

import { OP_NAMES, type Op } from '../hyp/op.js';
import { outcomeText } from '../hyp/outcome.js';
import { type BucketKey, causeColumns } from './bucket.js';
import { columnsOf, decodeDifferences } from './decode.js';
import type { DivergenceKind } from './divergence.js';
import { type Lockstep, STEP_OUTCOME, STEP_STATE_AT_PANIC } from './lockstep.js';

/** The kind of divergence a step that is neither STEP_EQUAL nor STEP_UNDEFINED came to. */
export function kindOfStep(step: number): DivergenceKind {
  if (step === STEP_OUTCOME) return 'outcome';
  return step === STEP_STATE_AT_PANIC ? 'state-at-panic' : 'state';
}

/** The bucket of the last step but for the columns that differ, which take a decoder to tell. */
export function outcomesOfStep(
  lockstep: Lockstep,
  op: Op,
  step: number,
  constructed: boolean,
  misuse = false,
): BucketKey {
  return {
    op: OP_NAMES[op.code],
    kind: kindOfStep(step),
    outcomes: [outcomeText(lockstep.firstOutcome), outcomeText(lockstep.secondOutcome)],
    columns: [],
    debug: lockstep.first.config.nvhe_el2_debug,
    constructed,
    ...(misuse ? { misuse } : {}),
  };
}

/** The bucket of the last step, before it is committed. */
export function bucketOfStep(
  lockstep: Lockstep,
  op: Op,
  step: number,
  constructed: boolean,
  misuse = false,
): BucketKey {
  const { first, second, drift } = lockstep;
  const differing = columnsOf(decodeDifferences(first, second, drift.sorted()));
  const columns = causeColumns(kindOfStep(step), differing);
  return { ...outcomesOfStep(lockstep, op, step, constructed, misuse), columns };
}
