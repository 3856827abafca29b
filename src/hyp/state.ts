// SPDX-License-Identifier: GPL-2.0-only
/**
 * The state of one machine: a flat array of 32-bit words and the journal of its changes. Every
 * change goes through `set()`; the journal is what makes exact comparison, undo, hashing and
 * explanation cost no more than what was changed.
 */

import type { Layout } from './layout.js';
import { RunJournal } from './run_journal.js';

const FIRST_JOURNAL = 1024;
const JOURNAL_GROWTH = 4;
/** Fewer words are copied without a thought. */
const MANY_WORDS = 2 ** 20;

export class HypState {
  words: Int32Array;
  /** Changed words in order, and what each held before. Valid up to `journalLength`. */
  journalIndex = new Int32Array(FIRST_JOURNAL);
  journalOld = new Int32Array(FIRST_JOURNAL);
  journalLength = 0;
  /** Changes of many words at once, beside the journal: see `beginRun()`. */
  runs = new RunJournal();
  /** Whether they may be kept so: whoever reads the journal has to know of runs. */
  keepsRuns = false;
  /** All words are zero: whoever takes them over need not clear them. */
  isZero = false;

  /** `spare`: a state nobody uses any more, whose memory this one takes over. */
  constructor(
    readonly layout: Layout,
    spare?: HypState,
  ) {
    const need = roundUp(layout.usualWords);
    if (spare && spare.words.length >= need) {
      this.words = spare.words;
      if (!spare.isZero) this.words.fill(0, 0, spare.layout.wordCount);
    } else this.words = new Int32Array(need);
    if (spare) {
      this.journalIndex = spare.journalIndex;
      this.journalOld = spare.journalOld;
      this.runs = spare.runs;
      this.runs.clear();
    }
  }

  /** Writes a word. `value` is a signed 32-bit integer. */
  set(index: number, value: number): void {
    const words = this.words;
    const old = words[index];
    if (old === value) return;
    const n = this.journalLength;
    if (n === this.journalIndex.length) this.growJournal();
    this.journalIndex[n] = index;
    this.journalOld[n] = old;
    this.journalLength = n + 1;
    words[index] = value;
  }

  /** How many changes were made since the last commit, one after the other; a word may have had several. */
  get changes(): number {
    return this.journalLength + this.runs.extraChanges;
  }

  /**
   * The `length` words from `start` on are about to be changed together, by whoever calls this; then
   * comes `endRun()`. The journal's length is returned, for that.
   */
  beginRun(start: number, length: number): number {
    const mark = this.journalLength;
    if (mark === this.journalIndex.length) this.growJournal();
    this.journalIndex[mark] = start;
    this.journalOld[mark] = this.words[start];
    this.journalLength = mark + 1;
    this.runs.add(mark, this.words, start, length);
    return mark;
  }

  /** The words of a run were changed. `changes`: how many changes they were since `mark`, if made singly. */
  endRun(mark: number, changes: number): void {
    this.runs.addChanges(changes - (this.journalLength - mark));
  }

  /** Makes room for everything the layout has handed out, to this machine or to another. */
  ensure(): void {
    const need = this.layout.wordCount;
    if (need <= this.words.length) return;
    const grown = new Int32Array(roundUp(need + (need >> 2)));
    grown.set(this.words);
    this.words = grown;
  }

  /** Forgets the journal: what was done stays done. */
  commit(): void {
    this.journalLength = 0;
    if (this.runs.count > 0) this.runs.clear();
  }

  /** Plays the journal back until `mark` entries are left. */
  undoTo(mark: number): void {
    const { words, runs } = this;
    for (let i = this.journalLength - 1; i >= mark; i--) {
      if (runs.count > 0 && runs.entry[runs.count - 1] === i) runs.undoLast(words);
      words[this.journalIndex[i]] = this.journalOld[i];
    }
    this.journalLength = mark;
  }

  /** Looks at the state as it was before everything in the journal. `look` must not change it. */
  undone<T>(look: () => T): T {
    const { words, journalIndex, journalOld, journalLength, runs } = this;
    const now: Int32Array[] = [];
    for (let i = journalLength - 1; i >= 0; i--) {
      const run = runs.count - 1 - now.length;
      if (run >= 0 && runs.entry[run] === i) {
        now.push(words.slice(runs.start[run], runs.start[run] + runs.length[run]));
        runs.putBack(run, words);
      }
      swap(words, journalIndex[i], journalOld, i);
    }
    try {
      return look();
    } finally {
      for (let i = 0; i < journalLength; i++) {
        swap(words, journalIndex[i], journalOld, i);
        const run = runs.count - now.length;
        if (run < runs.count && runs.entry[run] === i) words.set(now.pop() ?? [], runs.start[run]);
      }
    }
  }

  /** A copy of all words, for `restore()`. */
  snapshot(): Int32Array {
    return this.words.slice(0, this.layout.wordCount);
  }

  /** Takes over, into words that are zero, all of another state; `places`: where it may not be zero. */
  copyBoot(from: HypState, places: Int32Array | undefined): void {
    this.ensure();
    const length = this.layout.wordCount;
    if (places === undefined || length < MANY_WORDS) {
      this.words.set(from.words.subarray(0, length));
      return;
    }
    for (const place of places) this.words[place] = from.words[place];
  }

  /** Puts back a snapshot; words handed out since are zero. The journal is emptied. */
  restore(snapshot: Int32Array): void {
    this.ensure();
    this.words.set(snapshot);
    this.words.fill(0, snapshot.length, this.layout.wordCount);
    this.commit();
  }

  private growJournal(): void {
    const index = new Int32Array(this.journalIndex.length * JOURNAL_GROWTH);
    const old = new Int32Array(index.length);
    index.set(this.journalIndex);
    old.set(this.journalOld);
    this.journalIndex = index;
    this.journalOld = old;
  }
}

function swap(words: Int32Array, index: number, old: Int32Array, entry: number): void {
  const other = old[entry];
  old[entry] = words[index];
  words[index] = other;
}

function roundUp(words: number): number {
  return (words + 4095) & ~4095;
}
