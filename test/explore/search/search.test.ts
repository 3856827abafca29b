// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { search } from '../helpers.js';

/** A page that is shared or not, and pinned up to twice while it is shared: 1 + 3 states. */
const PINNING = {
  pages: 1,
  gfns: 0,
  vms: 0,
  debug: true,
  ops: [
    '__pkvm_host_share_hyp',
    '__pkvm_host_unshare_hyp',
    'hyp_pin_shared_mem',
    'hyp_unpin_shared_mem',
  ],
} as const;

describe('a search', () => {
  it('goes breadth first, depth by depth, until no state is new', () => {
    const found = search({ world: PINNING });
    const seen: number[][] = [];
    while (!found.isComplete) {
      found.advance(1);
      seen.push([found.states, found.frontier, found.depth]);
    }
    expect(seen).toEqual([
      [2, 1, 1],
      [3, 1, 2],
      [4, 1, 3],
      [4, 0, 3],
    ]);
  });

  it('knows a shortest path to each state', () => {
    const found = search({ world: PINNING });
    found.advance(Number.POSITIVE_INFINITY);
    const names = found.pathTo(3).map((action) => found.world.actions[action].name);
    expect(names).toEqual(['__pkvm_host_share_hyp', 'hyp_pin_shared_mem', 'hyp_pin_shared_mem']);
    expect(found.pathTo(0)).toEqual([]);
  });

  it('stops when it is told to, or after so many states', () => {
    const found = search({ world: PINNING });
    found.advance(10, () => found.done === 2);
    expect(found.done).toBe(2);
    found.advance(1);
    expect(found.done).toBe(3);
    expect(found.isComplete).toBe(false);
  });

  it('is between two depths when all of one is expanded', () => {
    const found = search({ world: { pages: 2, gfns: 0, vms: 0 } });
    found.advance(1);
    expect(found.isBetweenLevels).toBe(true);
    found.advance(1);
    expect(found.isBetweenLevels).toBe(false);
  });

  it('keeps every state where symmetry is not wanted or cannot be checked', () => {
    const world = { pages: 2, gfns: 0, vms: 0 } as const;
    expect(search({ world }).images?.order).toBe(2);
    for (const without of [{ symmetry: false }, { footprints: false }, { invariants: true }]) {
      expect(search({ world, ...without }).images).toBeUndefined();
    }
    expect(search({ world, level: 'outcome' }).images).toBeUndefined();
    expect(search({ world, view: 'ownership' }).images).toBeUndefined();
  });
});
