// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { PlainMachines } from '../../../src/explore/plain/plain_machines.js';
import { LEGACY_DIRECT } from '../helpers.js';
import { actionOf, PIN, SHARE, smallWorld, UNSHARE } from '../worlds.js';

const WORLD = smallWorld({ maxPins: 1 });

describe('the machines of a plain search', () => {
  const machines = new PlainMachines(WORLD, LEGACY_DIRECT);
  const { firstState } = machines;
  const after = (op: string) => {
    const { after: state } = machines.run(actionOf(WORLD, op));
    if (!state) throw new Error(`nothing after ${op}`);
    return state;
  };
  const shared = after(SHARE);

  it('know a state by the words that differ from the first state', () => {
    expect(firstState).toMatchObject({ key: '', lo: 0, hi: 0 });
    expect(shared.words.size).toBeGreaterThan(0);
    machines.goTo(shared);
    expect(after(UNSHARE)).toEqual(firstState);
    machines.goTo(firstState);
    expect(after(SHARE)).toEqual(shared);
  });

  it('undo what they ran', () => {
    machines.goTo(firstState);
    expect(machines.run(actionOf(WORLD, UNSHARE)).firstOutcome).toBe(-1);
    expect(after(UNSHARE)).toEqual(firstState);
  });

  it('do not pin a page more often than the world allows', () => {
    const pin = actionOf(WORLD, PIN);
    machines.goTo(shared);
    expect(machines.isEnabled(pin)).toBe(true);
    machines.goTo(after(PIN));
    expect(machines.isEnabled(pin)).toBe(false);
    machines.goTo(firstState);
    expect(machines.isEnabled(pin)).toBe(true);
  });
});
