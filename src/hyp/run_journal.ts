// SPDX-License-Identifier: GPL-2.0-only
/**
 * The part of a state's journal that is kept as runs: stretches of words that change together, as
 * those of a table whose 512 pages change hands. Each has one entry in the journal, for its first word,
 * which says where in the order of changes it stands.
 */

const FIRST_RUNS = 64;
const FIRST_WORDS = 4096;

export class RunJournal {
  /** Runs since the last commit; the arrays below are valid up to here. */
  count = 0;
  /** Place in the journal of the run's entry. */
  entry = new Int32Array(FIRST_RUNS);
  /** First word, and number of words. */
  start = new Int32Array(FIRST_RUNS);
  length = new Int32Array(FIRST_RUNS);
  /** Where in `old` lies what the words held before; as many, or two that take turns. */
  private oldAt = new Int32Array(FIRST_RUNS);
  private oldCount = new Int32Array(FIRST_RUNS);
  private old = new Int32Array(FIRST_WORDS);
  /** Changes that the runs stand for, less the entries that the journal has of them. */
  extraChanges = 0;
  private readonly extras: number[] = [];
  private oldLength = 0;

  /** Adds a run whose words still hold what they held before. */
  add(entry: number, words: Int32Array, start: number, length: number): void {
    const { count, oldLength } = this;
    if (count === this.entry.length) this.growRuns();
    const kept = takesTurns(words, start, length) ? 2 : length;
    if (oldLength + kept > this.old.length) this.growOld(oldLength + kept);
    this.entry[count] = entry;
    this.start[count] = start;
    this.length[count] = length;
    this.oldAt[count] = oldLength;
    this.oldCount[count] = kept;
    this.extras[count] = 0;
    const { old } = this;
    for (let i = 0; i < kept; i++) old[oldLength + i] = words[start + i];
    this.oldLength = oldLength + kept;
    this.count = count + 1;
  }

  /** Says how many changes more the last run stands for. */
  addChanges(changes: number): void {
    this.extras[this.count - 1] += changes;
    this.extraChanges += changes;
  }

  /** Puts the last run's words back, and forgets it. */
  undoLast(words: Int32Array): void {
    const run = this.count - 1;
    this.putBack(run, words);
    this.extraChanges -= this.extras[run];
    this.oldLength = this.oldAt[run];
    this.count = run;
  }

  /** Puts back what the words of a run held before it; the run stays. */
  putBack(run: number, words: Int32Array): void {
    const { old } = this;
    const start = this.start[run];
    const from = this.oldAt[run];
    const turn = this.oldCount[run] === 2 ? 1 : -1;
    for (let i = 0; i < this.length[run]; i++) words[start + i] = old[from + (i & turn)];
  }

  /** Are these the same stretches of words? */
  isSameAs(other: RunJournal): boolean {
    if (this.count !== other.count) return false;
    for (let run = 0; run < this.count; run++) {
      if (this.start[run] !== other.start[run] || this.length[run] !== other.length[run])
        return false;
    }
    return true;
  }

  clear(): void {
    this.count = 0;
    this.oldLength = 0;
    this.extraChanges = 0;
  }

  private growRuns(): void {
    const size = 2 * this.entry.length;
    this.entry = grown(this.entry, size);
    this.start = grown(this.start, size);
    this.length = grown(this.length, size);
    this.oldAt = grown(this.oldAt, size);
    this.oldCount = grown(this.oldCount, size);
  }

  private growOld(need: number): void {
    this.old = grown(this.old, need + (need >> 1));
  }
}

/** Are the words two values by turns, as the entries of an empty table? */
export function takesTurns(words: Int32Array, start: number, length: number): boolean {
  for (let i = start + 2; i < start + length; i++) if (words[i] !== words[i - 2]) return false;
  return length >= 2;
}

function grown(list: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(list);
  return larger;
}
