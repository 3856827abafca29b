// SPDX-License-Identifier: GPL-2.0-only
/** A set of word indexes: a mark a word and a list, so that a million of them cost little. */

import type { RunJournal } from '../hyp/run_journal.js';

const FIRST_LIST = 256;
/** One word in so many from which looking at every mark is faster than sorting. */
const DENSE = 64;

export class WordSet {
  private marks = new Uint8Array(0);
  /** The same marks, four at a time. */
  private fours = new Uint32Array(0);
  private list = new Int32Array(FIRST_LIST);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Makes room for words below `words`. */
  ensure(words: number): void {
    if (this.marks.length >= words) return;
    const grown = new Uint8Array((words + 3) & ~3);
    grown.set(this.marks);
    this.marks = grown;
    this.fours = new Uint32Array(grown.buffer);
  }

  add(word: number): void {
    if (this.marks[word] !== 0) return;
    this.marks[word] = 1;
    if (this.count === this.list.length) {
      const grown = new Int32Array(2 * this.count);
      grown.set(this.list);
      this.list = grown;
    }
    this.list[this.count++] = word;
  }

  /** Adds those of the first `length` words of a list in which `a` and `b` differ. */
  addDiffering(words: Int32Array, length: number, a: Int32Array, b: Int32Array): void {
    for (let i = 0; i < length; i++) {
      const word = words[i];
      if (a[word] !== b[word]) this.add(word);
    }
  }

  /** Adds the words of runs in which `a` and `b` differ. */
  addDifferingIn(runs: RunJournal, a: Int32Array, b: Int32Array): void {
    for (let run = 0; run < runs.count; run++) {
      const end = runs.start[run] + runs.length[run];
      for (let word = runs.start[run]; word < end; word++) if (a[word] !== b[word]) this.add(word);
    }
  }

  /** Copies the words of the set from one state to another. */
  copyWords(from: Int32Array, to: Int32Array): void {
    for (let i = 0; i < this.count; i++) to[this.list[i]] = from[this.list[i]];
  }

  /** Drops every word for which `keep` is false. */
  retain(keep: (word: number) => boolean): void {
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      const word = this.list[i];
      if (keep(word)) this.list[kept++] = word;
      else this.marks[word] = 0;
    }
    this.count = kept;
  }

  clear(): void {
    for (let i = 0; i < this.count; i++) this.marks[this.list[i]] = 0;
    this.count = 0;
  }

  /** The words in ascending order. */
  sorted(): Int32Array {
    if (this.count * DENSE < this.marks.length) return this.list.slice(0, this.count).sort();
    const { marks, fours, count } = this;
    const words = new Int32Array(count);
    let n = 0;
    for (let four = 0; n < count; four++) {
      if (fours[four] === 0) continue;
      for (let word = 4 * four; word < 4 * four + 4; word++) {
        if (marks[word] !== 0) words[n++] = word;
      }
    }
    return words;
  }
}
