// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { DEFAULT_OPS, DEFAULT_WORLD, needsVms } from '../../../src/explore/world/options.js';

describe('a world', () => {
  it('tries the six transitions, pins and shares with a guest unless asked otherwise', () => {
    expect(DEFAULT_OPS).toHaveLength(6 + 2 + 2);
    expect(DEFAULT_WORLD).toMatchObject({ pages: 3, gfns: 2, vms: 1, maxPins: 2, ranges: 2 });
  });

  it('needs VMs for operations on guests or vCPUs, if it is to have VMs and frames', () => {
    expect(needsVms(DEFAULT_WORLD)).toBe(true);
    expect(needsVms({ ...DEFAULT_WORLD, ops: ['__pkvm_vcpu_put'] })).toBe(true);
    expect(needsVms({ ...DEFAULT_WORLD, ops: ['__pkvm_host_share_hyp'] })).toBe(false);
    expect(needsVms({ ...DEFAULT_WORLD, vms: 0 })).toBe(false);
    expect(needsVms({ ...DEFAULT_WORLD, gfns: 0 })).toBe(false);
  });
});
