// SPDX-License-Identifier: GPL-2.0-only
/** What makes two divergences one finding. */

import { type BucketKey, bucketText } from '../compare/bucket.js';
import { type Lockstep, STEP_OUTCOME } from '../compare/lockstep.js';
import { bucketOfStep, outcomesOfStep } from '../compare/observe.js';
import type { Op } from '../hyp/op.js';

/**
 * The cause a bucket is put down to: the bucket, but with fewer columns. How far each side got
 * depends on the machine as much as on the bug, so after different outcomes no column is told.
 */
export function causeText(key: BucketKey): string {
  return bucketText(key.kind === 'outcome' ? { ...key, columns: [] } : key);
}

/** The cause of the last step, decoding the difference only where it matters. */
export function causeOfStep(lockstep: Lockstep, op: Op, step: number, misuse: boolean): string {
  const tell = step === STEP_OUTCOME ? outcomesOfStep : bucketOfStep;
  return causeText(tell(lockstep, op, step, false, misuse));
}
