// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Lockstep, STEP_EQUAL } from '../../src/compare/lockstep.js';
import { Rewinder } from '../../src/compare/rewinder.js';
import { direct } from '../../src/direct/index.js';
import type { Op } from '../../src/hyp/op.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { legacy } from '../../src/legacy/index.js';
import { type ConfigChange, op, PAGE, smallConfig } from '../support/machines.js';
import { EARLY_PANIC, GREEDY, LOCKED_PANIC, UNTIDY } from '../support/pairs.js';

const SHARE = op('__pkvm_host_share_ffa', PAGE, 1);

/** A lockstep that has run some operations, and a rewinder from there. */
function prepared(
  first: Implementation,
  second: Implementation,
  ops: readonly Op[] = [],
  change: ConfigChange = {},
) {
  const pair = new Lockstep(smallConfig(change), first, second);
  for (const operation of ops) pair.step(operation);
  pair.commit();
  return { pair, rewinder: new Rewinder(pair), from: pair.snapshot() };
}

/** Runs operations as a caller of the rewinder does. */
function run({ pair, rewinder }: ReturnType<typeof prepared>, ...ops: Op[]): number[] {
  return ops.map((operation) => {
    const step = pair.step(operation);
    rewinder.note(step === STEP_EQUAL);
    pair.commit();
    return step;
  });
}

/** Are both sides as they were, and zero in what was handed out since? */
function expectRewound({ pair, from }: ReturnType<typeof prepared>): void {
  for (const { state, panic, locks } of [pair.first, pair.second]) {
    const wrong = state.snapshot().findIndex((word, i) => word !== (from[i] ?? 0));
    expect(wrong).toBe(-1);
    expect([panic, locks.held, state.journalLength]).toEqual([0, 0, 0]);
  }
  expect(pair.drift.size).toBe(0);
}

describe('rewind', () => {
  it.each<[string, Implementation, Implementation]>([
    ['what both sides did', legacy, direct],
    ['what the first did too much', GREEDY, direct],
    ['what the second did too much', direct, GREEDY],
    ['a table of the first', UNTIDY, direct],
    ['a table of the second', direct, UNTIDY],
    ['a panic of the first', EARLY_PANIC, direct],
    ['a panic of the second with a lock held', direct, LOCKED_PANIC],
  ])('takes back %s', (_name, first, second) => {
    const all = prepared(first, second);
    run(all, op('__pkvm_host_share_hyp', 0x40300), SHARE);
    all.rewinder.rewind();
    expectRewound(all);
    expect(all.pair.step(op('__pkvm_host_donate_hyp', PAGE, 2))).toBe(STEP_EQUAL);
  });

  it('goes back to where it was made, not to boot, and does so again and again', () => {
    const all = prepared(legacy, direct, [SHARE]);
    for (let i = 0; i < 3; i++) {
      expect(run(all, op('__pkvm_host_unshare_ffa', PAGE, 1), SHARE, SHARE)).toEqual([0, 0, 0]);
      expect(all.pair.firstOutcome).toBe(-1);
      run(all, op('__pkvm_host_unshare_ffa', PAGE, 1));
      all.rewinder.rewind();
      expectRewound(all);
    }
  });

  it.each([
    ['one operation', [10_000]],
    ['many', [2500, 2500, 2500, 2500]],
  ])('takes back more words than it makes room for at first, of %s', (_name, sizes) => {
    const all = prepared(legacy, direct, [], {
      memory: [{ pfn: 0x40000, pages: 16_384, nomap: false }],
    });
    let pfn = 0x41000;
    for (const pages of sizes) {
      expect(run(all, op('__pkvm_host_share_ffa', pfn, pages))).toEqual([STEP_EQUAL]);
      expect(all.pair.firstOutcome).toBe(0);
      pfn += pages;
    }
    all.rewinder.rewind();
    expectRewound(all);
  });
});
