// SPDX-License-Identifier: GPL-2.0-only
/**
 * Searches from boot for every case that no trace without pokes and misuse leads to; what is not found
 * is told to what it settles, with the states that were looked at.
 */

import type { Implementation } from '../../hyp/transitions.js';
import type { Trace } from '../../trace/index.js';
import type { Settled } from '../settle.js';
import { type Candidate, steerTo } from './steered.js';

/**
 * Searches for what was not searched for yet.
 * @param traceOf makes a trace of what was found, to be replayed
 * @param found is given the trace to each case that was found
 */
export function searchFromBoot(
  settled: Settled,
  pair: readonly [Implementation, Implementation],
  traceOf: (candidate: Candidate & { readonly debug: boolean }) => Trace,
  found: (trace: Trace) => void,
): void {
  for (const target of settled.unreached) {
    const { condition, case: one } = target;
    if (settled.searchedFor(one) !== undefined) continue;
    let last: Trace | undefined;
    const states = steerTo(pair, target, (candidate) => {
      const trace = traceOf({ ...candidate, debug: condition.debug });
      const isIt = settled.replay(trace, condition.debug).includes(one);
      if (isIt) last = trace;
      return isIt;
    });
    if (last) found(last);
    else if (states > 0) settled.addSearch(one, states);
  }
}
