// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { STEP_EQUAL, STEP_OUTCOME, STEP_STATE } from '../../../src/compare/lockstep.js';
import { Machines } from '../../../src/explore/successors/machines.js';
import { stateAfter, transitionOf } from '../../../src/explore/successors/transition.js';
import { EPERM } from '../../../src/hyp/outcome.js';
import { FORGOTTEN_PAGE } from '../broken.js';
import { implementation } from '../helpers.js';
import { actionOf, firstState, machinesOf, PIN, SHARE, smallWorld, UNSHARE } from '../worlds.js';

const WORLD = smallWorld({ pages: 2 });
const machines = machinesOf(WORLD);
const { components } = machines;

function run(action: number, ids: Int32Array, withReads = false) {
  return machines.execute([{ action, ids }], withReads)[0];
}

describe('the machines of this process', () => {
  const before = firstState(machines);
  const shared = run(actionOf(WORLD, SHARE), before);
  const after = stateAfter(before, transitionOf(shared, before, components));

  it('say what an action came to and which words it changed, and undo it', () => {
    expect(shared).toMatchObject({ step: STEP_EQUAL, firstOutcome: 0, goesOn: true, columns: [] });
    expect(shared.changes.length).toBeGreaterThan(0);
    expect(run(actionOf(WORLD, SHARE), before)).toEqual(shared);
    for (let i = 0; i < shared.changes.length; i += 4) {
      const [word, side, old, now] = shared.changes.slice(i, i + 4);
      expect(side).toBe(0);
      expect(now).not.toBe(old);
      machines.load(before);
      expect(machines.reference.state.words[word]).toBe(old);
      machines.load(after);
      expect(machines.reference.state.words[word]).toBe(now);
    }
  });

  it('run an action from any state, whatever was run before', () => {
    expect(run(actionOf(WORLD, SHARE), after).firstOutcome).toBe(-EPERM);
    expect(run(actionOf(WORLD, UNSHARE), after).firstOutcome).toBe(0);
    expect(run(actionOf(WORLD, UNSHARE), before).firstOutcome).toBe(-EPERM);
  });

  it('name what was read only if asked, every changed word among it', () => {
    expect(shared.reads).toEqual([]);
    const { reads, changes } = run(actionOf(WORLD, SHARE), before, true);
    const read = new Set(reads.filter((_, i) => i % 2 === 0));
    for (let i = 0; i < changes.length; i += 4) expect(read.has(changes[i])).toBe(true);
  });

  it('read nothing of a page that an action has nothing to do with', () => {
    const { reads } = run(actionOf(WORLD, PIN, 1), after, true);
    expect(components.variablesOf(reads, [])).not.toContain(0);
  });

  it('go nowhere after a difference of states, and say what differs', () => {
    const pair = [implementation('direct'), FORGOTTEN_PAGE] as const;
    const two = new Machines(
      smallWorld({ pages: 2, ops: ['__pkvm_host_share_ffa'] }),
      pair,
      'exact',
    );
    const action = two.world.actions.findIndex(({ text }) => text.endsWith('nr_pages=2)'));
    const [executed] = two.execute([{ action, ids: firstState(two) }], false);
    expect(executed).toMatchObject({ step: STEP_STATE, goesOn: false, changes: [] });
    expect(executed.columns).toContain('host_state');
    expect(STEP_STATE).not.toBe(STEP_OUTCOME);
  });

  it('below level exact keep the words of both', () => {
    const pair = [implementation('direct'), FORGOTTEN_PAGE] as const;
    const two = new Machines(
      smallWorld({ pages: 2, ops: ['__pkvm_host_share_ffa'] }),
      pair,
      'outcome',
    );
    const action = two.world.actions.findIndex(({ text }) => text.endsWith('nr_pages=2)'));
    const [executed] = two.execute([{ action, ids: firstState(two) }], false);
    expect(executed.goesOn).toBe(true);
    const sides = executed.changes.filter((_, i) => i % 4 === 1);
    expect(new Set(sides)).toEqual(new Set([0, 1]));
    expect(sides.filter((side) => side === 0)).not.toHaveLength(sides.length / 2);
  });
});
