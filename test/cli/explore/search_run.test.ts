// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Context } from '../../../src/cli/context.js';
import type { ExploreFlags } from '../../../src/cli/explore/flags.js';
import { exploreFromBoot } from '../../../src/cli/explore/search_run.js';
import { DEFAULT_WORLD } from '../../../src/explore/world/options.js';
import { makeWorld } from '../../../src/explore/world/world.js';
import { ONE_PAGE_REFUSED } from '../../explore/broken.js';
import { LEGACY_DIRECT } from '../../explore/helpers.js';

const FLAGS = {
  compare: 'exact',
  view: 'exact',
  footprints: true,
  symmetry: true,
  workers: 1,
  checkpointEvery: 60,
} as const;

async function run(impl: ExploreFlags['impl']) {
  const context = new Context();
  const told: string[] = [];
  context.complain = (text: string) => told.push(text);
  const world = makeWorld({ ...DEFAULT_WORLD, pages: 2, debug: true });
  const { certificate } = await exploreFromBoot(world, { ...FLAGS, impl } as ExploreFlags, context);
  return { certificate, told };
}

describe('a search on the command line', () => {
  it('keeps one state for all its renamings', async () => {
    const { certificate, told } = await run([...LEGACY_DIRECT]);
    expect(certificate.symmetry?.order).toBe(4);
    expect(told).toEqual([]);
  });

  it('explores in full, and says so, where pages are not treated alike', async () => {
    const { certificate, told } = await run([ONE_PAGE_REFUSED, ONE_PAGE_REFUSED]);
    expect(certificate.symmetry).toBeUndefined();
    expect(certificate.verdict).toBe('equivalent');
    expect(told).toEqual([
      'not all pages or frames are treated alike (__pkvm_host_share_hyp(pfn=0x40101)): every state is kept',
    ]);
  });
});
