// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { parseLine } from '../../src/step/commands.js';
import { act, type Facts, START, type StepState } from '../../src/step/state.js';

const FACTS: Facts = { last: 9, divergent: [3, 7] };

/** The state after commands, from the start. */
function after(...lines: string[]): StepState {
  return lines.reduce((state, line) => act(state, parseLine(line), FACTS), START);
}

describe('a walk', () => {
  it('starts after boot', () => {
    expect(START.at).toBe(-1);
  });

  it('goes on and back one operation', () => {
    expect(after('n', 'n', 'n', 'b').at).toBe(1);
  });

  it('stays within what ran, and says so', () => {
    expect(after('g 9', 'n')).toMatchObject({
      at: 9,
      message: 'this was the last operation that ran',
    });
    expect(after('b')).toMatchObject({ at: -1, message: 'this is the machine after boot' });
    expect(after('g 500').at).toBe(9);
  });

  it('goes to the next and the previous divergence', () => {
    expect(after('d').at).toBe(3);
    expect(after('d', 'd').at).toBe(7);
    expect(after('d', 'd', 'd')).toMatchObject({
      at: 7,
      message: 'no divergence after this operation',
    });
    expect(after('d', 'd', 'D').at).toBe(3);
    expect(after('D').message).toBe('no divergence before this operation');
  });

  it('jumps to an operation given in decimal or hex', () => {
    expect(after('g 5').at).toBe(5);
    expect(after('g 0x5').at).toBe(5);
    expect(after('g -1').at).toBe(-1);
  });

  it('shows a page, tables, the operation as JSON, its explanation', () => {
    expect(after('p 0x40100').panel).toEqual({ kind: 'page', pfn: 0x40100 });
    expect(after('t hyp').panel).toEqual({ kind: 'tables', table: 'hyp' });
    expect(after('t 0x1000').panel).toEqual({ kind: 'tables', table: 0x1000 });
    expect(after('j').panel).toEqual({ kind: 'json' });
    expect(after('e').panel).toEqual({ kind: 'explain' });
  });

  it('keeps what it shows while it goes on', () => {
    expect(after('t host', 'n', 'n').panel).toEqual({ kind: 'tables', table: 'host' });
  });

  it.each([
    ['g x', '"x" is no operation number'],
    ['g', 'nothing was given'],
    ['p -3', '"-3" is no page number'],
    ['t nobody', '"nobody" is neither hyp nor host nor a VM handle'],
    ['z', 'there is no command "z"; ? lists them'],
  ])('says what is wrong with %s and stays', (line, message) => {
    expect(after('n', line)).toMatchObject({ at: 0, message, panel: { kind: 'op' } });
  });

  it('forgets a message with the next command', () => {
    expect(after('z', 'n').message).toBe('');
  });

  it('quits', () => {
    expect(after('n').quit).toBe(false);
    expect(after('q').quit).toBe(true);
  });
});
