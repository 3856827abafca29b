// SPDX-License-Identifier: GPL-2.0-only
/** What the traces that a campaign starts from have met already. */

import { Machine } from '../hyp/machine.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Seedling } from './batch.js';
import { cellOf, cellOfBranch, preState } from './coverage.js';
import { overheard } from './trail.js';

/**
 * The cells the corpus meets.
 * @throws BootError for a machine that is too small
 */
export function cellsMet(
  seedlings: readonly Seedling[],
  pair: readonly [Implementation, Implementation],
): Set<number> {
  const cells = new Set<number>();
  pair.forEach((implementation, side) => {
    for (const seedling of seedlings) meet(seedling, implementation, side, cells);
  });
  return cells;
}

/** The cells of operations are those of the first side, as in a batch. */
function meet(
  { machine: config, ops }: Seedling,
  implementation: Implementation,
  side: number,
  cells: Set<number>,
): void {
  const { nvhe_el2_debug: debug } = config;
  const took = (_side: number, branch: number) => void cells.add(cellOfBranch(side, branch, debug));
  const machine = Machine.alone(config, overheard(implementation, side, { took }));
  for (const op of ops) {
    if (machine.panic !== 0) break;
    const before = preState(machine, op);
    const outcome = machine.run(op);
    if (side === 0) cells.add(cellOf(op, before, outcome, debug));
    machine.state.commit();
  }
}
