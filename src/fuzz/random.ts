// SPDX-License-Identifier: GPL-2.0-only
/** Random numbers that depend on nothing but the seed and the place they are drawn for. */

import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

const RECIPROCAL = 1 / 2 ** 32;

/** A stream of random numbers for one place: a batch's machine, one run of a batch. */
export class Random {
  private readonly generator: RandomGenerator;

  /** The same numbers for the same seed and place; unrelated ones for any other. */
  constructor(seed: number, stream: number, index: number) {
    const a = mix(seed ^ 0x9e3779b9);
    const b = mix(a ^ stream);
    const c = mix(b ^ index);
    const d = mix(c + seed);
    this.generator = xoroshiro128plusFromState([a, mix(d + 1), c, d | 1]);
  }

  /** A whole number from 0 to before `n`; `n` at most 2^32. */
  below(n: number): number {
    return Math.floor((this.generator.next() >>> 0) * RECIPROCAL * n);
  }

  /** True `percent` times out of a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** One of the choices. */
  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
}

/** Spreads a 32-bit number over all 32 bits (MurmurHash3's finalizer). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
