// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { liveVms } from '../../../src/compare/ownership.js';
import { bootWorld, SetupDivergence, SetupError } from '../../../src/explore/world/boot.js';
import { DEFAULT_WORLD } from '../../../src/explore/world/options.js';
import { makeWorld } from '../../../src/explore/world/world.js';
import { NO_VM } from '../broken.js';
import { implementation, LEGACY_DIRECT } from '../helpers.js';

const WORLD = makeWorld({ ...DEFAULT_WORLD, pages: 1 });

describe('booting a world', () => {
  it('makes its VMs on both machines, with nothing left to undo', () => {
    const { first, second } = bootWorld(WORLD, LEGACY_DIRECT, 'exact');
    for (const machine of [first, second]) {
      expect(liveVms(machine)).toEqual([0]);
      expect(machine.state.journalLength).toBe(0);
    }
  });

  it('stops where the two diverge, and says at which operation', () => {
    const pair = [implementation('direct'), NO_VM] as const;
    try {
      bootWorld(WORLD, pair, 'exact');
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof SetupDivergence)) throw error;
      expect(WORLD.setup[error.ops - 1].op).toBe('__pkvm_init_vm');
    }
  });

  it('refuses a set-up that comes to something else than it should', () => {
    const setup = WORLD.setup.map((op) => ({ ...op, expect: -1 }));
    expect(() => bootWorld({ ...WORLD, setup }, LEGACY_DIRECT, 'exact')).toThrow(SetupError);
  });
});
