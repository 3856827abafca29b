// SPDX-License-Identifier: GPL-2.0-only
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ddmin } from '../../src/minimize/ddmin.js';
import { shrinkNumber } from '../../src/minimize/shrink.js';

function last<Value>(search: Generator<unknown, Value>): Value {
  let step = search.next();
  while (!step.done) step = search.next();
  return step.value;
}

/** How many leading items it takes to have all that is needed, in order. */
function keeper(needed: readonly number[]) {
  return (items: readonly number[]) => {
    let found = 0;
    for (let i = 0; i < items.length; i++) {
      if (items[i] === needed[found]) found++;
      if (found === needed.length) return i + 1;
    }
    return -1;
  };
}

describe('ddmin', () => {
  it('leaves what is needed and nothing else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.uniqueArray(fc.nat(399), { minLength: 1, maxLength: 8 }),
        (length, picks) => {
          const items = Array.from({ length }, (_, i) => i);
          const needed = [...new Set(picks.map((pick) => pick % length))].sort((a, b) => a - b);
          expect(last(ddmin(items, keeper(needed)))).toEqual(needed);
        },
      ),
    );
  });

  it('takes a few hundred tries for a few of ten thousand', () => {
    let tries = 0;
    const keeps = keeper([17, 4711, 9998]);
    const items = Array.from({ length: 10_000 }, (_, i) => i);
    const counted = (list: readonly number[]) => {
      tries++;
      return keeps(list);
    };
    expect(last(ddmin(items, counted))).toEqual([17, 4711, 9998]);
    expect(tries).toBeLessThan(300);
  });

  it('leaves no item out that cannot be', () => {
    const even = (items: readonly number[]) => (items.length % 2 === 0 ? items.length : -1);
    expect(last(ddmin([1, 2, 3, 4], even))).toHaveLength(2);
  });
});

describe('shrinkNumber', () => {
  it('finds the least that works where all above it do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 5000 }), (a, b) => {
        const [bound, value] = a < b ? [a, b] : [b + 1, a + 1];
        expect(last(shrinkNumber(value, 1, (n) => n >= bound))).toBe(bound);
      }),
    );
  });

  it('takes three tries where one less does not work', () => {
    const tried: number[] = [];
    const works = (n: number) => {
      tried.push(n);
      return false;
    };
    expect(last(shrinkNumber(524288, 1, works))).toBe(524288);
    expect(tried).toEqual([1, 262144, 524287]);
  });

  it('tries nothing at the least', () => {
    expect(last(shrinkNumber(1, 1, () => true))).toBe(1);
  });
});
