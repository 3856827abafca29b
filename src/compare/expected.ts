// SPDX-License-Identifier: GPL-2.0-only
/** What a trace expects of an implementation. */

import type { Machine } from '../hyp/machine.js';
import { UNDEFINED } from '../hyp/outcome.js';
import type { Expected } from '../trace/trace.js';

/** The outcome expected of one implementation; undefined where the trace does not say. */
export function expectedOf(expected: Expected, implementation: string): number | undefined {
  return typeof expected === 'object' ? expected.get(implementation) : expected;
}

/** Does a machine say of itself that it is undefined? */
type Telling = Pick<Machine, 'tellsUndefined'>;

/**
 * Nothing is known of a side that is undefined, so no expectation of it is unmet; code that is expected
 * to be undefined may do anything.
 */
export function isUnmet(
  expected: number | undefined,
  outcome: number,
  { tellsUndefined }: Telling,
): expected is number {
  if (expected === undefined || expected === outcome || outcome === UNDEFINED) return false;
  return expected !== UNDEFINED || tellsUndefined;
}

/** Why an operation is not compared that no side says is undefined. */
export const UNTOLD = 'undefined, as the trace says: what the code does there hangs on addresses';

/** Is UNDEFINED expected, and no side there that would say so? */
export function isUntold(
  expected: Expected,
  names: readonly [string, string],
  { first, second }: { readonly first: Telling; readonly second: Telling },
): boolean {
  if (expected === undefined) return false;
  const sides = [first, second].filter(
    (_, side) => expectedOf(expected, names[side]) === UNDEFINED,
  );
  return sides.length > 0 && sides.every(({ tellsUndefined }) => !tellsUndefined);
}
