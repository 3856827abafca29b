// SPDX-License-Identifier: GPL-2.0-only
/**
 * Which parts of the words of two machines may have changed: a mark for each block of words, since a
 * trace changes some hundreds of the hundred thousand words of a machine.
 */

import type { RunJournal } from '../hyp/run_journal.js';
import type { HypState } from '../hyp/state.js';
import { BootWords, MANY_WORDS } from './boot_words.js';

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

  /** Marks where everything lies that a state has in its journal. */
  addJournal({ journalIndex, journalLength, runs }: HypState): void {
    this.add(journalIndex, journalLength);
    for (let run = 0; run < runs.count; run++) this.addRun(runs.start[run], runs.length[run]);
  }

  /** As `addUnlessDiffering()`, of runs. */
  addRunsUnlessDiffering(runs: RunJournal, a: Int32Array, b: Int32Array): boolean {
    for (let run = 0; run < runs.count; run++) {
      const start = runs.start[run];
      const end = start + runs.length[run];
      for (let word = start; word < end; word++) if (a[word] !== b[word]) return true;
      this.addRun(start, end - start);
    }
    return false;
  }

  /** The words of a machine after boot. `changed`: those that boot changed, if they are known. */
  static bootWords(changed: Int32Array | undefined, words: Int32Array, length: number): BootWords {
    const changedAt = new TouchedBlocks();
    changedAt.ensure(length);
    if (changed && length >= MANY_WORDS) changedAt.add(changed, changed.length);
    else changedAt.marks.fill(1);
    const isAny = (at: number) => changedAt.marks[at >> BLOCK_SHIFT] !== 0;
    return new BootWords(words, length, BLOCK_WORDS, isAny);
  }

  /** Puts the marked blocks of both back to what they were after boot, and drops the marks. */
  putBack(boot: BootWords, a: Int32Array, b: Int32Array): void {
    const { marks } = this;
    for (let block = marks.indexOf(1); block >= 0; block = marks.indexOf(1, block + 1)) {
      marks[block] = 0;
      const start = block << BLOCK_SHIFT;
      clear(start, start + BLOCK_WORDS, a, b);
      boot.putBack(start, start + BLOCK_WORDS, a, b);
    }
  }

  /** Makes both zero, where they are marked and where they were not after boot. */
  zero(boot: BootWords, a: Int32Array, b: Int32Array): void {
    const { marks } = this;
    for (let block = marks.indexOf(1); block >= 0; block = marks.indexOf(1, block + 1)) {
      clear(block << BLOCK_SHIFT, (block + 1) << BLOCK_SHIFT, a, b);
    }
    boot.zero(a, b);
  }

  private addRun(start: number, length: number): void {
    this.marks.fill(1, start >> BLOCK_SHIFT, ((start + length - 1) >> BLOCK_SHIFT) + 1);
  }

  private grow(words: number): void {
    const grown = new Uint8Array(Math.max(words >> (BLOCK_SHIFT - 1), BLOCK_WORDS));
    grown.set(this.marks);
    this.marks = grown;
  }
}

function clear(start: number, end: number, a: Int32Array, b: Int32Array): void {
  a.fill(0, start, end);
  b.fill(0, start, end);
}
