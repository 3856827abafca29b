// SPDX-License-Identifier: GPL-2.0-only
/** Findings of a campaign held against the theorem of the two: each must satisfy a condition of it. */

import type { Minimised } from '../../fuzz/document.js';
import { Contradiction, Settled } from '../../prove/settle.js';
import { Prover, type Theorem } from '../../prove/theorem.js';
import type { Pair } from '../options.js';

/** What the findings contradict, in a sentence each. */
export function contradictionsOf(
  findings: readonly Minimised[],
  pair: Pair,
  theorem?: Theorem,
): string[] {
  if (findings.length === 0) return [];
  const settled = new Settled(theorem ?? new Prover().prove(pair), pair);
  return findings.flatMap(({ trace }) => {
    try {
      settled.replay(trace, trace.machine.nvhe_el2_debug);
      return [];
    } catch (error) {
      if (error instanceof Contradiction) return [error.message];
      throw error;
    }
  });
}
