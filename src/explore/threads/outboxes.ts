// SPDX-License-Identifier: GPL-2.0-only
/**
 * States on their way to the part of the search that keeps them: key, number of the state they were
 * reached from, action. Which part keeps a state follows from its key alone.
 */

import type { Successors } from '../successors/known_successors.js';
import type { KeyLayout } from '../state/key.js';
import { hashKey, type VisitedStates } from '../visited/by_state.js';
import { Representatives, type SymmetryTables } from '../symmetry/representative.js';

/** Words of a record besides the key. */
const EXTRA = 2;
/** Keys remembered as sent: most successors were met before, and need not go twice. */
const REMEMBERED = 1 << 17;

/** The part that keeps a key as long as keys are packed as they are, by bits of its hash that the tables do not use. */
export function partOf(keys: Int32Array, at: number, words: number, parts: number): number {
  return partOfHash(hashKey(keys, at, words), parts);
}

function partOfHash(hash: number, parts: number): number {
  return ((Math.imul(hash, 0x9e3779b1) >>> 16) * parts) >>> 16;
}

export class Outboxes implements Successors {
  private readonly boxes: Int32Array[];
  private readonly lengths: Int32Array;
  private readonly key: Int32Array;
  private readonly sent: Int32Array;
  private readonly representatives: Representatives | undefined;

  /** `own`: the part whose states go straight to `visited`; -1 for none. */
  constructor(
    private readonly layout: KeyLayout,
    private readonly parts: number,
    private readonly own: number,
    private readonly visited: VisitedStates | undefined,
    symmetry: SymmetryTables | undefined,
  ) {
    this.representatives = symmetry && new Representatives(symmetry, layout);
    this.boxes = Array.from({ length: parts }, () => new Int32Array(1024));
    this.lengths = new Int32Array(parts);
    this.key = new Int32Array(layout.words);
    this.sent = new Int32Array(REMEMBERED * layout.words);
  }

  take(
    state: number,
    keys: Int32Array,
    at: number,
    count: number,
    actions: Int32Array,
    effects: Int32Array,
    delta: Int32Array,
  ): void {
    const { words } = this.layout;
    const { key, parts, own, visited, representatives } = this;
    for (let i = 0; i < count; i++) {
      for (let w = 0; w < words; w++) key[w] = keys[at + w] ^ delta[effects[i] * words + w];
      representatives?.toRepresentative(key, 0);
      const hash = hashKey(key, 0, words);
      const part = partOfHash(hash, parts);
      if (part === own) visited?.insert(key, 0, state, actions[i]);
      else if (!this.wasSent(hash)) this.put(part, state, actions[i]);
    }
  }

  /** Was the key sent not long ago? From now on it was. */
  private wasSent(hash: number): boolean {
    const { key, sent } = this;
    const { words } = this.layout;
    const at = (hash & (REMEMBERED - 1)) * words;
    let isSame = true;
    for (let w = 0; w < words; w++) {
      if (sent[at + w] === key[w]) continue;
      isSame = false;
      sent[at + w] = key[w];
    }
    return isSame;
  }

  /** What goes to each part; the boxes are empty afterwards. */
  empty(): Int32Array<ArrayBuffer>[] {
    const full = this.boxes.map((box, part) => box.slice(0, this.lengths[part]));
    this.lengths.fill(0);
    return full;
  }

  private put(part: number, state: number, action: number): void {
    const { words } = this.layout;
    let box = this.boxes[part];
    const at = this.lengths[part];
    if (at + words + EXTRA > box.length) {
      const grown = new Int32Array(2 * box.length + words + EXTRA);
      grown.set(box);
      this.boxes[part] = grown;
      box = grown;
    }
    for (let w = 0; w < words; w++) box[at + w] = this.key[w];
    box[at + words] = state;
    box[at + words + 1] = action;
    this.lengths[part] = at + words + EXTRA;
  }
}

/** Stores what came for a part. */
export function absorb(records: Int32Array, visited: VisitedStates): void {
  const { words } = visited.layout;
  for (let at = 0; at < records.length; at += words + EXTRA) {
    visited.insert(records, at, records[at + words], records[at + words + 1]);
  }
}
