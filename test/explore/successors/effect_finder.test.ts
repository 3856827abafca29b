// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { KeyLayout } from '../../../src/explore/state/key.js';
import { DISABLED, EffectFinder } from '../../../src/explore/successors/effect_finder.js';
import { Effects } from '../../../src/explore/successors/effects.js';
import { answer } from '../../../src/explore/successors/executor.js';
import { firstState, machinesOf, sharingWorld, smallWorld } from '../worlds.js';

function finderOf(world = sharingWorld(), footprints = true) {
  const machines = machinesOf(world);
  const { components } = machines;
  const effects = new Effects(KeyLayout.ofBits(components.list.map(() => 4)), world, components);
  const options = { footprints, actions: world.actions.length, images: undefined };
  const finder = new EffectFinder(world, components, machines, effects, options);
  const find = (ids: Int32Array) => {
    while (!answer(finder.find(ids), machines, footprints)) finder.forget();
    return finder.leaves.slice();
  };
  return { find, finder, effects, machines };
}

describe('what actions do in a state', () => {
  it('is asked for once, and known from what was read from then on', () => {
    const { find, finder, effects, machines } = finderOf();
    const ids = firstState(machines);
    const [share, unshare] = find(ids);
    const outcome = (leaf: number) => effects.classes.list[effects.classOf[leaf - 1]].first;
    expect([outcome(share), outcome(unshare)]).toEqual([0, -1]);
    const { executed } = finder;
    expect(find(ids)).toEqual(Int32Array.of(share, unshare));
    expect(finder.executed).toBe(executed);
  });

  it('is asked for every time without footprints', () => {
    const { find, finder, machines } = finderOf(sharingWorld(), false);
    const ids = firstState(machines);
    find(ids);
    find(ids);
    expect(finder.executed).toBe(2 * 2);
  });

  it('is nothing for an action that is not enabled, and then the executor is not asked', () => {
    const world = smallWorld({ maxPins: 0, ops: ['hyp_pin_shared_mem'] });
    for (const footprints of [true, false]) {
      const { find, finder, machines } = finderOf(world, footprints);
      expect(find(firstState(machines))).toEqual(Int32Array.of(DISABLED));
      expect(finder.executed).toBe(0);
    }
  });

  it('is to be found again when a word turns out to change', () => {
    const { finder, machines } = finderOf();
    const first = answer(finder.find(firstState(machines)), machines, true);
    expect(first).toBe(false);
    finder.forget();
    expect(finder.footprints?.find(0, firstState(machines))).toBe(-1);
  });
});
