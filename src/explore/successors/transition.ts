// SPDX-License-Identifier: GPL-2.0-only
/** What an action does in a state, by ids of components. */

import type { Components, Successor } from '../state/components.js';
import type { CameTo } from './classes.js';
import type { Executed } from './executor.js';

export type Transition = CameTo & Successor;

/** From what an executor said. Words that were taken for constant until now join a component. */
export function transitionOf(
  { firstOutcome, secondOutcome, step, goesOn, columns, changes }: Executed,
  ids: Int32Array,
  components: Components,
): Transition {
  const { changed, newIds } = components.successor(ids, changes);
  return { firstOutcome, secondOutcome, step, goesOn, columns, changed, newIds };
}

/** The state after a transition. */
export function stateAfter(ids: Int32Array, { changed, newIds }: Transition): Int32Array {
  const after = ids.slice();
  for (let i = 0; i < changed.length; i++) after[changed[i]] = newIds[i];
  return after;
}
