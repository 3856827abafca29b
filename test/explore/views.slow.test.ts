// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { explored, labelReachable } from '../../src/explore/certificate/explored.js';
import { ConstructedSearch } from '../../src/explore/search/constructed.js';
import type { SearchOptions } from '../../src/explore/search/options.js';
import { DEFAULT_WORLD } from '../../src/explore/world/options.js';
import { makeWorld } from '../../src/explore/world/world.js';
import { explore, LEGACY_DIRECT } from './helpers.js';

/**
 * Ownership states, as abstract models of the protocol count them: 15 combinations of host state, hyp
 * state and pins of each page (9 with debug), times what each of the two guest frames maps.
 */
function ownershipStates(pages: number, debug: boolean): number {
  return (debug ? 9 : 15) ** pages * (pages + 1) ** 2;
}

describe('the ownership view', () => {
  it.each([
    { pages: 1, debug: false, states: 60 },
    { pages: 2, debug: false, states: 2025 },
    { pages: 3, debug: true, states: 11664 },
  ])('of $pages pages, debug $debug, has $states states', async (row) => {
    const { certificate } = await explore({ world: row, view: 'ownership' });
    expect(certificate.states).toBe(row.states);
    expect(certificate.states).toBe(ownershipStates(row.pages, row.debug));
  });

  it('finds the same divergence', async () => {
    const { certificate } = await explore({ world: { pages: 2 }, view: 'ownership' });
    expect(certificate.buckets.map(({ length }) => length)).toEqual([7]);
  });
});

describe('comparing less than everything', () => {
  it.each(['outcome', 'ownership'] as const)(
    '%s only finds the one difference too',
    async (level) => {
      const { certificate } = await explore({ world: { pages: 1 }, level });
      expect(certificate.buckets.map(({ outcomes }) => outcomes)).toEqual([['-EBUSY', '-EPERM']]);
      expect(certificate.states).toBe(207);
    },
  );
});

describe('every constructed state', () => {
  const OPTIONS: SearchOptions = {
    level: 'exact',
    view: 'exact',
    footprints: true,
    symmetry: false,
    invariants: false,
  };

  it('of three pages is there: 4 host and 3 hyp states, 3 counts of references, 2 of shares each', () => {
    const search = new ConstructedSearch(makeWorld(DEFAULT_WORLD), LEGACY_DIRECT, OPTIONS);
    // From the first state, and from one with a page in a guest.
    expect(search.states).toBe(2 * (4 * 3 * 3 * 2) ** 3);
  });

  const constructed = async (debug: boolean) => {
    const world = makeWorld({ ...DEFAULT_WORLD, pages: 1, debug });
    const search = new ConstructedSearch(world, LEGACY_DIRECT, OPTIONS);
    search.advance(Number.POSITIVE_INFINITY);
    const { certificate } = await explored(search, undefined, 1);
    labelReachable(certificate, (await explore({ world: { pages: 1, debug } })).certificate);
    return certificate;
  };

  it('shows the precedence of -EBUSY and -EPERM, reachable with debug off', async () => {
    const { buckets, states } = await constructed(false);
    // host states x hyp states x references x share counts, without and with a guest
    expect(states).toBe(4 * 3 * 3 * 2 * 2);
    expect(buckets).toHaveLength(1);
    expect(buckets[0]).toMatchObject({ reachable: 'reachable', length: 2 });
    expect(buckets[0].bootTrace).toHaveLength(7);
  });

  it('shows it with debug on too, where nothing leads there', async () => {
    const { buckets } = await constructed(true);
    expect(buckets).toHaveLength(1);
    expect(buckets[0].reachable).toBe('unreachable in this world');
    expect(buckets[0].bootTrace).toBeUndefined();
  });
});

describe('invariants', () => {
  const held = async (debug: boolean) => {
    const { certificate } = await explore({ world: { pages: 1, debug }, invariants: true });
    return new Map((certificate.invariants ?? []).map((found) => [found.name, found]));
  };

  it('of tables, lists and owners hold', async () => {
    const found = await held(false);
    for (const name of [
      'hyp-owned-is-nopage',
      'nopage-is-hyp-owned',
      'nopage-is-annotated',
      'share-count-is-mappings',
      'table-refcounts',
      'free-pages-listed-once',
    ]) {
      expect(found.get(name)?.holds, name).toBe(true);
    }
  });

  it('that sharing breaks say how, in the fewest operations', async () => {
    const found = (await held(false)).get('borrowed-is-shared');
    expect(found?.trace).toEqual([
      '__pkvm_host_share_hyp(pfn=0x40100)',
      '__pkvm_host_unshare_ffa(pfn=0x40100, nr_pages=1)',
    ]);
  });

  it('differ by debug: a pin survives what takes the page from hyp only without', async () => {
    expect((await held(false)).get('pinned-is-borrowed')?.holds).toBe(false);
    expect((await held(true)).get('pinned-is-borrowed')?.holds).toBe(true);
  });
});

describe('other places', () => {
  it.each(['edge', 'nomap', 'mmio'] as const)('%s: nothing else differs', async (place) => {
    const { certificate } = await explore({ world: { pages: 2, place } });
    expect(certificate.buckets.map(({ outcomes }) => outcomes)).toEqual([['-EBUSY', '-EPERM']]);
    expect(certificate.missing).toEqual([]);
  });
});
