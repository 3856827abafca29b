// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  Lockstep,
  STEP_OUTCOME,
  STEP_STATE,
  STEP_STATE_AT_PANIC,
} from '../../src/compare/lockstep.js';
import { bucketOfStep, kindOfStep, outcomesOfStep } from '../../src/compare/observe.js';
import { direct } from '../../src/direct/index.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { op, PAGE, smallConfig } from '../support/machines.js';
import { BUSY, EARLY_PANIC, GREEDY, LATE_PANIC } from '../support/pairs.js';

const SHARE = op('__pkvm_host_share_ffa', PAGE, 1);

describe('kindOfStep', () => {
  it('is the kind of divergence a step is', () => {
    const kinds = [STEP_OUTCOME, STEP_STATE, STEP_STATE_AT_PANIC].map(kindOfStep);
    expect(kinds).toEqual(['outcome', 'state', 'state-at-panic']);
  });
});

describe('the bucket of a step', () => {
  it.each<[Implementation, Implementation, boolean, boolean, object]>([
    [direct, BUSY, false, false, { kind: 'outcome', outcomes: ['0', '-EBUSY'] }],
    [direct, GREEDY, true, false, { kind: 'state', outcomes: ['0', '0'] }],
    [EARLY_PANIC, LATE_PANIC, false, true, { kind: 'state-at-panic', outcomes: ['WARN', 'WARN'] }],
  ])('(%#) says what happened, in which setting', (first, second, debug, constructed, found) => {
    const pair = new Lockstep(smallConfig({ debug }), first, second);
    const step = pair.step(SHARE);
    const key = { op: '__pkvm_host_share_ffa', ...found, debug, constructed };
    expect(outcomesOfStep(pair, SHARE, step, constructed)).toEqual({ ...key, columns: [] });
    expect(bucketOfStep(pair, SHARE, step, constructed)).toEqual({
      ...key,
      columns: ['host_state'],
    });
  });
});
