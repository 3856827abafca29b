// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Ffa } from '../../src/hyp/ffa.js';
import type { Transitions } from '../../src/hyp/transitions.js';
import { resultOf } from '../support/fake_helpers.js';
import { bootMachine, hostState, listOp, PAGE, run } from '../support/machines.js';

/** Transitions that fail at the calls named, and note all of them. */
function fakeTransitions(...failing: string[]) {
  const calls: string[] = [];
  const call = (name: string) => (pfn: number, pages: number) => {
    const text = `${name} ${pfn} ${pages}`;
    calls.push(text);
    return failing.includes(text) ? -1 : 0;
  };
  const transitions: Partial<Transitions> = {
    __pkvm_host_share_ffa: call('share'),
    __pkvm_host_unshare_ffa: call('unshare'),
  };
  return { calls, ffa: new Ffa(transitions as Transitions) };
}

const RANGES = [10, 1, 20, 2, 30, 3];

describe.each([
  ['ffa_host_share_ranges', 'share', 'unshare'],
  ['ffa_host_unshare_ranges', 'unshare', 'share'],
] as const)('%s', (name, does, undoes) => {
  it('takes one range after the other', () => {
    const { calls, ffa } = fakeTransitions();
    expect(ffa[name](RANGES)).toBe(0);
    expect(calls).toEqual([`${does} 10 1`, `${does} 20 2`, `${does} 30 3`]);
  });

  it('undoes, in the same order, what it did before one was refused', () => {
    const { calls, ffa } = fakeTransitions(`${does} 30 3`);
    expect(ffa[name](RANGES)).toBe(-6);
    expect(calls).toEqual([
      `${does} 10 1`,
      `${does} 20 2`,
      `${does} 30 3`,
      `${undoes} 10 1`,
      `${undoes} 20 2`,
    ]);
  });

  it('has nothing to undo when the first is refused', () => {
    const { calls, ffa } = fakeTransitions(`${does} 10 1`);
    expect(ffa[name](RANGES)).toBe(-6);
    expect(calls).toEqual([`${does} 10 1`]);
  });

  it('panics when it cannot undo', () => {
    const { calls, ffa } = fakeTransitions(`${does} 30 3`, `${undoes} 10 1`);
    expect(resultOf(() => ffa[name](RANGES))).toBe('WARN');
    expect(calls.slice(3)).toEqual([`${undoes} 10 1`]);
  });

  it('does nothing with no ranges', () => {
    const { calls, ffa } = fakeTransitions();
    expect(ffa[name]([])).toBe(0);
    expect(calls).toEqual([]);
  });
});

describe('on a machine', () => {
  it('a range shared twice is denied, and leaves nothing shared', () => {
    const machine = bootMachine();
    const outcome = run(machine, listOp('ffa_host_share_ranges', [PAGE, 2, PAGE + 4, 1, PAGE, 1]));
    expect(outcome).toBe(-6);
    expect([0, 1, 4].map((i) => hostState(machine, PAGE + i))).toEqual([0, 0, 0]);
  });

  it('ranges go back and forth', () => {
    const machine = bootMachine();
    expect(run(machine, listOp('ffa_host_share_ranges', [PAGE, 2, PAGE + 4, 1]))).toBe(0);
    expect([0, 1, 2, 4].map((i) => hostState(machine, PAGE + i))).toEqual([1, 1, 0, 1]);
    expect(run(machine, listOp('ffa_host_unshare_ranges', [PAGE + 1, 1, PAGE + 5, 1]))).toBe(-6);
    expect([0, 1, 2, 4].map((i) => hostState(machine, PAGE + i))).toEqual([1, 1, 0, 1]);
    expect(run(machine, listOp('ffa_host_unshare_ranges', [PAGE + 1, 1, PAGE + 4, 1]))).toBe(0);
    expect([0, 1, 2, 4].map((i) => hostState(machine, PAGE + i))).toEqual([1, 0, 0, 0]);
  });
});
