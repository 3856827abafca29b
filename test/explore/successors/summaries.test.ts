// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { KeyLayout } from '../../../src/explore/state/key.js';
import { Effects } from '../../../src/explore/successors/effects.js';
import { Footprints } from '../../../src/explore/successors/footprints.js';
import {
  flushSummaries,
  SUMMARY_CLASSES,
  SUMMARY_MOVES,
  SUMMARY_OPEN,
  Summaries,
} from '../../../src/explore/successors/summaries.js';
import type { Transition } from '../../../src/explore/successors/transition.js';
import { firstState, machinesOf, sharingWorld } from '../worlds.js';

const WORLD = sharingWorld(2);
const machines = machinesOf(WORLD);
const { components } = machines;
const STAY: Transition = {
  firstOutcome: -1,
  secondOutcome: -1,
  step: 0,
  goesOn: true,
  columns: [],
  changed: [],
  newIds: [],
};

/** Share of page 0 moves, unshare of page 0 stays, share of page 1 stays, unshare of page 1 asks for more. */
function learned() {
  const ids = firstState(machines);
  const effects = new Effects(KeyLayout.ofBits(components.list.map(() => 2)), WORLD, components);
  const footprints = new Footprints(WORLD.actions.length);
  const [share0, share1, unshare0, unshare1] = [0, 1, 2, 3];
  const move = effects.intern(share0, ids, { ...STAY, firstOutcome: 0, changed: [0], newIds: [1] });
  footprints.learn(share0, [0], ids, 1 + move);
  footprints.learn(unshare0, [0], ids, 1 + effects.intern(unshare0, ids, STAY));
  footprints.learn(share1, [1], ids, 1 + effects.intern(share1, ids, STAY));
  return { ids, effects, footprints, unshare1 };
}

describe('a summary', () => {
  it('is made when it is known what every action asks for first', () => {
    const { ids, effects, footprints, unshare1 } = learned();
    const summaries = new Summaries(components.variables, footprints, effects, 1);
    summaries.learn(ids);
    expect(summaries.asked).toEqual([]);
    footprints.learn(unshare1, [1, 0], ids, 1 + effects.intern(unshare1, ids, STAY));
    summaries.learn(ids);
    expect(summaries.asked).toEqual([0, 1]);
  });

  it('has what follows from one variable: what moves, what is open, and the classes of the rest', () => {
    const { ids, effects, footprints, unshare1 } = learned();
    footprints.learn(unshare1, [1, 0], ids, 1 + effects.intern(unshare1, ids, STAY));
    const summaries = new Summaries(components.variables, footprints, effects, 1);
    summaries.learn(ids);
    const lengths = [0, 1].map((variable) => {
      const at = summaries.index[variable][0];
      const lists = [SUMMARY_MOVES, SUMMARY_OPEN, SUMMARY_CLASSES];
      return lists.map((list) => summaries.data[at + list]);
    });
    expect(lengths).toEqual([
      [1, 0, 2],
      [0, 1, 1],
    ]);
    expect(summaries.index[0][1]).toBe(0);
  });

  it('adds what it was used for to the counts, once', () => {
    const { ids, effects, footprints, unshare1 } = learned();
    footprints.learn(unshare1, [1, 0], ids, 1 + effects.intern(unshare1, ids, STAY));
    const summaries = new Summaries(components.variables, footprints, effects, 1);
    summaries.learn(ids);
    const hits = new Float64Array(16);
    summaries.used[summaries.index[0][0]] = 5;
    for (let i = 0; i < 2; i++) {
      flushSummaries(summaries.data, summaries.used, summaries.length, 1, hits);
    }
    expect(hits.reduce((sum, n) => sum + n, 0)).toBe(2 * 5);
  });
});
