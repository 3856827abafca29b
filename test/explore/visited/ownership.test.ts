// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { stateAfter, transitionOf } from '../../../src/explore/successors/transition.js';
import { OwnershipView } from '../../../src/explore/visited/ownership.js';
import { actionOf, firstState, machinesOf, PIN, SHARE, smallWorld } from '../worlds.js';

describe('the ownership of a state', () => {
  const world = smallWorld({ pages: 2 });
  const machines = machinesOf(world);
  const { components } = machines;
  const view = new OwnershipView(machines);
  const take = (ids: Int32Array, op: string, page: number) => {
    const [executed] = machines.execute([{ action: actionOf(world, op, page), ids }], false);
    const after = stateAfter(ids, transitionOf(executed, ids, components));
    components.fillFacets(after);
    return after;
  };
  const keyOf = (ids: Int32Array) => {
    view.project(ids);
    return view.key.join();
  };
  const first = firstState(machines);
  const shared = take(first, SHARE, 0);

  it('changes with host state, hyp state and references of each page', () => {
    const keys = [first, shared, take(first, SHARE, 1), take(shared, PIN, 0)].map(keyOf);
    expect(new Set(keys).size).toBe(4);
  });

  it('is the same for the same state, also known from what was read', () => {
    const before = keyOf(shared);
    keyOf(first);
    expect(keyOf(shared)).toBe(before);
  });

  it('is the same for states that differ in nothing but tables', () => {
    // Given to hyp and back, a page leaves a table in the host's stage 2 behind.
    const donated = take(first, '__pkvm_host_donate_hyp', 1);
    const back = take(donated, '__pkvm_hyp_donate_host', 1);
    expect(back.slice(0, components.count)).not.toEqual(first.slice(0, components.count));
    expect(keyOf(back)).toBe(keyOf(first));
    expect(keyOf(donated)).not.toBe(keyOf(first));
  });
});
