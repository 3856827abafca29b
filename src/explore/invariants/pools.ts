// SPDX-License-Identifier: GPL-2.0-only
/** Is every page of a pool in use or on exactly one free list? */

import {
  POOL_FREE_AREA,
  POOL_MAX_ORDER,
  POOL_RANGE_END,
  POOL_RANGE_START,
} from '../../hyp/layout.js';
import type { Machine } from '../../hyp/machine.js';

/** What is wrong with a pool's lists, or undefined. */
export function poolProblem(machine: Machine, pool: number): string | undefined {
  const { layout, vmemmap } = machine;
  const { words } = machine.state;
  const listed = new Set<number>();
  for (let order = 0; order <= words[pool + POOL_MAX_ORDER]; order++) {
    const head = pool + POOL_FREE_AREA + 2 * order;
    let before = head;
    for (let node = words[head]; node !== head; node = words[node]) {
      if (words[node + 1] !== before) return `free list of order ${order}: links disagree`;
      const page = (node - layout.node) >> 1;
      for (let i = page; i < page + 2 ** order; i++) {
        if (listed.has(i)) return `page 0x${layout.pfnOf(i).toString(16)} is listed twice`;
        if (vmemmap.refcount(i) !== 0) {
          return `page 0x${layout.pfnOf(i).toString(16)} is listed and in use`;
        }
        listed.add(i);
      }
      before = node;
    }
  }
  const first = layout.pageIndex(words[pool + POOL_RANGE_START]);
  const pages = words[pool + POOL_RANGE_END] - words[pool + POOL_RANGE_START];
  for (let page = first; page < first + pages; page++) {
    if (vmemmap.refcount(page) === 0 && !listed.has(page)) {
      return `page 0x${layout.pfnOf(page).toString(16)} is free and on no list`;
    }
  }
  return undefined;
}
