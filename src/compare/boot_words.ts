// SPDX-License-Identifier: GPL-2.0-only
/** The words of a machine after boot: all of a small one, of millions those that are not zero. */

/** Fewer words are copied without a thought. */
export const MANY_WORDS = 2 ** 20;
const NONE = new Int32Array(0);

export class BootWords {
  private readonly copy: Int32Array | undefined;
  /** Places of the words that are not zero, ascending, and what they hold. */
  private readonly places: Int32Array = NONE;
  private readonly values: Int32Array = NONE;

  /** Of the first `length` words; `isAny`: may there be any in the stretch that starts at a place? */
  constructor(
    words: Int32Array,
    length: number,
    stretch = length,
    isAny: (start: number) => boolean = () => true,
    many = MANY_WORDS,
  ) {
    if (length < many) {
      this.copy = words.slice(0, length);
      return;
    }
    const places: number[] = [];
    for (let start = 0; start < length; start += stretch) {
      if (!isAny(start)) continue;
      const end = Math.min(start + stretch, length);
      for (let i = start; i < end; i++) if (words[i] !== 0) places.push(i);
    }
    this.places = Int32Array.from(places);
    this.values = this.places.map((place) => words[place]);
  }

  /** Writes those from `start` up to `end` into both, which are zero there. */
  putBack(start: number, end: number, a: Int32Array, b: Int32Array): void {
    const { copy, places, values } = this;
    if (copy) {
      if (start >= copy.length) return;
      const part = copy.subarray(start, end);
      a.set(part, start);
      b.set(part, start);
      return;
    }
    for (let i = this.firstFrom(start); i < places.length && places[i] < end; i++) {
      a[places[i]] = b[places[i]] = values[i];
    }
  }

  /** Makes them zero in both. */
  zero(a: Int32Array, b: Int32Array): void {
    if (this.copy) {
      a.fill(0, 0, this.copy.length);
      b.fill(0, 0, this.copy.length);
    }
    for (const place of this.places) a[place] = b[place] = 0;
  }

  /** Index of the first place that is not before `start`. */
  private firstFrom(start: number): number {
    const { places } = this;
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle] < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
