// SPDX-License-Identifier: GPL-2.0-only
/**
 * A state's ids packed into a few 32-bit words: the key. Ids only ever get more, so a field that
 * became too narrow is widened and all keys are packed again; that happens a few times at the start.
 * The top bit of the first word is always set: no key begins with 0.
 */

/** States by number, as keys one after the other. */
export interface KeyedStates {
  readonly keys: Int32Array;
  readonly layout: KeyLayout;
}

export const PRESENT = 1 << 31;

export class KeyLayout {
  /** Words of a key. */
  readonly words: number;
  /** Word, shift and mask of each component's field. */
  readonly word: Int32Array;
  readonly shift: Int32Array;
  readonly mask: Int32Array;

  private constructor(readonly bits: readonly number[]) {
    const n = bits.length;
    this.word = new Int32Array(n);
    this.shift = new Int32Array(n);
    this.mask = new Int32Array(n);
    const room: number[] = [31];
    for (const c of bits.map((_, i) => i).sort((a, b) => bits[b] - bits[a] || a - b)) {
      let at = room.findIndex((left) => left >= bits[c]);
      if (at < 0) at = room.push(32) - 1;
      this.word[c] = at;
      this.shift[c] = (at === 0 ? 31 : 32) - room[at];
      this.mask[c] = 2 ** bits[c] - 1;
      room[at] -= bits[c];
    }
    this.words = room.length;
  }

  /** A layout with room for so many ids of each component. */
  static forSizes(sizes: readonly number[]): KeyLayout {
    return new KeyLayout(sizes.map((size) => bitsFor(size)));
  }

  /** A layout with as much room for more ids as as many words give. */
  static roomy(sizes: readonly number[]): KeyLayout {
    let best = KeyLayout.forSizes(sizes);
    const { words } = best;
    for (;;) {
      const next = new KeyLayout(best.bits.map((bits) => bits + 1));
      if (next.words > words) return best;
      best = next;
    }
  }

  /** A layout from the widths of its fields. */
  static ofBits(bits: readonly number[]): KeyLayout {
    return new KeyLayout(bits);
  }

  /** A layout of a first word that only says that it is there, and so many whole words. */
  static ofWords(words: number): KeyLayout {
    return new KeyLayout(Array.from({ length: words }, () => 32));
  }

  fits(sizes: readonly number[]): boolean {
    return sizes.every((size, c) => size <= 2 ** this.bits[c]);
  }

  /** Reads the ids of the key at `at`. */
  unpack(keys: Int32Array, at: number, ids: Int32Array): void {
    const { word, shift, mask } = this;
    for (let c = 0; c < word.length; c++) {
      ids[c] = (keys[at + word[c]] >>> shift[c]) & mask[c];
    }
  }

  /** Writes the ids as a key at `at`. */
  pack(ids: Int32Array, keys: Int32Array, at: number): void {
    const { word, shift, words } = this;
    keys[at] = PRESENT;
    for (let w = 1; w < words; w++) keys[at + w] = 0;
    for (let c = 0; c < word.length; c++) keys[at + word[c]] |= ids[c] << shift[c];
  }
}

/** Bits of a field, at least two and with room to grow, at most 24. */
function bitsFor(size: number): number {
  let bits = 2;
  while (2 ** bits < size + 1) bits++;
  if (bits > 24) throw new RangeError('a component has more combinations than can be packed');
  return bits;
}
