// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { setupExplored } from '../../src/explore/certificate/explored.js';
import { SetupDivergence } from '../../src/explore/world/boot.js';
import { DROPPED_CHECK, FORGOTTEN_PAGE, NO_VM, SWAPPED_ORDER } from './broken.js';
import { explore, implementation } from './helpers.js';

const direct = implementation('direct');
const ALONE = { gfns: 0, vms: 0 };
const PAGE = 'pfn=0x40100';
const PIN = 'hyp_pin_shared_mem(from=0x40100000, to=0x40101000)';

describe('a broken copy of direct', () => {
  it('without the check for pins is caught in three operations', async () => {
    const { certificate } = await explore({
      world: { ...ALONE, pages: 1 },
      pair: [direct, DROPPED_CHECK],
    });
    expect(certificate.buckets[0].outcomes).toEqual(['-EBUSY', '0']);
    expect(certificate.buckets[0].trace).toEqual([
      `__pkvm_host_share_hyp(${PAGE})`,
      PIN,
      `__pkvm_host_unshare_hyp(${PAGE})`,
    ]);
  });

  it('with the checks in another order is caught in four', async () => {
    const { certificate } = await explore({
      world: { ...ALONE, pages: 1 },
      pair: [direct, SWAPPED_ORDER],
    });
    expect(certificate.buckets[0].outcomes).toEqual(['-EPERM', '-EBUSY']);
    expect(certificate.buckets[0].trace).toEqual([
      `__pkvm_host_share_hyp(${PAGE})`,
      PIN,
      `__pkvm_host_unshare_ffa(${PAGE}, nr_pages=1)`,
      `__pkvm_host_unshare_hyp(${PAGE})`,
    ]);
  });

  it('that forgets a page of a range is caught in one, and not followed further', async () => {
    const { certificate, counterexamples } = await explore({
      world: { ...ALONE, pages: 2 },
      pair: [direct, FORGOTTEN_PAGE],
    });
    expect(certificate.buckets[0].trace).toEqual([`__pkvm_host_share_ffa(${PAGE}, nr_pages=2)`]);
    expect(certificate.buckets[0].columns).toContain('host_state');
    expect(counterexamples[0].divergence.kind).toBe('state');
    expect(certificate.complete).toBe(true);
  });

  it('that forgets a page is not caught where ranges have one page', async () => {
    const world = { ...ALONE, pages: 2, ranges: 1 };
    const { certificate } = await explore({ world, pair: [direct, FORGOTTEN_PAGE] });
    expect(certificate.verdict).toBe('equivalent');
  });

  it('that cannot make the world is caught while it is set up', async () => {
    await expect(explore({ pair: [direct, NO_VM] })).rejects.toThrow(SetupDivergence);
    try {
      await explore({ pair: [direct, NO_VM] });
    } catch (error) {
      if (!(error instanceof SetupDivergence)) throw error;
      const { certificate } = setupExplored(error);
      expect(certificate.verdict).toBe('diverged');
      expect(certificate.complete).toBe(false);
      expect(certificate.buckets[0].trace.at(-1)).toMatch(/^__pkvm_init_vm/);
    }
  });
});
