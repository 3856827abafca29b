// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  explored,
  labelReachable,
  setupExplored,
} from '../../../src/explore/certificate/explored.js';
import { SetupDivergence } from '../../../src/explore/world/boot.js';
import { DEFAULT_WORLD } from '../../../src/explore/world/options.js';
import { makeWorld } from '../../../src/explore/world/world.js';
import { NO_VM } from '../broken.js';
import { explore, implementation, search } from '../helpers.js';

const SMALL = { pages: 1, gfns: 0, vms: 0 } as const;

describe('what a search came to', () => {
  it('has a bucket for each finding, with its transitions and its shortest trace', async () => {
    const { certificate, counterexamples } = await explore({ world: SMALL });
    expect(certificate).toMatchObject({ verdict: 'diverged', complete: true, states: 15 + 8 });
    expect(certificate.buckets).toHaveLength(1);
    expect(certificate.buckets[0].length).toBe(7);
    const met = certificate.outcomes.__pkvm_host_unshare_hyp['-EBUSY | -EPERM'];
    expect(certificate.buckets[0].transitions).toBe(met);
    expect(counterexamples[0].operations).toEqual(certificate.buckets[0].trace);
  });

  it('says at which limit it stopped', async () => {
    const found = search({ world: SMALL });
    found.advance(2);
    const { certificate } = await explored(found, '2 states', 1);
    expect(certificate).toMatchObject({
      verdict: 'inconclusive',
      complete: false,
      limit: '2 states',
    });
    expect(certificate.frontier).toBeGreaterThan(0);
  });

  it('has a trace to each violated invariant', async () => {
    const { certificate } = await explore({ world: SMALL, invariants: true });
    const violated = certificate.invariants?.filter(({ holds }) => !holds) ?? [];
    expect(violated.map(({ name }) => name)).toContain('borrowed-is-shared');
    for (const { trace } of violated) expect(trace?.length).toBeGreaterThan(0);
  });

  it('before the first state is one operation of the set-up', () => {
    const world = makeWorld({ ...DEFAULT_WORLD, pages: 1 });
    const pair = [implementation('direct'), NO_VM] as const;
    const at = world.setup.findIndex(({ op }) => op === '__pkvm_init_vm') + 1;
    const { certificate } = setupExplored(new SetupDivergence(world, pair, 'exact', at));
    expect(certificate).toMatchObject({ verdict: 'diverged', states: 0, limit: 'the set-up' });
    expect(certificate.buckets[0].trace).toHaveLength(at);
  });
});

describe('a divergence from a constructed state', () => {
  it('is reachable if the exploration from boot met it, and unreachable only if that was complete', async () => {
    const { certificate: boot } = await explore({ world: SMALL });
    const named = (reachability: string) => ({
      ...boot,
      buckets: boot.buckets.map((bucket) => ({
        ...bucket,
        bucket: bucket.bucket.replace(/reachable$/, reachability),
      })),
    });
    const constructed = named('constructed');
    labelReachable(constructed, boot);
    expect(constructed.buckets[0]).toMatchObject({
      reachable: 'reachable',
      bootTrace: boot.buckets[0].trace,
    });
    const [unmet, unknown] = [named('constructed'), named('constructed')];
    labelReachable(unmet, { ...boot, buckets: [] });
    labelReachable(unknown, { ...boot, buckets: [], complete: false });
    expect(unmet.buckets[0].reachable).toBe('unreachable in this world');
    expect(unknown.buckets[0].reachable).toBe('unknown');
  });
});
