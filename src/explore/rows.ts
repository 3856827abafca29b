// SPDX-License-Identifier: GPL-2.0-only
/**
 * Rows: for a component and an id of it, everything that follows from that id alone. Most letters ask
 * for one page first and are decided by it; a row has their effects summed up, the few that move on,
 * and the letters that ask for more. A state is then a handful of rows instead of every letter.
 */

import { type Effects, MOVES } from './effects.js';
import type { Footprints } from './footprints.js';

/**
 * Fields at the start of a row: the lengths of its lists, and from ROW_SUMS on two halves of a sum for
 * each renaming of a state. Then come the lists of moves, of open letters and of classes.
 */
export const ROW_MOVES = 0;
export const ROW_OPEN = 1;
export const ROW_CLASSES = 2;
export const ROW_SUMS = 3;

/** Words before the lists, for so many renamings. */
export function rowHead(order: number): number {
  return ROW_SUMS + 2 * order;
}

/** Ids of a component beyond this have no row. */
const MOST_IDS = 4096;

export class Rows {
  /** Where each row starts, by component and id; 0 for none. */
  readonly index: Int32Array[];
  data = new Int32Array(1024);
  /** States that used the row starting at the same place as in `data`. */
  used = new Float64Array(1024);
  length = 1;
  /** Components that a letter asks for first. */
  asked: number[] = [];
  private lettersOf: number[][] = [];
  private rooted = 0;

  constructor(
    components: number,
    private readonly footprints: Footprints,
    private readonly effects: Effects,
    private readonly order: number,
  ) {
    this.index = Array.from({ length: components }, () => new Int32Array(MOST_IDS));
  }

  /** Makes the rows of a state's ids as far as all is known that they need. */
  learn(ids: Int32Array): void {
    if (!this.findRoots()) return;
    for (const component of this.asked) {
      const id = ids[component];
      if (id < MOST_IDS && this.index[component][id] === 0) this.make(component, id);
    }
  }

  /** Forgets all rows, as the trees they were made from are. Flush first. */
  clear(): void {
    for (const index of this.index) index.fill(0);
    this.length = 1;
    this.rooted = 0;
    this.asked = [];
  }

  /** Sorts the letters by what they ask for first. False until all are known. */
  private findRoots(): boolean {
    const { roots, nodeComponent } = this.footprints;
    if (this.rooted === roots.length) return true;
    if (roots.includes(0)) return false;
    this.lettersOf = [];
    roots.forEach((root, letter) => {
      // A letter that asks for nothing can be anybody's.
      const component = root > 0 ? nodeComponent[root] : 0;
      this.lettersOf[component] ??= [];
      this.lettersOf[component].push(letter);
    });
    this.asked = Object.keys(this.lettersOf).map(Number);
    this.rooted = roots.length;
    return true;
  }

  private make(component: number, id: number): void {
    const { roots, nodeBase, nodeCapacity, children } = this.footprints;
    const { after, classOf, signatureLo, signatureHi } = this.effects;
    const moves: number[] = [];
    const open: number[] = [];
    const classes: number[] = [];
    const sums = new Int32Array(2 * this.order);
    for (const letter of this.lettersOf[component]) {
      const root = roots[letter];
      const asks = root > 0;
      const child = asks && id < nodeCapacity[root] ? children[nodeBase[root] + id] : 0;
      const next = asks ? child : root;
      if (next === 0) return;
      if (next > 0) {
        open.push(letter, next);
        continue;
      }
      const effect = -2 - next;
      if (effect < 0) continue;
      classes.push(classOf[effect]);
      for (let g = 0; g < this.order; g++) {
        sums[2 * g] += signatureLo[effect * this.order + g];
        sums[2 * g + 1] += signatureHi[effect * this.order + g];
      }
      if (after[effect] === MOVES) moves.push(letter, effect);
    }
    const head = [moves.length / 2, open.length / 2, classes.length];
    const row = [...head, ...sums, ...moves, ...open, ...classes];
    this.makeRoom(row.length);
    this.data.set(row, this.length);
    this.used[this.length] = 0;
    this.index[component][id] = this.length;
    this.length += row.length;
  }

  private makeRoom(more: number): void {
    if (this.length + more <= this.data.length) return;
    const data = new Int32Array(2 * this.data.length + more);
    data.set(this.data);
    this.data = data;
    const used = new Float64Array(data.length);
    used.set(this.used);
    this.used = used;
  }
}

/** Adds to `hits` what rows were used for, by class; the counts of use start again at 0. */
export function flushRows(
  rows: Int32Array,
  used: Float64Array,
  end: number,
  order: number,
  hits: Float64Array,
): void {
  const head = rowHead(order);
  for (let at = 1; at < end; ) {
    const classes = at + head + 2 * (rows[at + ROW_MOVES] + rows[at + ROW_OPEN]);
    const last = classes + rows[at + ROW_CLASSES];
    for (let i = classes; i < last; i++) hits[rows[i]] += used[at];
    used[at] = 0;
    at = last;
  }
}
