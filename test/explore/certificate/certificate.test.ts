// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  outcomesOf,
  vacuity,
  verdictOf,
  worldSummary,
} from '../../../src/explore/certificate/certificate.js';
import { DEFAULT_WORLD } from '../../../src/explore/world/options.js';
import { makeWorld } from '../../../src/explore/world/world.js';
import { sharingWorld } from '../worlds.js';

describe('a certificate', () => {
  it('sums up the world', () => {
    const summary = worldSummary(makeWorld({ ...DEFAULT_WORLD, pages: 1 }));
    expect(summary).toMatchObject({ pages: ['0x40100'], gfns: ['0x20', '0x21'], maxPins: 2 });
    expect(summary.setup).toBeGreaterThan(0);
    expect(worldSummary(sharingWorld())).toMatchObject({ gfns: [], alphabet: 2, setup: 0 });
  });

  it('adds up outcomes by operation, with both where they differ', () => {
    const came = { step: 0, goesOn: true, columns: [], bucket: -1 };
    const classes = [
      { ...came, action: 0, first: 0, second: 0 },
      { ...came, action: 1, first: 0, second: 0 },
      { ...came, action: 0, first: -16, second: -1 },
    ];
    expect(outcomesOf(sharingWorld(2), classes, Float64Array.of(3, 4, 5))).toEqual({
      __pkvm_host_share_hyp: { '0': 7, '-EBUSY | -EPERM': 5 },
      __pkvm_host_unshare_hyp: {},
    });
  });

  it('is equivalent only if everything was tried and nothing diverged', () => {
    expect(verdictOf(true, [])).toBe('equivalent');
    expect(verdictOf(false, [])).toBe('inconclusive');
    expect(verdictOf(false, [1])).toBe('diverged');
  });

  it('is vacuous if an outcome was never met', () => {
    const world = sharingWorld();
    const met = {
      __pkvm_host_share_hyp: { '0': 1, '-EPERM': 1 },
      __pkvm_host_unshare_hyp: { '0': 1, '-EPERM': 1 },
    };
    expect(vacuity(world, met)).toEqual({
      vacuous: true,
      missing: ['__pkvm_host_unshare_hyp: -EBUSY'],
    });
  });
});
