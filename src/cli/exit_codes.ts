// SPDX-License-Identifier: GPL-2.0-only
/** Exit codes, the same for every command, and which one a result comes to. */

import type { ResultDocument, Theorem } from '../result/index.js';

export const EXIT_EQUAL = 0;
export const EXIT_DIVERGED = 1;
export const EXIT_BAD_INPUT = 2;
export const EXIT_INTERNAL = 3;
export const EXIT_INCONCLUSIVE = 4;
export const EXIT_STALE = 5;

export const EXIT_HELP = `
Exit codes:
  0  equal, or every difference is in a baseline
  1  diverged: a difference that no baseline has
  2  bad input or usage
  3  internal error: a bug of this program
  4  inconclusive: interrupted, nothing was compared, or coverage is missing
  5  stale baseline: an entry matched nothing or more than it names, expired,
     or has no reason`;

/** The exit code of a result: bad input before differences, those before all else. */
export function exitCodeOf({ verdict, counts, baseline, theorems }: ResultDocument): number {
  if (counts.problems > 0) return EXIT_BAD_INPUT;
  if (theorems?.some(isRefuted)) return EXIT_INTERNAL;
  if (verdict === 'new') return EXIT_DIVERGED;
  if (verdict === 'inconclusive') return EXIT_INCONCLUSIVE;
  return baseline.stale > 0 ? EXIT_STALE : EXIT_EQUAL;
}

/** The model does not hold to what the proof assumes, or does what it excludes. */
function isRefuted({ assumptions, contradictions = [] }: Theorem): boolean {
  return contradictions.length > 0 || assumptions.some(({ violations }) => violations.length > 0);
}
