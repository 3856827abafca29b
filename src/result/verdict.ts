// SPDX-License-Identifier: GPL-2.0-only
/** What divergences come to. */

import type { Bucket, Verdict } from './types.generated.js';

/** @param isWhole everything that was to be compared was */
export function verdictOf(
  divergences: { readonly known: number; readonly new: number },
  isWhole: boolean,
): Verdict {
  if (divergences.new > 0) return 'new';
  if (!isWhole) return 'inconclusive';
  return divergences.known > 0 ? 'known' : 'equal';
}

/** Divergences in the buckets that are meant. */
export function countIn(buckets: readonly Bucket[], isMeant: (bucket: Bucket) => boolean): number {
  return buckets.filter(isMeant).reduce((total, { count }) => total + count, 0);
}
