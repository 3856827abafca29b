// SPDX-License-Identifier: GPL-2.0-only
/** Campaigns for the tests. */

import type { Campaign } from '../../src/fuzz/batch.js';
import { findImplementation } from '../../src/implementations.js';

export function campaign(first: string, second: string, change: Partial<Campaign> = {}): Campaign {
  return {
    first: implementation(first),
    second: implementation(second),
    seed: 1,
    misuse: false,
    corpus: [],
    ...change,
  };
}

export function implementation(name: string) {
  const found = findImplementation(name);
  if (!found) throw new Error(`no implementation ${name}`);
  return found;
}

/** Batch 2 is the first of the huge machines, which take seconds. */
export const SMALL_BATCHES = [0, 1, 3, 4];
