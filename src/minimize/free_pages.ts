// SPDX-License-Identifier: GPL-2.0-only
/** Free pages of a pool, by its lists. */

import { POOL_FREE_AREA, POOL_MAX_ORDER } from '../hyp/layout.js';
import type { Machine } from '../hyp/machine.js';

export function freePages({ state, layout }: Machine, pool: number): number {
  const { words } = state;
  let pages = 0;
  for (let order = 0; order <= words[pool + POOL_MAX_ORDER]; order++) {
    const head = pool + POOL_FREE_AREA + 2 * order;
    let nodes = 0;
    for (let node = words[head]; node !== head && node !== 0; node = words[node]) {
      pages += 2 ** order;
      if (++nodes > layout.nrPages) break;
    }
  }
  return pages;
}
