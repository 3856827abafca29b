// SPDX-License-Identifier: GPL-2.0-only
/**
 * Everything that can happen in a world of a few operations on a machine of gigabytes: too large for
 * `explore`, which keeps what it knows word by word, and small enough to keep each state whole.
 */

import { createHash } from 'node:crypto';
import { Lockstep, STEP_EQUAL } from '../compare/lockstep.js';
import type { Implementation } from '../hyp/transitions.js';
import type { ProofWorld } from './equivalents.js';

/** What trying every operation in every state came to. */
export interface Proof {
  readonly equivalent: boolean;
  readonly states: number;
  readonly transitions: number;
}

/** Tries everything, or ends at the first divergence. */
export function prove(base: Implementation, mutant: Implementation, world: ProofWorld): Proof {
  const lockstep = new Lockstep(world.machine, base, mutant);
  const met = new Set<string>();
  const frontier: Int32Array[] = [];
  const meet = () => {
    const { words } = lockstep.first.state;
    const digest = createHash('sha256').update(words.subarray(0, lockstep.layout.wordCount));
    const key = digest.digest('base64');
    if (!met.has(key)) frontier.push(lockstep.snapshot());
    met.add(key);
  };
  let transitions = 0;
  meet();
  for (let state = frontier.pop(); state !== undefined; state = frontier.pop()) {
    for (const op of world.ops) {
      lockstep.first.state.restore(state);
      lockstep.second.state.restore(state);
      lockstep.rewound();
      transitions++;
      if (lockstep.step(op) !== STEP_EQUAL) {
        return { equivalent: false, states: met.size, transitions };
      }
      if (lockstep.first.panic === 0) meet();
    }
  }
  return { equivalent: true, states: met.size, transitions };
}
