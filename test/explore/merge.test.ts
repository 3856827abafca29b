// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { mergeCertificates } from '../../src/explore/merge.js';
import { explored } from '../../src/explore/run.js';
import { Search } from '../../src/explore/search.js';
import { DEFAULT_WORLD, makeWorld } from '../../src/explore/world.js';
import type { Certificate } from '../../src/result/index.js';
import { explore, LEGACY_DIRECT } from './helpers.js';

async function shard(index: number, count: number, debug = false): Promise<Certificate> {
  const world = makeWorld({ ...DEFAULT_WORLD, pages: 1, debug });
  const options = { level: 'exact', view: 'exact', order: 'breadth' } as const;
  const search = new Search(
    world,
    LEGACY_DIRECT,
    { ...options, footprints: true, symmetry: true, invariants: false },
    { index, count },
  );
  search.advance(Number.POSITIVE_INFINITY);
  return (await explored(search, undefined, 1)).certificate;
}

describe('parts by the first operation', () => {
  it('together find what the whole finds', async () => {
    const { certificate: whole } = await explore({ world: { pages: 1 } });
    const parts = [await shard(0, 3), await shard(1, 3), await shard(2, 3)];
    const [merged] = mergeCertificates(parts);
    expect(merged.complete).toBe(true);
    expect(merged.verdict).toBe('diverged');
    expect(merged.missing).toEqual([]);
    expect(merged.buckets.map(({ bucket, length }) => [bucket, length])).toEqual(
      whole.buckets.map(({ bucket, length }) => [bucket, length]),
    );
    for (const { states } of merged.parts) expect(states).toBeLessThanOrEqual(whole.states);
  });

  it('that are missing or unfinished are named', async () => {
    const first = await shard(0, 3, true);
    const stopped: Certificate = { ...(await shard(2, 3, true)), complete: false, limit: '10 s' };
    const [merged] = mergeCertificates([first, stopped]);
    expect(merged.verdict).toBe('inconclusive');
    expect(merged.lacking).toEqual(['part 2 of 3 is missing', 'part 3 of 3 stopped at 10 s']);
  });

  it('of different worlds are not joined', async () => {
    expect(mergeCertificates([await shard(0, 1), await shard(0, 1, true)])).toHaveLength(2);
  });
});
