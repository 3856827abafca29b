// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { ConstructedSearch } from '../../../src/explore/search/constructed.js';
import { DEFAULT_WORLD, type WorldOptions } from '../../../src/explore/world/options.js';
import { makeWorld } from '../../../src/explore/world/world.js';
import { LEGACY_DIRECT } from '../helpers.js';

function constructed(world: Partial<WorldOptions>): ConstructedSearch {
  const options = {
    level: 'exact',
    view: 'exact',
    footprints: true,
    symmetry: false,
    invariants: false,
  } as const;
  return new ConstructedSearch(makeWorld({ ...DEFAULT_WORLD, ...world }), LEGACY_DIRECT, options);
}

describe('constructed states', () => {
  it('are 4 host and 3 hyp states with 3 counts of references of each page', () => {
    expect(constructed({ pages: 1, gfns: 0 }).states).toBe(4 * 3 * 3);
    expect(constructed({ pages: 2, gfns: 0 }).states).toBe((4 * 3 * 3) ** 2);
  });

  it('come with 2 counts of shares, with and without a page in a guest', () => {
    expect(constructed({ pages: 1, gfns: 1 }).states).toBe(4 * 3 * 3 * 2 * 2);
  });

  it('of a page that is no memory are none, which leaves those of the others', () => {
    expect(constructed({ pages: 1, gfns: 0, place: 'mmio' }).states).toBe(1);
    expect(constructed({ pages: 2, gfns: 0, place: 'mmio' }).states).toBe(4 * 3 * 3);
  });

  it('are expanded one action deep, by no poke', () => {
    const search = constructed({ pages: 1, gfns: 0 });
    search.advance(Number.POSITIVE_INFINITY);
    expect(search.isComplete).toBe(true);
    const tried = new Set(
      search.classes.list.map(({ action }) => search.world.actions[action].name),
    );
    expect(tried).not.toContain('poke');
    expect(tried).toContain('__pkvm_host_share_hyp');
  });

  it('are reached by pokes, which a trace is made of', () => {
    const search = constructed({ pages: 2, gfns: 0 });
    const path = search.pathTo(search.roots[search.roots.length - 1]);
    expect(path.map((action) => search.world.actions[action].name)).toEqual(['poke', 'poke']);
  });
});
