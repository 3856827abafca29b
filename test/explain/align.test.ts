// SPDX-License-Identifier: GPL-2.0-only
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align } from '../../src/explain/align.js';
import type { Effect } from '../../src/explain/trace_tree.js';

function effects(texts: string): Effect[] {
  return [...texts].map((text) => ({ kind: 'change', phase: 'p', text }));
}

function rows(first: string, second: string): string[] {
  return align(effects(first), effects(second)).rows.map((row) => `${row.kind} ${row.effect.text}`);
}

describe('align', () => {
  it('leaves what is in the same order in place', () => {
    expect(rows('abc', 'abc')).toEqual(['same a', 'same b', 'same c']);
  });

  it('marks an effect that moved where it was and where it is', () => {
    expect(rows('abcd', 'bcda')).toEqual([
      'moved-from a',
      'same b',
      'same c',
      'same d',
      'moved-to a',
    ]);
  });

  it('marks what is on one side only', () => {
    expect(rows('axb', 'ayb')).toEqual(['same a', 'first x', 'second y', 'same b']);
  });

  it('takes effects of different steps for different ones', () => {
    const first: Effect[] = [{ kind: 'change', phase: 'host state', text: 'a' }];
    const second: Effect[] = [{ kind: 'change', phase: 'hyp map', text: 'a' }];
    expect(align(first, second)).toMatchObject({ same: 0, firstOnly: 1, secondOnly: 1 });
  });

  it('gives back both sides, and moves nothing that is in order', () => {
    const side = fc.array(fc.constantFrom(...'abcde'), { maxLength: 12 });
    fc.assert(
      fc.property(side, side, (a, b) => {
        const { rows, same, moved, firstOnly, secondOnly } = align(
          effects(a.join('')),
          effects(b.join('')),
        );
        const of = (...kinds: string[]) =>
          rows.filter((row) => kinds.includes(row.kind)).map((row) => row.effect.text);
        expect(of('same', 'moved-from', 'first')).toEqual(a);
        expect(of('same', 'moved-to', 'second')).toEqual(b);
        expect(of('moved-from').sort()).toEqual(of('moved-to').sort());
        expect(same + moved + firstOnly).toBe(a.length);
        expect(same + moved + secondOnly).toBe(b.length);
        if (a.join('') === b.join('')) expect(moved).toBe(0);
      }),
    );
  });
});
