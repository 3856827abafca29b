// SPDX-License-Identifier: GPL-2.0-only
/** A smaller number in few tries, whether most smaller ones will do or hardly any. */

/**
 * Tries the least, then halves, then steps down that double while they work. `works` takes the
 * number if it does. Where only one less does not work, this takes three tries.
 */
export function* shrinkNumber(
  value: number,
  least: number,
  works: (value: number) => boolean,
): Generator<void, number> {
  let current = value;
  if (current <= least) return current;
  const leastWorks = works(least);
  yield;
  if (leastWorks) return least;
  for (;;) {
    const half = Math.floor(current / 2);
    if (half <= least || !works(half)) break;
    current = half;
    yield;
  }
  yield;
  for (let step = 1; ; ) {
    const next = current - step;
    if (next > least && works(next)) {
      current = next;
      step *= 2;
    } else if (step === 1) {
      return current;
    } else {
      step = 1;
    }
    yield;
  }
}
