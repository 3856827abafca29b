// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Layout } from '../../src/hyp/layout.js';
import { HypState } from '../../src/hyp/state.js';
import { bootMachine, op, PAGE, run, smallConfig } from '../support/machines.js';

function newState(): HypState {
  return new HypState(new Layout(smallConfig()));
}

describe('set', () => {
  it('notes which word changed and what it held', () => {
    const state = newState();
    state.set(10, 5);
    state.set(11, -7);
    state.set(10, 6);
    expect(state.journalLength).toBe(3);
    expect([...state.journalIndex.slice(0, 3)]).toEqual([10, 11, 10]);
    expect([...state.journalOld.slice(0, 3)]).toEqual([0, 0, 5]);
    expect([state.words[10], state.words[11]]).toEqual([6, -7]);
  });

  it('notes nothing when nothing changes', () => {
    const state = newState();
    state.set(10, 0);
    state.set(10, 1);
    state.set(10, 1);
    expect(state.journalLength).toBe(1);
  });

  it('notes any number of changes', () => {
    const state = newState();
    for (let i = 0; i < 5000; i++) state.set(100 + (i % 100), i + 1);
    expect(state.journalLength).toBe(5000);
    state.undoTo(0);
    expect(state.words.every((word) => word === 0)).toBe(true);
  });
});

describe('undoTo', () => {
  it('plays the journal back to a mark, the last change first', () => {
    const state = newState();
    state.set(10, 1);
    const mark = state.journalLength;
    state.set(10, 2);
    state.set(10, 3);
    state.set(11, 4);
    state.undoTo(mark);
    expect([state.words[10], state.words[11], state.journalLength]).toEqual([1, 0, 1]);
    state.undoTo(0);
    expect(state.words[10]).toBe(0);
  });

  it('restores every word after operations, one that panics among them', () => {
    const machine = bootMachine();
    const before = machine.state.snapshot();
    run(machine, op('__pkvm_host_share_hyp', PAGE));
    run(machine, op('__pkvm_host_donate_hyp', 0x40001, 5));
    run(machine, op('handle_host_mem_abort', 0x50000));
    expect(run(machine, op('hyp_unpin_shared_mem', PAGE, PAGE + 1))).toBe('BUG');
    machine.state.undoTo(0);
    const after = machine.state.snapshot();
    expect(after.subarray(0, before.length)).toEqual(before);
    expect(after.subarray(before.length).every((word) => word === 0)).toBe(true);
  });
});

describe('undone', () => {
  it('shows the state before the journal, and puts everything back', () => {
    const state = newState();
    state.set(10, 1);
    state.commit();
    state.set(10, 2);
    state.set(11, 5);
    state.set(10, 3);
    const before = [...state.journalOld.slice(0, 3)];
    expect(state.undone(() => [state.words[10], state.words[11]])).toEqual([1, 0]);
    expect([state.words[10], state.words[11], state.journalLength]).toEqual([3, 5, 3]);
    expect([...state.journalOld.slice(0, 3)]).toEqual(before);
    const fails = () =>
      state.undone(() => {
        throw new RangeError();
      });
    expect(fails).toThrow(RangeError);
    expect(state.words[10]).toBe(3);
  });
});

describe('commit', () => {
  it('forgets the journal and keeps the words', () => {
    const state = newState();
    state.set(10, 1);
    state.commit();
    expect(state.journalLength).toBe(0);
    state.undoTo(0);
    expect(state.words[10]).toBe(1);
  });
});

describe('restore', () => {
  it('puts back a snapshot, zeroes words handed out since, and empties the journal', () => {
    const machine = bootMachine();
    run(machine, op('__pkvm_host_share_hyp', PAGE));
    const snapshot = machine.state.snapshot();
    expect(snapshot.length).toBe(machine.layout.wordCount);
    run(machine, op('handle_host_mem_abort', 0x7ffffff));
    run(machine, op('__pkvm_host_donate_hyp', 0x40001, 3));
    expect(machine.layout.wordCount).toBeGreaterThan(snapshot.length);
    machine.state.restore(snapshot);
    const after = machine.state.snapshot();
    expect(machine.state.journalLength).toBe(0);
    expect(after.subarray(0, snapshot.length)).toEqual(snapshot);
    expect(after.subarray(snapshot.length).every((word) => word === 0)).toBe(true);
    expect(run(machine, op('__pkvm_host_unshare_hyp', PAGE))).toBe(0);
  });
});

describe('ensure', () => {
  it('makes room for what the layout handed out, and keeps the words', () => {
    const layout = new Layout(smallConfig());
    const state = new HypState(layout);
    state.set(10, 1);
    const last = layout.reserveFrame(4000) + 1023;
    for (let page = 0; page < 64; page++) layout.reserveFrame(page);
    state.ensure();
    expect(state.words.length).toBeGreaterThanOrEqual(layout.wordCount);
    state.set(last, 2);
    expect([state.words[10], state.words[last]]).toEqual([1, 2]);
  });
});
