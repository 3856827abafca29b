// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { replayTrace } from '../../src/compare/replay.js';
import { explored } from '../../src/explore/certificate/explored.js';
import { PlainSearch } from '../../src/explore/plain/plain_search.js';
import { DEFAULT_WORLD } from '../../src/explore/world/options.js';
import { makeWorld } from '../../src/explore/world/world.js';
import { explore, LEGACY_DIRECT } from './helpers.js';

/**
 * Exact states with 2 guest frames, 1 VM, pins up to 2, ranges of 0 to 2 pages, counted by hand. A
 * page has 15 combinations of host state, hyp state and pins, 9 with debug; 8 of them need no
 * donation, and only those come without a table in the host stage 2, which stays once it is there.
 * The VM's two tables lie in one of 3 ways when no frame is mapped (in the memcache, or in the pool
 * in either order), and in one of 2 with each mapping of one frame or of both.
 */
function exactStates(pages: number, debug: boolean): number {
  return ((debug ? 9 : 15) ** pages + 8 ** pages) * (3 + 2 * (2 * pages) + 2 * pages ** 2);
}

const WORLDS = [
  { pages: 2, debug: false, states: 5491 },
  { pages: 2, debug: true, states: 2755 },
  { pages: 3, debug: false, states: 128271 },
  { pages: 3, debug: true, states: 40953 },
] as const;

describe('a world', () => {
  it.each(WORLDS)('of $pages pages, debug $debug, has $states exact states', async (row) => {
    const { certificate } = await explore({ world: row });
    expect(certificate.states).toBe(row.states);
    expect(certificate.states).toBe(exactStates(row.pages, row.debug));
    expect(certificate.complete).toBe(true);
  });

  it('is the same executed in full or known from footprints', async () => {
    const world = { pages: 2 };
    const whole = (await explore({ world, footprints: false })).certificate;
    const remembered = (await explore({ world })).certificate;
    expect(whole.executed).toBe(whole.transitions);
    expect(remembered.executed).toBeLessThan(remembered.transitions / 10);
    expect(remembered.digest).toBe(whole.digest);
    expect(remembered.states).toBe(whole.states);
    expect(remembered.transitions).toBe(whole.transitions);
    expect(remembered.outcomes).toEqual(whole.outcomes);
  });
});

describe('legacy and direct', () => {
  it('differ with debug off in one bucket, seven operations away', async () => {
    const { certificate, counterexamples } = await explore({ world: { pages: 2 } });
    expect(certificate.verdict).toBe('diverged');
    expect(certificate.buckets.map(({ bucket }) => bucket)).toEqual([
      '__pkvm_host_unshare_hyp: outcome -EBUSY | -EPERM; debug off; reachable',
    ]);
    // As the model's text has it (section 9).
    const page = 'pfn=0x40100';
    expect(certificate.buckets[0].trace).toEqual([
      `__pkvm_host_share_hyp(${page})`,
      'hyp_pin_shared_mem(from=0x40100000, to=0x40101000)',
      `__pkvm_host_unshare_ffa(${page}, nr_pages=1)`,
      `__pkvm_host_donate_hyp(${page}, nr_pages=1)`,
      `__pkvm_hyp_donate_host(${page}, nr_pages=1)`,
      `__pkvm_host_share_ffa(${page}, nr_pages=1)`,
      `__pkvm_host_unshare_hyp(${page})`,
    ]);
    expect(certificate.buckets[0].length).toBe(7);
    const { trace } = counterexamples[0];
    const { divergences } = replayTrace(trace, ...LEGACY_DIRECT, { level: 'exact' });
    expect(divergences).toHaveLength(1);
    expect(divergences[0].opIndex).toBe(6);
  });

  it('are equivalent with debug on', async () => {
    const { certificate } = await explore({ world: { pages: 2, debug: true } });
    expect(certificate.verdict).toBe('equivalent');
    expect(certificate.vacuous).toBe(false);
  });
});

describe('the plain search', () => {
  it('finds of two pages and a guest frame what the fast one finds', async () => {
    const world = makeWorld({ ...DEFAULT_WORLD, pages: 2, gfns: 1 });
    const plain = new PlainSearch(world, LEGACY_DIRECT);
    plain.advance(Number.POSITIVE_INFINITY);
    const { certificate } = await explored(plain, undefined, 1);
    const fast = (await explore({ world: { pages: 2, gfns: 1 } })).certificate;
    expect(certificate).toMatchObject({
      states: fast.states,
      transitions: fast.transitions,
      depth: fast.depth,
      outcomes: fast.outcomes,
      digest: fast.digest,
    });
  });
});
