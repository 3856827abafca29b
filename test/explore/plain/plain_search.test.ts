// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { explored } from '../../../src/explore/certificate/explored.js';
import { PlainSearch } from '../../../src/explore/plain/plain_search.js';
import { DEFAULT_WORLD, type WorldOptions } from '../../../src/explore/world/options.js';
import { makeWorld } from '../../../src/explore/world/world.js';
import { DROPPED_CHECK, FORGOTTEN_PAGE, SWAPPED_ORDER } from '../broken.js';
import { explore, implementation, LEGACY_DIRECT } from '../helpers.js';

const direct = implementation('direct');

async function plain(
  world: Partial<WorldOptions>,
  pair: ConstructorParameters<typeof PlainSearch>[1],
) {
  const search = new PlainSearch(makeWorld({ ...DEFAULT_WORLD, ...world }), pair);
  search.advance(Number.POSITIVE_INFINITY);
  return (await explored(search, undefined, 1)).certificate;
}

describe('the plain search', () => {
  const guest = { pages: 1, gfns: 1 } as const;
  const alone = { pages: 1, gfns: 0, vms: 0 } as const;
  const two = { pages: 2, gfns: 0, vms: 0 } as const;

  it.each([
    ['a page', alone, LEGACY_DIRECT],
    ['a page and a guest', guest, LEGACY_DIRECT],
    ['a page and a guest, debug on', { ...guest, debug: true }, LEGACY_DIRECT],
    ['two pages', two, LEGACY_DIRECT],
    ['two pages, the last no memory', { ...two, place: 'mmio' }, LEGACY_DIRECT],
    ['two pages at the end of memory', { ...two, place: 'edge' }, LEGACY_DIRECT],
    ['legacy before the fix', alone, [implementation('legacy-before-fix'), direct]],
    ['a check that is not made', alone, [direct, DROPPED_CHECK]],
    ['checks in another order', alone, [direct, SWAPPED_ORDER]],
    ['states that differ', { ...two, ops: ['__pkvm_host_share_ffa'] }, [direct, FORGOTTEN_PAGE]],
  ] as const)('finds of %s what the fast one finds', async (_what, world, pair) => {
    const { executed, bytes, symmetry, buckets, ...fast } = (await explore({ world, pair }))
      .certificate;
    const found = await plain(world, pair);
    expect(found).toMatchObject(fast);
    expect(
      found.buckets.map(({ bucket, length, transitions }) => [bucket, length, transitions]),
    ).toEqual(buckets.map(({ bucket, length, transitions }) => [bucket, length, transitions]));
    expect(found.executed).toBe(found.transitions);
    expect(found.complete).toBe(true);
  });

  it('finds as many states as the protocol has', async () => {
    expect((await plain(alone, LEGACY_DIRECT)).states).toBe(15 + 8);
    expect((await plain({ ...alone, debug: true }, LEGACY_DIRECT)).states).toBe(9 + 8);
  });

  it('can be stopped and goes on', () => {
    const search = new PlainSearch(makeWorld({ ...DEFAULT_WORLD, ...alone }), LEGACY_DIRECT);
    search.advance(1);
    expect(search.isComplete).toBe(false);
    expect([search.depth, search.frontier]).toEqual([1, search.states - 1]);
    search.advance(1000);
    expect(search.isComplete).toBe(true);
  });
});
