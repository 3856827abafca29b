// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { explore, implementation, LEGACY_DIRECT } from './helpers.js';

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
  { pages: 1, debug: false, states: 207 },
  { pages: 1, debug: true, states: 153 },
] as const;

describe('a world', () => {
  it.each(WORLDS)('of $pages pages, debug $debug, has $states exact states', async (row) => {
    const { certificate } = await explore({ world: row });
    expect(certificate.states).toBe(row.states);
    expect(certificate.states).toBe(exactStates(row.pages, row.debug));
    expect(certificate.complete).toBe(true);
  });

  it('gives another digest when a transition ends differently', async () => {
    const world = { pages: 1 };
    const other = [LEGACY_DIRECT[0], LEGACY_DIRECT[0]] as const;
    expect((await explore({ world })).certificate.digest).not.toBe(
      (await explore({ world, pair: other })).certificate.digest,
    );
  });
});

describe('legacy before the fix', () => {
  it('panics after two operations', async () => {
    const pair = [implementation('legacy-before-fix'), implementation('direct')] as const;
    const { certificate } = await explore({ world: { pages: 1 }, pair });
    expect(certificate.buckets[0]).toMatchObject({
      op: '__pkvm_host_unshare_hyp',
      outcomes: ['WARN', '-EPERM'],
      length: 2,
    });
  });
});

describe('a certificate', () => {
  it('is vacuous when an error was never met', async () => {
    const { certificate } = await explore({ world: { pages: 1, maxPins: 0, debug: true } });
    expect(certificate.vacuous).toBe(true);
    expect(certificate.missing).toContain('__pkvm_host_unshare_hyp: -EBUSY');
  });
});

describe('several VMs', () => {
  it('are loaded in turn, and nothing else differs', async () => {
    const { certificate } = await explore({ world: { pages: 1, vms: 2, gfns: 1 } });
    expect(certificate.buckets.map(({ outcomes }) => outcomes)).toEqual([['-EBUSY', '-EPERM']]);
    expect(certificate.outcomes).toHaveProperty('__pkvm_vcpu_put');
    expect(certificate.complete).toBe(true);
  });
});
