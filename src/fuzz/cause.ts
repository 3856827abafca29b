// SPDX-License-Identifier: GPL-2.0-only
/** What makes two divergences one finding. */

import { type BucketKey, bucketText } from '../compare/bucket.js';
import type { Column } from '../compare/divergence.js';
import { type Lockstep, STEP_OUTCOME } from '../compare/lockstep.js';
import { bucketOfStep, outcomesOfStep } from '../compare/observe.js';
import type { Op } from '../hyp/op.js';

/** What follows from a change to tables and owners, by way of the allocator and the machine. */
const BOOKKEEPING: ReadonlySet<Column> = new Set<Column>([
  'contents',
  'free_list',
  'locks',
  'memcache',
  'order',
  'refcount',
]);

/**
 * The cause a bucket is put down to: the bucket, but with fewer columns. How far each side got
 * depends on the machine as much as on the bug, so after different outcomes no column is told, and
 * after a panic none that the allocator keeps.
 */
export function causeText(key: BucketKey): string {
  if (key.kind === 'outcome') return bucketText({ ...key, columns: [] });
  if (key.kind !== 'state-at-panic') return bucketText(key);
  const told = key.columns.filter((column) => !BOOKKEEPING.has(column));
  return bucketText({ ...key, columns: told.length > 0 ? told : key.columns });
}

/** The cause of the last step, decoding the difference only where it matters. */
export function causeOfStep(lockstep: Lockstep, op: Op, step: number): string {
  const tell = step === STEP_OUTCOME ? outcomesOfStep : bucketOfStep;
  return causeText(tell(lockstep, op, step, false));
}
