// SPDX-License-Identifier: GPL-2.0-only
/**
 * Expands a state of which everything is known already, on typed arrays alone. It reads what the
 * slow path has learned and never learns anything itself.
 */

import { MOVES } from './effects.js';
import type { Sum64 } from '../state/hash.js';
import { SUMMARY_MOVES, SUMMARY_OPEN, summaryHead } from './summaries.js';
import type { SymmetryTables } from '../symmetry/representative.js';
import { DigestShare } from './digest_share.js';

/** What was learned, as arrays. */
export interface Knowledge {
  /** Components an action asks for first, and their summaries by id. */
  readonly asked: readonly number[];
  readonly index: readonly Int32Array[];
  readonly summaries: Int32Array;
  readonly used: Float64Array;
  /** The trees. */
  readonly nodeVariable: Int32Array;
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

/** Most actions of an actions. */
export const MOST_ACTIONS = 1 << 16;

/** Takes the successors of a state, many at a time. */
export interface Successors {
  /**
   * The state's key is at `at` of `keys`; each of the `count` successors is that with the `words` of
   * `delta` at its effect exclusive-ored, reached by its action.
   */
  take(
    state: number,
    keys: Int32Array,
    at: number,
    count: number,
    actions: Int32Array,
    effects: Int32Array,
    delta: Int32Array,
  ): void;
}

/** What is counted: transitions by class, those that summaries count left out; and the digest. */
export interface Counts {
  readonly hits: Float64Array;
  readonly digest: Sum64;
}

export class KnownSuccessors {
  /** Actions that summaries leave open, and actions that move on, with their effects. */
  private openEffects = new Int32Array(MOST_ACTIONS);
  private openActions = new Int32Array(MOST_ACTIONS);
  private readonly actions = new Int32Array(MOST_ACTIONS);
  private readonly effects = new Int32Array(MOST_ACTIONS);
  private readonly share: DigestShare;
  private readonly head: number;

  constructor(
    private known: Knowledge,
    private readonly successors: Successors,
    private readonly counts: Counts,
  ) {
    this.share = new DigestShare(counts.digest, known.symmetry);
    this.head = summaryHead(known.symmetry?.order ?? 1);
  }

  /** Goes on with what is known by now; the renamings are still the same. */
  learn(known: Knowledge): void {
    this.known = known;
  }

  /** Expands the state with these ids and the key at `at`. False, and nothing done, if not all is known. */
  expand(state: number, ids: Int32Array, keys: Int32Array, at: number): boolean {
    const { asked, index, summaries } = this.known;
    const { openEffects, openActions, head } = this;
    const nrAsked = asked.length;
    if (nrAsked === 0) return false;
    let open = 0;
    for (let i = 0; i < nrAsked; i++) {
      const variable = asked[i];
      const summary = index[variable][ids[variable]];
      // No summary, or an id beyond those that have one.
      if (!(summary > 0)) return false;
      const first = summary + head + 2 * summaries[summary + SUMMARY_MOVES];
      const last = first + 2 * summaries[summary + SUMMARY_OPEN];
      for (let r = first; r < last; r += 2) {
        const effect = this.follow(summaries[r + 1], ids);
        if (effect < -1) return false;
        if (effect < 0) continue;
        openEffects[open] = effect;
        openActions[open++] = summaries[r];
      }
    }
    this.apply(state, ids, keys, at, open);
    return true;
  }

  private apply(state: number, ids: Int32Array, keys: Int32Array, at: number, open: number): void {
    const { asked, index, summaries, used, after, classOf, signatureLo, signatureHi, delta } =
      this.known;
    const { actions, effects, openEffects, openActions, share, head } = this;
    const { hits } = this.counts;
    const weight = share.begin(ids);
    let moves = 0;
    for (let i = 0; i < asked.length; i++) {
      const summary = index[asked[i]][ids[asked[i]]];
      used[summary] += weight;
      share.addSummary(summaries, summary);
      const last = summary + head + 2 * summaries[summary + SUMMARY_MOVES];
      for (let r = summary + head; r < last; r += 2) {
        actions[moves] = summaries[r];
        effects[moves++] = summaries[r + 1];
      }
    }
    for (let i = 0; i < open; i++) {
      const effect = openEffects[i];
      hits[classOf[effect]] += weight;
      share.addEdge(effect, signatureLo, signatureHi);
      if (after[effect] !== MOVES) continue;
      actions[moves] = openActions[i];
      effects[moves++] = effect;
    }
    share.end(ids, this.known.hashLo, this.known.hashHi);
    this.successors.take(state, keys, at, moves, actions, effects, delta);
  }

  /** The effect at the end of a tree, -1 for an action that is not enabled, less for unknown. */
  private follow(node: number, ids: Int32Array): number {
    const { nodeVariable, nodeBase, nodeCapacity, children } = this.known;
    let at = node;
    while (at > 0) {
      const id = ids[nodeVariable[at]];
      at = id < nodeCapacity[at] ? children[nodeBase[at] + id] : 0;
    }
    return -2 - at;
  }
}
