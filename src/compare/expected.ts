// SPDX-License-Identifier: GPL-2.0-only
/** What a trace expects of an implementation. */

import { UNDEFINED } from '../hyp/outcome.js';
import type { Expected } from '../trace/trace.js';

/** The outcome expected of one implementation; undefined where the trace does not say. */
export function expectedOf(expected: Expected, implementation: string): number | undefined {
  return typeof expected === 'object' ? expected.get(implementation) : expected;
}

/** Nothing is known of a side that is undefined, so no expectation of it is unmet. */
export function isUnmet(expected: number | undefined, outcome: number): expected is number {
  return expected !== undefined && expected !== outcome && outcome !== UNDEFINED;
}
