// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { stateAfter, transitionOf } from '../../../src/explore/successors/transition.js';
import { actionOf, firstState, machinesOf, SHARE, sharingWorld, UNSHARE } from '../worlds.js';

describe('a transition', () => {
  const world = sharingWorld();
  const machines = machinesOf(world);
  const take = (op: string, ids: Int32Array) => {
    const [executed] = machines.execute([{ action: actionOf(world, op), ids }], false);
    return transitionOf(executed, ids, machines.components);
  };
  const before = firstState(machines);
  const there = take(SHARE, before);

  it('changes the ids of some components, and back', () => {
    const after = stateAfter(before, there);
    expect(there.changed).toContain(0);
    expect(after).not.toEqual(before);
    const back = take(UNSHARE, after);
    expect(back.changed).toEqual(there.changed);
    expect(stateAfter(after, back)).toEqual(before);
  });

  it('that is refused changes nothing, and says so', () => {
    const refused = take(UNSHARE, before);
    expect(refused).toMatchObject({
      firstOutcome: -1,
      secondOutcome: -1,
      goesOn: true,
      changed: [],
    });
    expect(stateAfter(before, refused)).toEqual(before);
  });
});
