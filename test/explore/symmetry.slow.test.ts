// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { replayTrace } from '../../src/compare/replay.js';
import { explored } from '../../src/explore/certificate/explored.js';
import { restoreCheckpoint, takeCheckpoint } from '../../src/explore/search/checkpoint.js';
import { NotSymmetric } from '../../src/explore/symmetry/images.js';
import type { Certificate } from '../../src/result/index.js';
import { ONE_PAGE_REFUSED } from './broken.js';
import { explore, LEGACY_DIRECT, search } from './helpers.js';

/** What a certificate says of the world, and not of how it was explored. */
function findings({ seconds, executed, bytes, symmetry, buckets, frontier, ...rest }: Certificate) {
  return { ...rest, buckets: buckets.map(({ trace, ...bucket }) => bucket) };
}

const WORLDS = [
  { world: { pages: 1 }, renamings: ['guest frames in any order'], order: 2 },
  { world: { pages: 2 }, renamings: ['pages reversed', 'guest frames in any order'], order: 4 },
  { world: { pages: 2, debug: true, gfns: 1 }, renamings: ['pages reversed'], order: 2 },
  { world: { pages: 3, ranges: 1, gfns: 1 }, renamings: ['pages in any order'], order: 6 },
  { world: { pages: 1, gfns: 3 }, renamings: ['guest frames in any order'], order: 6 },
  { world: { pages: 2, vms: 2, gfns: 1 }, renamings: ['pages reversed'], order: 2 },
  { world: { pages: 3, place: 'mmio', gfns: 1 }, renamings: ['pages reversed'], order: 2 },
] as const;

describe('with one state kept for all its renamings', () => {
  it.each(WORLDS)('$world is found to be what it is in full', async ({ world, ...expected }) => {
    const whole = (await explore({ world, symmetry: false })).certificate;
    const { certificate } = await explore({ world });
    expect(findings(certificate)).toEqual(findings(whole));
    expect(whole.symmetry).toBeUndefined();
    expect(certificate.symmetry).toMatchObject(expected);
  });

  it('as many are kept as there are orbits', async () => {
    // A page's 15 combinations, no guest: (15^2 + 15) / 2 pairs, and those that need no donation, 8
    // combinations, once more without the host's table.
    const { certificate } = await explore({ world: { pages: 2, vms: 0, gfns: 0 } });
    expect(certificate.states).toBe(15 ** 2 + 8 ** 2);
    expect(certificate.symmetry?.kept).toBe((15 * 16) / 2 + (8 * 9) / 2);
  });

  it('a trace is one of the world itself: replay sees it fail at its end', async () => {
    const world = { pages: 2, place: 'neighbours' } as const;
    const { counterexamples } = await explore({ world });
    const { divergences } = replayTrace(counterexamples[0].trace, ...LEGACY_DIRECT, {
      level: 'exact',
    });
    expect(divergences.map(({ opIndex }) => opIndex)).toEqual([6]);
  });

  it('a search that was stopped goes on, and not as one without', async () => {
    const world = { pages: 2 };
    const first = search({ world });
    first.advance(300);
    const checkpoint = structuredClone(takeCheckpoint(first, 1));
    const second = search({ world });
    restoreCheckpoint(second, checkpoint);
    second.advance(Number.POSITIVE_INFINITY);
    const whole = (await explore({ world, symmetry: false })).certificate;
    expect(findings((await explored(second, undefined, 1)).certificate)).toEqual(findings(whole));
    expect(() => restoreCheckpoint(search({ world, symmetry: false }), checkpoint)).toThrow();
  });
});

describe('a world whose pages are not alike', () => {
  it('offers no renaming where a range can run over the end of memory', async () => {
    const { certificate } = await explore({ world: { pages: 2, place: 'edge', gfns: 1 } });
    expect(certificate.symmetry).toBeUndefined();
  });

  it('is noticed when an implementation treats one of its pages in its own way', () => {
    const pair = [ONE_PAGE_REFUSED, ONE_PAGE_REFUSED] as const;
    const found = search({ world: { pages: 2 }, pair });
    expect(() => found.advance(100)).toThrow(NotSymmetric);
  });
});
