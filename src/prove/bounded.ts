// SPDX-License-Identifier: GPL-2.0-only
/** A proof of an implementation that may not come back: one that loops and calls no helper. */

import { runInNewContext } from 'node:vm';
import type { Implementation } from '../hyp/transitions.js';
import { ProofError } from './oracle.js';
import type { Prover, Theorem } from './theorem.js';

/** A proof takes a fraction of a second. */
const MOST_MILLISECONDS = 120_000;

/**
 * Proves a pair, as `Prover.prove()`.
 * @throws ProofError also when a transition has not come back after so many milliseconds
 */
export function proveBounded(
  prover: Prover,
  pair: readonly [Implementation, Implementation],
  debugs: readonly boolean[],
  timeout = MOST_MILLISECONDS,
): Theorem {
  let theorem: Theorem | undefined;
  const run = () => {
    theorem = prover.prove(pair, debugs);
  };
  try {
    // The one way to end what loops in this thread; the code it runs is ours, and this call only.
    runInNewContext('run()', { run }, { timeout });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    const names = pair.map(({ name }) => name).join(' or ');
    throw new ProofError(
      names,
      prover.operation,
      `has not come back after ${timeout / 1000} seconds`,
    );
  }
  if (theorem === undefined) throw new Error('the proof came to nothing');
  return theorem;
}

function isTimeout(error: unknown): boolean {
  // It is an Error of another context.
  if (typeof error !== 'object' || error === null) return false;
  return 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
