// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { actionHash, addState, edgeLabel, wordHash } from '../../../src/explore/state/digest.js';
import { Sum64 } from '../../../src/explore/state/hash.js';

const CAME = { firstOutcome: 0, secondOutcome: 0, step: 0, goesOn: true };
const ACTION = actionHash('share(pfn=1)');

describe('the label of an edge', () => {
  it('depends on the action, on what both sides came to, and on where it leads', () => {
    const label = (action = ACTION, came = {}, change: [number, number] = [1, 2]) =>
      edgeLabel(action, { ...CAME, ...came }, change).join();
    const labels = [
      label(),
      label(actionHash('share(pfn=2)')),
      label(ACTION, { firstOutcome: -1 }),
      label(ACTION, { secondOutcome: -1 }),
      label(ACTION, { step: 1 }),
      label(ACTION, { goesOn: false }),
      label(ACTION, {}, [1, 3]),
      label(ACTION, {}, [3, 2]),
      // A panic is beyond 32 bits.
      label(ACTION, { firstOutcome: 2 ** 33 }),
    ];
    expect(new Set(labels).size).toBe(labels.length);
    expect(label()).toBe(labels[0]);
  });
});

describe('a digest', () => {
  it('is the same whatever the order of the states', () => {
    const states = [1, 2, 3].map((n) => [n, 2 * n, 3 * n, 4 * n] as const);
    const [forth, back] = [new Sum64(), new Sum64()];
    for (const state of states) addState(forth, ...state);
    for (const state of states.toReversed()) addState(back, ...state);
    expect(back.toString()).toBe(forth.toString());
    addState(back, 0, 0, 0, 1);
    expect(back.toString()).not.toBe(forth.toString());
  });

  it('tells a word with a value from another value, and from another word', () => {
    expect(new Set([wordHash(1, 5), wordHash(1, 6), wordHash(2, 5)]).size).toBe(3);
  });
});
