// SPDX-License-Identifier: GPL-2.0-only
/**
 * The trace behind a path of representatives. Each step of such a path leads to a state of which a
 * renaming was kept, and the next action is one of that renaming's: named back, it is the trace's.
 */

import { KeyLayout } from '../state/key.js';
import type { Machines } from '../successors/machines.js';
import type { Images } from '../symmetry/images.js';
import { Representatives } from '../symmetry/representative.js';

/** Actions of a trace from the world's first state, from those of a path of representatives. */
export function traceOfPath(path: readonly number[], machines: Machines, images: Images): number[] {
  const layout = KeyLayout.forSizes(machines.components.list.map(({ size }) => size));
  const representatives = new Representatives(images, layout);
  const key = new Int32Array(layout.words);
  const ids = new Int32Array(machines.components.count);
  const { actions } = machines.world;
  /** The trace's actions by those of the representative. */
  let names = actions.map((_, action) => action);
  const trace: number[] = [];
  for (const action of path) {
    trace.push(names[action]);
    machines.load(ids);
    machines.run(actions[action]);
    for (let i = 0; i < machines.nrChanged; i++) ids[machines.changed[i]] = machines.newIds[i];
    layout.pack(ids, key, 0);
    const renaming = representatives.toRepresentative(key, 0);
    layout.unpack(key, 0, ids);
    const before = names;
    names = [];
    for (let old = 0; old < before.length; old++) names[images.action(renaming, old)] = before[old];
  }
  return trace;
}
