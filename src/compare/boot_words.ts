// SPDX-License-Identifier: GPL-2.0-only
/** The words of a machine after boot: of millions, some ten thousand that are not zero. */

export class BootWords {
  /** Places of the words that are not zero, ascending, and what they hold. */
  private readonly places: Int32Array;
  private readonly values: Int32Array;

  /** Of the first `length` words; `isAny`: may there be any in the stretch that starts at a place? */
  constructor(
    words: Int32Array,
    length: number,
    stretch = length,
    isAny: (start: number) => boolean = () => true,
  ) {
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
    const { places, values } = this;
    for (let i = this.firstFrom(start); i < places.length && places[i] < end; i++) {
      a[places[i]] = b[places[i]] = values[i];
    }
  }

  /** Makes them zero in both. */
  zero(a: Int32Array, b: Int32Array): void {
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
