// SPDX-License-Identifier: GPL-2.0-only
/** What the traces that a campaign starts from have met already. */

import { Machine } from '../hyp/machine.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Seedling } from './batch.js';
import { cellOf, preState } from './coverage.js';

/**
 * The cells the corpus meets.
 * @throws BootError for a machine that is too small
 */
export function cellsMet(seedlings: readonly Seedling[], first: Implementation): Set<number> {
  const cells = new Set<number>();
  for (const { machine: config, ops } of seedlings) {
    const machine = Machine.alone(config, first);
    for (const op of ops) {
      if (machine.panic !== 0) break;
      const before = preState(machine, op);
      cells.add(cellOf(op, before, machine.run(op), config.nvhe_el2_debug));
      machine.state.commit();
    }
  }
  return cells;
}
