// SPDX-License-Identifier: GPL-2.0-only
/**
 * Expands a state of which everything is known already, on typed arrays alone. It reads what the
 * slow path has learned and never learns anything itself.
 */

import { MOVES } from './effects.js';
import type { Sum64 } from './mix.js';
import { ROW_MOVES, ROW_OPEN, rowHead } from './rows.js';
import type { SymmetryTables } from './symmetry/canonizer.js';
import { Tally } from './tally.js';

/** What was learned, as arrays. */
export interface Known {
  /** Components a letter asks for first, and their rows by id. */
  readonly asked: readonly number[];
  readonly index: readonly Int32Array[];
  readonly rows: Int32Array;
  readonly used: Float64Array;
  /** The trees. */
  readonly nodeComponent: Int32Array;
  readonly nodeBase: Int32Array;
  readonly nodeCapacity: Int32Array;
  readonly children: Int32Array;
  /** The effects. */
  readonly after: Uint8Array;
  readonly classOf: Int32Array;
  readonly signatureLo: Int32Array;
  readonly signatureHi: Int32Array;
  readonly delta: Int32Array;
  /** Content hashes by component and id. */
  readonly hashLo: readonly Int32Array[];
  readonly hashHi: readonly Int32Array[];
  /** Words of a key. */
  readonly words: number;
  /** Renamings of a state that are counted with it, if there are any. */
  readonly symmetry: SymmetryTables | undefined;
}

/** Most letters of an alphabet. */
export const MOST_LETTERS = 1 << 16;

/** Takes the successors of a state, many at a time. */
export interface Successors {
  /**
   * The state's key is at `at` of `keys`; each of the `count` successors is that with the `words` of
   * `delta` at its effect exclusive-ored, reached by its letter.
   */
  take(
    state: number,
    keys: Int32Array,
    at: number,
    count: number,
    letters: Int32Array,
    effects: Int32Array,
    delta: Int32Array,
  ): void;
}

/** What is counted: transitions by class, those that rows count left out; and the digest. */
export interface Counts {
  readonly hits: Float64Array;
  readonly digest: Sum64;
}

export class FastPath {
  /** Letters that rows leave open, and letters that move on, with their effects. */
  private openEffects = new Int32Array(MOST_LETTERS);
  private openLetters = new Int32Array(MOST_LETTERS);
  private readonly letters = new Int32Array(MOST_LETTERS);
  private readonly effects = new Int32Array(MOST_LETTERS);
  private readonly tally: Tally;
  private readonly head: number;

  constructor(
    private known: Known,
    private readonly successors: Successors,
    private readonly counts: Counts,
  ) {
    this.tally = new Tally(counts.digest, known.symmetry);
    this.head = rowHead(known.symmetry?.order ?? 1);
  }

  /** Goes on with what is known by now; the renamings are still the same. */
  learn(known: Known): void {
    this.known = known;
  }

  /** Expands the state with these ids and the key at `at`. False, and nothing done, if not all is known. */
  expand(state: number, ids: Int32Array, keys: Int32Array, at: number): boolean {
    const { asked, index, rows } = this.known;
    const { openEffects, openLetters, head } = this;
    const nrAsked = asked.length;
    if (nrAsked === 0) return false;
    let open = 0;
    for (let i = 0; i < nrAsked; i++) {
      const question = asked[i];
      const row = index[question][ids[question]];
      // No row, or an id beyond those that have one.
      if (!(row > 0)) return false;
      const first = row + head + 2 * rows[row + ROW_MOVES];
      const last = first + 2 * rows[row + ROW_OPEN];
      for (let r = first; r < last; r += 2) {
        const effect = this.follow(rows[r + 1], ids);
        if (effect < -1) return false;
        if (effect < 0) continue;
        openEffects[open] = effect;
        openLetters[open++] = rows[r];
      }
    }
    this.apply(state, ids, keys, at, open);
    return true;
  }

  private apply(state: number, ids: Int32Array, keys: Int32Array, at: number, open: number): void {
    const { asked, index, rows, used, after, classOf, signatureLo, signatureHi, delta } =
      this.known;
    const { letters, effects, openEffects, openLetters, tally, head } = this;
    const { hits } = this.counts;
    const weight = tally.begin(ids);
    let moves = 0;
    for (let i = 0; i < asked.length; i++) {
      const row = index[asked[i]][ids[asked[i]]];
      used[row] += weight;
      tally.addRow(rows, row);
      const last = row + head + 2 * rows[row + ROW_MOVES];
      for (let r = row + head; r < last; r += 2) {
        letters[moves] = rows[r];
        effects[moves++] = rows[r + 1];
      }
    }
    for (let i = 0; i < open; i++) {
      const effect = openEffects[i];
      hits[classOf[effect]] += weight;
      tally.addEdge(effect, signatureLo, signatureHi);
      if (after[effect] !== MOVES) continue;
      letters[moves] = openLetters[i];
      effects[moves++] = effect;
    }
    tally.end(ids, this.known.hashLo, this.known.hashHi);
    this.successors.take(state, keys, at, moves, letters, effects, delta);
  }

  /** The effect at the end of a tree, -1 for a letter that is not enabled, less for unknown. */
  private follow(node: number, ids: Int32Array): number {
    const { nodeComponent, nodeBase, nodeCapacity, children } = this.known;
    let at = node;
    while (at > 0) {
      const id = ids[nodeComponent[at]];
      at = id < nodeCapacity[at] ? children[nodeBase[at] + id] : 0;
    }
    return -2 - at;
  }
}
