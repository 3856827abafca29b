// SPDX-License-Identifier: GPL-2.0-only
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cube, contains, meet, primesOf } from '../../src/prove/cubes.js';

const VALUES = ['0', '1', '2'];
const NAMES = ['a', 'b', 'c'];

function point(a: string, b: string, c: string): Cube {
  return new Map([
    ['a', new Set([a])],
    ['b', new Set([b])],
    ['c', new Set([c])],
  ]);
}

const ALL = VALUES.flatMap((a) => VALUES.flatMap((b) => VALUES.map((c) => point(a, b, c))));

const functions = fc.array(fc.boolean(), { minLength: ALL.length, maxLength: ALL.length });

describe('prime implicants', () => {
  it('hold where the function does, and nowhere else', () => {
    fc.assert(
      fc.property(functions, (truth) => {
        const primes = primesOf(
          ALL.filter((_, i) => truth[i]),
          ALL.filter((_, i) => !truth[i]),
        );
        ALL.forEach((one, i) => {
          expect(primes.some((prime) => contains(prime, one))).toBe(truth[i]);
        });
      }),
    );
  });

  it('have nothing superfluous: one more value, and they would hold where they must not', () => {
    fc.assert(
      fc.property(functions, (truth) => {
        const off = ALL.filter((_, i) => !truth[i]);
        for (const prime of primesOf(
          ALL.filter((_, i) => truth[i]),
          off,
        )) {
          for (const name of NAMES) {
            const values = prime.get(name);
            if (values === undefined || values.size === VALUES.length) continue;
            for (const value of VALUES.filter((one) => !values.has(one))) {
              const wider = new Map(prime).set(name, new Set([...values, value]));
              expect(off.some((other) => meet(wider, other))).toBe(true);
            }
          }
        }
      }),
    );
  });

  it('are as few as it takes of those found', () => {
    const on = [point('0', '0', '0'), point('0', '1', '1')];
    const off = ALL.filter((one) => !on.some((other) => contains(one, other)));
    expect(primesOf(on, off)).toHaveLength(2);
  });
});
