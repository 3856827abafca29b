// SPDX-License-Identifier: GPL-2.0-only
/**
 * Which parts of the words of two machines may have changed: a mark for each block of words, since a
 * trace changes some hundreds of the hundred thousand words of a machine.
 */

const BLOCK_SHIFT = 9;
const BLOCK_WORDS = 1 << BLOCK_SHIFT;

export class TouchedBlocks {
  private marks = new Uint8Array(0);

  /** Makes room for words below `words`. */
  ensure(words: number): void {
    if (this.marks.length << BLOCK_SHIFT < words) this.grow(words);
  }

  /** Marks where the first `length` words of a list lie. */
  add(list: Int32Array, length: number): void {
    const { marks } = this;
    for (let i = 0; i < length; i++) marks[list[i] >> BLOCK_SHIFT] = 1;
  }

  /** As `add()`, but stops at the first word in which `a` and `b` differ; whether there is one. */
  addUnlessDiffering(list: Int32Array, length: number, a: Int32Array, b: Int32Array): boolean {
    const { marks } = this;
    for (let i = 0; i < length; i++) {
      const word = list[i];
      if (a[word] !== b[word]) return true;
      marks[word >> BLOCK_SHIFT] = 1;
    }
    return false;
  }

  /** Puts the marked blocks of both back to `snapshot`, zero behind its end, and drops the marks. */
  putBack(snapshot: Int32Array, a: Int32Array, b: Int32Array): void {
    const { marks } = this;
    for (let block = marks.indexOf(1); block >= 0; block = marks.indexOf(1, block + 1)) {
      marks[block] = 0;
      const start = block << BLOCK_SHIFT;
      const end = Math.min(start + BLOCK_WORDS, a.length, b.length);
      const copied = Math.min(end, snapshot.length);
      for (let word = start; word < copied; word++) a[word] = b[word] = snapshot[word];
      for (let word = Math.max(start, copied); word < end; word++) a[word] = b[word] = 0;
    }
  }

  private grow(words: number): void {
    const grown = new Uint8Array(Math.max(words >> (BLOCK_SHIFT - 1), BLOCK_WORDS));
    grown.set(this.marks);
    this.marks = grown;
  }
}
