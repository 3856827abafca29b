// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  COMPARE_LEVELS,
  type CompareLevel,
  Lockstep,
  STEP_EQUAL,
  STEP_OUTCOME,
  STEP_STATE,
  STEP_STATE_AT_PANIC,
} from '../../src/compare/lockstep.js';
import { direct } from '../../src/direct/index.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { legacy } from '../../src/legacy/index.js';
import { hostState, op, PAGE, smallConfig } from '../support/machines.js';
import {
  BUSY,
  EARLY_PANIC,
  GREEDY,
  LATE_PANIC,
  LOCKED_PANIC,
  UNTIDY,
  withShareFfa,
} from '../support/pairs.js';

const SHARE = op('__pkvm_host_share_ffa', PAGE, 1);

function lockstep(first: Implementation, second: Implementation, level: CompareLevel = 'exact') {
  return new Lockstep(smallConfig(), first, second, level);
}

describe('step', () => {
  const levels = ['outcome', 'ownership', 'exact'] as const;

  it('has a level for how much must agree, the least first', () => {
    expect(COMPARE_LEVELS).toEqual(levels);
  });

  it.each([
    ['equal sides', direct, legacy, [STEP_EQUAL, STEP_EQUAL, STEP_EQUAL]],
    ['another outcome', direct, BUSY, [STEP_OUTCOME, STEP_OUTCOME, STEP_OUTCOME]],
    ['a panic of the first', EARLY_PANIC, direct, [STEP_OUTCOME, STEP_OUTCOME, STEP_OUTCOME]],
    ['a panic of the second', direct, EARLY_PANIC, [STEP_OUTCOME, STEP_OUTCOME, STEP_OUTCOME]],
    ['a page more shared', direct, GREEDY, [STEP_EQUAL, STEP_STATE, STEP_STATE]],
    ['a page less shared', GREEDY, direct, [STEP_EQUAL, STEP_STATE, STEP_STATE]],
    ['an empty table more', direct, UNTIDY, [STEP_EQUAL, STEP_EQUAL, STEP_STATE]],
    ['the same panic', LATE_PANIC, LATE_PANIC, [STEP_EQUAL, STEP_EQUAL, STEP_EQUAL]],
    [
      'panics in different states',
      EARLY_PANIC,
      LATE_PANIC,
      [STEP_EQUAL, STEP_STATE_AT_PANIC, STEP_STATE_AT_PANIC],
    ],
    [
      'panics with different locks',
      EARLY_PANIC,
      LOCKED_PANIC,
      [STEP_EQUAL, STEP_EQUAL, STEP_STATE_AT_PANIC],
    ],
  ])('%s', (_name, first, second, steps) => {
    expect(levels.map((level) => lockstep(first, second, level).step(SHARE))).toEqual(steps);
  });

  it('knows the outcome of each side', () => {
    const pair = lockstep(direct, BUSY);
    pair.step(SHARE);
    expect([pair.firstOutcome, pair.secondOutcome]).toEqual([0, -16]);
  });

  it('sees a difference made earlier until it goes away', () => {
    const pair = lockstep(direct, GREEDY);
    expect(pair.step(SHARE)).toBe(STEP_STATE);
    pair.commit();
    expect(pair.drift.size).toBe(1);
    expect(pair.step(op('__pkvm_host_share_hyp', 0x40300))).toBe(STEP_STATE);
    pair.commit();
    expect(pair.step(op('poke', PAGE + 1, 1, -1, -1, -1))).toBe(STEP_EQUAL);
    expect(pair.drift.size).toBe(0);
  });

  it('is not misled by words that were written and put back', () => {
    const back = withShareFfa('back', (mm, pfn, nr, real) => {
      mm.__host_set_page_state_range(pfn + 5, 1, 1);
      mm.__host_set_page_state_range(pfn + 5, 1, 0);
      return real.__pkvm_host_share_ffa(pfn, nr);
    });
    expect(lockstep(direct, back).step(SHARE)).toBe(STEP_EQUAL);
  });

  it('counts only what differs when one side alone has grown', () => {
    // Tables of 2 MiB each, written and emptied again: the other side has no room for them yet.
    const grown = withShareFfa('grown', (mm, pfn, nr, real) => {
      mm.host_lock_component();
      for (const page of [0x40001, 0x40201, 0x40401, 0x40601, 0x40801]) {
        for (const owner of [1, 0]) mm.host_stage2_set_owner_locked(page, 1, owner);
      }
      mm.host_unlock_component();
      return real.__pkvm_host_share_ffa(pfn, nr);
    });
    for (const [first, second] of [
      [direct, grown],
      [grown, direct],
    ]) {
      const pair = lockstep(first, second);
      expect(pair.step(SHARE)).toBe(STEP_STATE);
      const [a, b] = [pair.first.state, pair.second.state];
      const differing: number[] = [];
      for (let word = 0; word < pair.layout.wordCount; word++) {
        if ((a.words[word] ?? 0) !== (b.words[word] ?? 0)) differing.push(word);
      }
      expect([...pair.drift.sorted()]).toEqual(differing);
    }
  });

  it('compares all of the state unless told otherwise', () => {
    const pair = new Lockstep(smallConfig(), direct, UNTIDY);
    expect([pair.level, pair.step(SHARE)]).toEqual(['exact', STEP_STATE]);
  });

  it('sees what one side alone has grown', () => {
    const far = withShareFfa('far', (mm, pfn, nr, real) => {
      mm.host_lock_component();
      mm.host_stage2_set_owner_locked(0x90001, 1, 1);
      mm.host_unlock_component();
      return real.__pkvm_host_share_ffa(pfn, nr);
    });
    expect(lockstep(direct, far, 'ownership').step(SHARE)).toBe(STEP_STATE);
    expect(lockstep(far, direct, 'ownership').step(SHARE)).toBe(STEP_STATE);
  });
});

describe('undo', () => {
  it.each<[string, Implementation, Implementation]>([
    ['a panic of the first', EARLY_PANIC, direct],
    ['a panic of the second with a lock held', direct, LOCKED_PANIC],
    ['a difference', direct, GREEDY],
  ])('takes back what both sides did: %s', (_name, first, second) => {
    const pair = lockstep(first, second);
    const before = pair.first.state.snapshot();
    expect(pair.step(SHARE)).not.toBe(STEP_EQUAL);
    pair.undo();
    expect([pair.first.panicked, pair.second.panicked]).toEqual([false, false]);
    expect(pair.first.state.snapshot().subarray(0, before.length)).toEqual(before);
    expect(pair.second.state.snapshot().subarray(0, before.length)).toEqual(before);
    expect(pair.drift.size).toBe(0);
    expect(pair.step(op('__pkvm_host_share_hyp', PAGE))).toBe(STEP_EQUAL);
  });
});

describe('markDrift', () => {
  it('names the words in which the two differ, none of which was touched', () => {
    const pair = lockstep(direct, direct);
    const word = pair.layout.refcount + pair.layout.pageIndex(0x40300);
    pair.second.state.set(word, 1);
    pair.commit();
    expect(pair.step(SHARE)).toBe(STEP_EQUAL);
    pair.undo();
    pair.markDrift([word]);
    expect(pair.step(SHARE)).toBe(STEP_STATE);
    expect([...pair.drift.sorted()]).toEqual([word]);
    pair.markDrift([]);
    expect(pair.drift.size).toBe(0);
  });
});

describe('resync', () => {
  it('makes the second side equal to the first', () => {
    const pair = lockstep(direct, GREEDY);
    pair.step(SHARE);
    expect(pair.resync()).toBe(1);
    pair.commit();
    expect(pair.drift.size).toBe(0);
    expect([hostState(pair.second, PAGE), hostState(pair.second, PAGE + 1)]).toEqual([1, 0]);
    expect(pair.step(op('__pkvm_host_share_hyp', PAGE + 1))).toBe(STEP_EQUAL);
  });

  it('brings a side back that has panicked', () => {
    const pair = lockstep(direct, LOCKED_PANIC);
    expect(pair.step(SHARE)).toBe(STEP_OUTCOME);
    pair.resync();
    pair.commit();
    expect([pair.second.panicked, pair.second.locks.held]).toEqual([false, 0]);
    expect(pair.first.state.snapshot()).toEqual(pair.second.state.snapshot());
    expect(pair.step(op('__pkvm_host_unshare_ffa', PAGE, 1))).toBe(STEP_EQUAL);
  });

  it('copies tables one side has grown', () => {
    const pair = lockstep(UNTIDY, direct);
    expect(pair.step(SHARE)).toBe(STEP_STATE);
    expect(pair.resync()).toBeGreaterThan(2);
    pair.commit();
    expect(pair.first.state.snapshot()).toEqual(pair.second.state.snapshot());
  });
});

describe('reset', () => {
  it('puts both sides back to after boot', () => {
    const pair = lockstep(direct, LATE_PANIC);
    const booted = pair.first.state.snapshot();
    pair.step(op('__pkvm_host_donate_hyp', 0x40001, 3));
    pair.commit();
    pair.step(SHARE);
    pair.reset();
    for (const { state, panicked, locks } of [pair.first, pair.second]) {
      const words = state.snapshot();
      expect(words.subarray(0, booted.length)).toEqual(booted);
      expect(words.subarray(booted.length).every((word) => word === 0)).toBe(true);
      expect([panicked, locks.held, state.journalLength]).toEqual([false, 0, 0]);
    }
    expect(pair.drift.size).toBe(0);
    expect(pair.step(op('__pkvm_host_share_hyp', PAGE))).toBe(STEP_EQUAL);
  });
});
