// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { STEP_EQUAL, STEP_OUTCOME, STEP_STATE } from '../../../src/compare/lockstep.js';
import { type CameTo, TransitionClasses } from '../../../src/explore/successors/classes.js';
import { sharingWorld } from '../worlds.js';

const WORLD = sharingWorld(2);
const EQUAL: CameTo = {
  firstOutcome: 0,
  secondOutcome: 0,
  step: STEP_EQUAL,
  goesOn: true,
  columns: [],
};
const BUSY: CameTo = { ...EQUAL, firstOutcome: -16, secondOutcome: -1, step: STEP_OUTCOME };

describe('classes of transitions', () => {
  it('are by action, outcomes and verdict', () => {
    const classes = new TransitionClasses(WORLD);
    const found = [
      classes.classify(0, EQUAL),
      classes.classify(1, EQUAL),
      classes.classify(0, BUSY),
      classes.classify(0, { ...BUSY, goesOn: false }),
      classes.classify(0, EQUAL),
    ];
    expect(found).toEqual([0, 1, 2, 3, 0]);
    expect(classes.list.map(({ bucket }) => bucket)).toEqual([-1, -1, 0, 0]);
  });

  it('of one operation that differ in the same way are one bucket', () => {
    const classes = new TransitionClasses(WORLD);
    // Actions 0 and 1 share one page each, 2 unshares.
    for (const action of [0, 1, 2]) classes.classify(action, BUSY);
    expect(classes.buckets.map(({ op }) => op)).toEqual([
      '__pkvm_host_share_hyp',
      '__pkvm_host_unshare_hyp',
    ]);
    const state: CameTo = { ...EQUAL, step: STEP_STATE, goesOn: false, columns: ['refcount'] };
    classes.classify(0, state);
    classes.classify(1, { ...state, columns: ['refcount', 'host_state'] });
    expect(classes.buckets).toHaveLength(4);
  });

  it('that were kept go on with the same numbers', () => {
    const before = new TransitionClasses(WORLD);
    before.classify(0, EQUAL);
    before.classify(0, BUSY);
    const after = new TransitionClasses(WORLD);
    after.restore(before.list, before.buckets);
    expect(after.classify(0, BUSY)).toBe(1);
    expect(after.classify(1, BUSY)).toBe(2);
    expect(after.list[2].bucket).toBe(0);
  });
});
