// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { KeyLayout } from '../../../src/explore/state/key.js';
import { Effects, ENDS, MOVES, STAYS } from '../../../src/explore/successors/effects.js';
import type { Transition } from '../../../src/explore/successors/transition.js';
import { machinesOf, sharingWorld } from '../worlds.js';

const WORLD = sharingWorld(2);
const { components } = machinesOf(WORLD);
// Two values each of the two pages.
for (const component of components.list.slice(0, 2)) {
  component.addWord(component === components.list[0] ? 1 : 2, 0, 0, 0, [11, 12]);
  component.internValues([1]);
}

const STAY: Transition = {
  firstOutcome: 0,
  secondOutcome: 0,
  step: 0,
  goesOn: true,
  columns: [],
  changed: [],
  newIds: [],
};
const MOVE: Transition = { ...STAY, changed: [1], newIds: [1] };

function made(bits: number[] = components.list.map(() => 2)): Effects {
  return new Effects(KeyLayout.ofBits(bits), WORLD, components);
}

describe('an effect', () => {
  const ids = new Int32Array(components.variables);

  it('is the same for the same action, outcome and change', () => {
    const effects = made();
    const [a, b, c] = [
      effects.intern(0, ids, STAY),
      effects.intern(0, ids, MOVE),
      effects.intern(1, ids, MOVE),
    ];
    expect([a, b, c]).toEqual([0, 1, 2]);
    expect(effects.intern(0, ids, MOVE)).toBe(b);
    expect([...effects.after.subarray(0, 3)]).toEqual([STAYS, MOVES, MOVES]);
    expect(effects.intern(0, ids, { ...STAY, goesOn: false })).toBe(3);
    expect(effects.after[3]).toBe(ENDS);
  });

  it('takes a key to that of the next state, also after keys are packed anew', () => {
    const effects = made();
    const effect = effects.intern(0, ids, MOVE);
    const isRight = (layout: KeyLayout) => {
      const [before, after] = [new Int32Array(layout.words), new Int32Array(layout.words)];
      const next = ids.slice();
      next[1] = 1;
      layout.pack(ids, before, 0);
      layout.pack(next, after, 0);
      const delta = effects.delta.subarray(effect * layout.words, (effect + 1) * layout.words);
      return before.every((word, w) => (word ^ delta[w]) === after[w]);
    };
    const [narrow, wide] = [2, 9].map((n) => KeyLayout.ofBits(components.list.map(() => n)));
    expect(isRight(narrow)).toBe(true);
    effects.repack(wide);
    expect(wide.words).toBeGreaterThan(narrow.words);
    expect(isRight(wide)).toBe(true);
  });

  it('has room for many', () => {
    const effects = made();
    for (let n = 0; n < 500; n++)
      effects.intern(0, ids, { ...MOVE, firstOutcome: n, secondOutcome: n });
    expect(effects.size).toBe(500);
    expect(effects.intern(0, ids, { ...MOVE, firstOutcome: 7, secondOutcome: 7 })).toBe(7);
  });

  it('labels an edge by the hashes before and after', () => {
    const effects = made();
    const moved = ids.slice();
    moved[1] = 1;
    const back: Transition = { ...STAY, changed: [1], newIds: [0] };
    expect(effects.label(0, ids, MOVE)).toEqual(effects.label(0, moved, back));
    expect(effects.label(0, ids, MOVE)).not.toEqual(effects.label(0, ids, STAY));
  });
});
