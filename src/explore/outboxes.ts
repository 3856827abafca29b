// SPDX-License-Identifier: GPL-2.0-only
/**
 * States on their way to the part of the search that keeps them: key, number of the state they were
 * reached from, letter. Which part keeps a state follows from its key alone.
 */

import type { Successors } from './fast_path.js';
import type { Packing } from './packing.js';
import { hashKey, type Store } from './store.js';
import { Canonizer, type SymmetryTables } from './symmetry/canonizer.js';

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
  private readonly canonizer: Canonizer | undefined;

  /** `own`: the part whose states go straight to `store`; -1 for none. */
  constructor(
    private readonly packing: Packing,
    private readonly parts: number,
    private readonly own: number,
    private readonly store: Store | undefined,
    symmetry: SymmetryTables | undefined,
  ) {
    this.canonizer = symmetry && new Canonizer(symmetry, packing);
    this.boxes = Array.from({ length: parts }, () => new Int32Array(1024));
    this.lengths = new Int32Array(parts);
    this.key = new Int32Array(packing.words);
    this.sent = new Int32Array(REMEMBERED * packing.words);
  }

  take(
    state: number,
    keys: Int32Array,
    at: number,
    count: number,
    letters: Int32Array,
    effects: Int32Array,
    delta: Int32Array,
  ): void {
    const { words } = this.packing;
    const { key, parts, own, store, canonizer } = this;
    for (let i = 0; i < count; i++) {
      for (let w = 0; w < words; w++) key[w] = keys[at + w] ^ delta[effects[i] * words + w];
      canonizer?.canonize(key, 0);
      const hash = hashKey(key, 0, words);
      const part = partOfHash(hash, parts);
      if (part === own) store?.insert(key, 0, state, letters[i]);
      else if (!this.wasSent(hash)) this.put(part, state, letters[i]);
    }
  }

  /** Was the key sent not long ago? From now on it was. */
  private wasSent(hash: number): boolean {
    const { key, sent } = this;
    const { words } = this.packing;
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

  private put(part: number, state: number, letter: number): void {
    const { words } = this.packing;
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
    box[at + words + 1] = letter;
    this.lengths[part] = at + words + EXTRA;
  }
}

/** Stores what came for a part. */
export function absorb(records: Int32Array, store: Store): void {
  const { words } = store.packing;
  for (let at = 0; at < records.length; at += words + EXTRA) {
    store.insert(records, at, records[at + words], records[at + words + 1]);
  }
}
