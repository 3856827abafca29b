// SPDX-License-Identifier: GPL-2.0-only
/**
 * Summaries: for a component and an id of it, everything that follows from that id alone. Most actions ask
 * for one page first and are decided by it; a summary has their effects summed up, the few that move on,
 * and the actions that ask for more. A state is then a handful of summaries instead of every action.
 */

import { type Effects, MOVES } from './effects.js';
import type { Footprints } from './footprints.js';

/**
 * Fields at the start of a summary: the lengths of its lists, and from SUMMARY_SUMS on two halves of a sum for
 * each renaming of a state. Then come the lists of moves, of open actions and of classes.
 */
export const SUMMARY_MOVES = 0;
export const SUMMARY_OPEN = 1;
export const SUMMARY_CLASSES = 2;
export const SUMMARY_SUMS = 3;

/** Words before the lists, for so many renamings. */
export function summaryHead(order: number): number {
  return SUMMARY_SUMS + 2 * order;
}

/** Ids of a component beyond this have no summary. */
const MOST_IDS = 4096;

export class Summaries {
  /** Where each summary starts, by component and id; 0 for none. */
  readonly index: Int32Array[];
  data = new Int32Array(1024);
  /** States that used the summary starting at the same place as in `data`. */
  used = new Float64Array(1024);
  length = 1;
  /** Components that an action asks for first. */
  asked: number[] = [];
  private actionsOf: number[][] = [];
  private rooted = 0;

  constructor(
    components: number,
    private readonly footprints: Footprints,
    private readonly effects: Effects,
    private readonly order: number,
  ) {
    this.index = Array.from({ length: components }, () => new Int32Array(MOST_IDS));
  }

  /** Makes the summaries of a state's ids as far as all is known that they need. */
  learn(ids: Int32Array): void {
    if (!this.findRoots()) return;
    for (const component of this.asked) {
      const id = ids[component];
      if (id < MOST_IDS && this.index[component][id] === 0) this.make(component, id);
    }
  }

  /** Forgets all summaries, as the trees they were made from are. Flush first. */
  clear(): void {
    for (const index of this.index) index.fill(0);
    this.length = 1;
    this.rooted = 0;
    this.asked = [];
  }

  /** Sorts the actions by what they ask for first. False until all are known. */
  private findRoots(): boolean {
    const { roots, nodeVariable } = this.footprints;
    if (this.rooted === roots.length) return true;
    if (roots.includes(0)) return false;
    this.actionsOf = [];
    roots.forEach((root, action) => {
      // A action that asks for nothing can be anybody's.
      const component = root > 0 ? nodeVariable[root] : 0;
      this.actionsOf[component] ??= [];
      this.actionsOf[component].push(action);
    });
    this.asked = Object.keys(this.actionsOf).map(Number);
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
    for (const action of this.actionsOf[component]) {
      const root = roots[action];
      const asks = root > 0;
      const child = asks && id < nodeCapacity[root] ? children[nodeBase[root] + id] : 0;
      const next = asks ? child : root;
      if (next === 0) return;
      if (next > 0) {
        open.push(action, next);
        continue;
      }
      const effect = -2 - next;
      if (effect < 0) continue;
      classes.push(classOf[effect]);
      for (let g = 0; g < this.order; g++) {
        sums[2 * g] += signatureLo[effect * this.order + g];
        sums[2 * g + 1] += signatureHi[effect * this.order + g];
      }
      if (after[effect] === MOVES) moves.push(action, effect);
    }
    const head = [moves.length / 2, open.length / 2, classes.length];
    const summary = [...head, ...sums, ...moves, ...open, ...classes];
    this.makeRoom(summary.length);
    this.data.set(summary, this.length);
    this.used[this.length] = 0;
    this.index[component][id] = this.length;
    this.length += summary.length;
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

/** Adds to `hits` what summaries were used for, by class; the counts of use start again at 0. */
export function flushSummaries(
  summaries: Int32Array,
  used: Float64Array,
  end: number,
  order: number,
  hits: Float64Array,
): void {
  const head = summaryHead(order);
  for (let at = 1; at < end; ) {
    const classes = at + head + 2 * (summaries[at + SUMMARY_MOVES] + summaries[at + SUMMARY_OPEN]);
    const last = classes + summaries[at + SUMMARY_CLASSES];
    for (let i = classes; i < last; i++) hits[summaries[i]] += used[at];
    used[at] = 0;
    at = last;
  }
}
