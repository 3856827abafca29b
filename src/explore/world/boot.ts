// SPDX-License-Identifier: GPL-2.0-only
/** Boots two machines and brings them to the first state of a world. */

import { type CompareLevel, Lockstep, STEP_EQUAL } from '../../compare/lockstep.js';
import { outcomeText } from '../../hyp/outcome.js';
import type { Implementation } from '../../hyp/transitions.js';
import { compileOp } from '../../ops/index.js';
import { compileExpect } from '../../trace/compile.js';
import { opText } from '../../trace/index.js';
import type { World } from './world.js';

/** The set-up of a world does not do on these implementations what it should. */
export class SetupError extends Error {}

/** The two diverge before the first state of the world. */
export class SetupDivergence extends Error {
  constructor(
    readonly world: World,
    readonly pair: readonly [Implementation, Implementation],
    readonly level: CompareLevel,
    /** Operations of the set-up, the diverging one last. */
    readonly ops: number,
  ) {
    super('the two diverge while the world is set up');
  }
}

/**
 * @throws BootError when the machine is too small
 * @throws SetupError when an operation of the set-up is refused
 * @throws SetupDivergence when the two diverge in it
 */
export function bootWorld(
  world: World,
  pair: readonly [Implementation, Implementation],
  level: CompareLevel,
): Lockstep {
  const lockstep = new Lockstep(world.machine, pair[0], pair[1], level);
  world.setup.forEach((source, index) => {
    const step = lockstep.step(compileOp(source));
    lockstep.commit();
    if (step !== STEP_EQUAL) throw new SetupDivergence(world, pair, level, index + 1);
    if (lockstep.firstOutcome !== compileExpect(source.expect)) {
      const outcome = outcomeText(lockstep.firstOutcome);
      throw new SetupError(`the set-up of the world fails: ${opText(source)} gives ${outcome}`);
    }
  });
  return lockstep;
}
