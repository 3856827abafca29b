// SPDX-License-Identifier: GPL-2.0-only
/**
 * The trace behind a path of representatives. Each step of such a path leads to a state of which a
 * renaming was kept, and the next action is one of that renaming's: named back, it is the trace's.
 */

import type { Components } from '../state/components.js';
import { KeyLayout } from '../state/key.js';
import type { Asking } from '../successors/executor.js';
import { stateAfter, transitionOf } from '../successors/transition.js';
import type { Images } from '../symmetry/images.js';
import { Representatives } from '../symmetry/representative.js';
import type { World } from '../world/world.js';

/** Actions of a trace from the world's first state, from those of a path of representatives. */
export function* traceOfPath(
  path: readonly number[],
  world: World,
  components: Components,
  images: Images,
): Asking<number[]> {
  const layout = KeyLayout.forSizes(components.list.map(({ size }) => size));
  const representatives = new Representatives(images, layout);
  const key = new Int32Array(layout.words);
  let ids: Int32Array = new Int32Array(components.count);
  /** The trace's actions by those of the representative. */
  let names = world.actions.map((_, action) => action);
  const trace: number[] = [];
  for (const action of path) {
    trace.push(names[action]);
    const [executed] = yield [{ action, ids }];
    ids = stateAfter(ids, transitionOf(executed, ids, components));
    layout.pack(ids, key, 0);
    const renaming = representatives.toRepresentative(key, 0);
    layout.unpack(key, 0, ids);
    const before = names;
    names = [];
    for (let old = 0; old < before.length; old++) names[images.action(renaming, old)] = before[old];
  }
  return trace;
}
