// SPDX-License-Identifier: GPL-2.0-only
/**
 * The states that were met: keys in the order they came, how each was first reached, and a hash table
 * that holds the keys themselves, so that looking one up touches one place in memory. Keys are
 * compared in full: no state is ever taken for another.
 */

import type { KeyLayout } from '../state/key.js';

import { Representatives, type SymmetryTables } from '../symmetry/representative.js';

/** States in the order they were met: packed keys, and how each was reached. */
export interface StateArrays {
  readonly keys: Int32Array;
  readonly parents: Int32Array;
  readonly actions: Uint16Array;
}

const FIRST_CAPACITY = 1024;
/** The table grows when more of it than this is used. */
const FULLEST = 0.66;

export class VisitedStates {
  size = 0;
  /** States met: those kept and their renamings. */
  met = 0;
  keys: Int32Array;
  /** Number of the state each was reached from, -1 for the first. */
  parents: Int32Array;
  /** The action that led here. */
  actions: Uint16Array;
  /** Keys by hash; a place whose first word is 0 is free, as no key's is. */
  private table: Int32Array;
  private slots: number;
  private key: Int32Array;
  private representatives: Representatives | undefined;

  /** `symmetry`: renamings, of which one state stands for all. */
  constructor(
    public layout: KeyLayout,
    private readonly symmetry?: SymmetryTables,
    capacity = FIRST_CAPACITY,
  ) {
    this.key = new Int32Array(layout.words);
    this.representatives = symmetry && new Representatives(symmetry, layout);
    this.keys = new Int32Array(capacity * layout.words);
    this.parents = new Int32Array(capacity);
    this.actions = new Uint16Array(capacity);
    this.slots = slotsFor(capacity);
    this.table = new Int32Array(this.slots * layout.words);
  }

  /** Bytes of all arrays. */
  get bytes(): number {
    const { keys, parents, actions, table } = this;
    return keys.byteLength + parents.byteLength + actions.byteLength + table.byteLength;
  }

  /** Adds the key at `at` of `from`, which is the one that is kept, unless it is there. Was it new? */
  insert(from: Int32Array, at: number, parent: number, action: number): boolean {
    const { words } = this.layout;
    const { table } = this;
    const mask = this.slots - 1;
    const k0 = from[at];
    const k1 = words > 1 ? from[at + 1] : 0;
    let slot = hashKey(from, at, words) & mask;
    for (;;) {
      const base = slot * words;
      const entry = table[base];
      if (entry === 0) break;
      if (entry === k0 && (words === 1 || table[base + 1] === k1)) {
        if (words <= 2 || sameTail(table, base, from, at, words)) return false;
      }
      slot = (slot + 1) & mask;
    }
    const n = this.size++;
    for (let w = 0; w < words; w++) table[slot * words + w] = from[at + w];
    if (n === this.parents.length) this.growStates();
    for (let w = 0; w < words; w++) this.keys[n * words + w] = from[at + w];
    this.parents[n] = parent;
    this.actions[n] = action;
    this.met += this.representatives?.orbit(from, at) ?? 1;
    if (this.size > this.slots * FULLEST) this.rehash(this.slots * 2);
    return true;
  }

  /** As `insert`, for all successors of a state at once. */
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
    const { representatives, key } = this;
    if (words === 2 && !representatives) {
      return this.takePairs(state, keys, at, count, actions, effects, delta);
    }
    for (let i = 0; i < count; i++) {
      for (let w = 0; w < words; w++) key[w] = keys[at + w] ^ delta[effects[i] * words + w];
      representatives?.toRepresentative(key, 0);
      this.insert(key, 0, state, actions[i]);
    }
  }

  /** Keys of two words, the usual ones: looked up without going through memory for the key. */
  private takePairs(
    state: number,
    keys: Int32Array,
    at: number,
    count: number,
    actions: Int32Array,
    effects: Int32Array,
    delta: Int32Array,
  ): void {
    const { table, key } = this;
    const mask = this.slots - 1;
    const own0 = keys[at];
    const own1 = keys[at + 1];
    for (let i = 0; i < count; i++) {
      const k0 = own0 ^ delta[2 * effects[i]];
      const k1 = own1 ^ delta[2 * effects[i] + 1];
      let slot = hashPair(k0, k1) & mask;
      let entry = table[2 * slot];
      while (entry !== 0 && (entry !== k0 || table[2 * slot + 1] !== k1)) {
        slot = (slot + 1) & mask;
        entry = table[2 * slot];
      }
      if (entry !== 0) continue;
      key[0] = k0;
      key[1] = k1;
      this.insert(key, 0, state, actions[i]);
      if (this.table === table) continue;
      // The table has grown: the rest goes on in the new one.
      const left = count - i - 1;
      const rest = actions.slice(i + 1, i + 1 + left);
      return this.takePairs(state, keys, at, left, rest, effects.slice(i + 1, count), delta);
    }
  }

  /** Holds these states and no others; they are all different. */
  fill({ keys, parents, actions }: StateArrays, size: number): void {
    const { words } = this.layout;
    const capacity = Math.max(FIRST_CAPACITY, size);
    this.size = size;
    this.keys = new Int32Array(capacity * words);
    this.keys.set(keys.subarray(0, size * words));
    this.parents = new Int32Array(capacity);
    this.parents.set(parents.subarray(0, size));
    this.actions = new Uint16Array(capacity);
    this.actions.set(actions.subarray(0, size));
    this.met = this.representatives ? this.countMet(this.representatives) : size;
    this.rehash(slotsFor(capacity));
  }

  /** Holds no states any more. */
  clear(): void {
    const none = {
      keys: new Int32Array(0),
      parents: new Int32Array(0),
      actions: new Uint16Array(0),
    };
    this.fill(none, 0);
  }

  /** Packs all keys anew. */
  repack(layout: KeyLayout): void {
    const old = this.layout;
    const oldKeys = this.keys;
    const ids = new Int32Array(layout.word.length);
    this.layout = layout;
    this.key = new Int32Array(layout.words);
    this.representatives = this.symmetry && new Representatives(this.symmetry, layout);
    this.keys = new Int32Array(this.parents.length * layout.words);
    for (let n = 0; n < this.size; n++) {
      old.unpack(oldKeys, n * old.words, ids);
      layout.pack(ids, this.keys, n * layout.words);
    }
    this.rehash(this.slots);
  }

  private countMet(representatives: Representatives): number {
    const { words } = this.layout;
    let met = 0;
    for (let n = 0; n < this.size; n++) met += representatives.orbit(this.keys, n * words);
    return met;
  }

  /** Fills a table of so many places from the keys. */
  private rehash(slots: number): void {
    const { words } = this.layout;
    const { keys } = this;
    const table = new Int32Array(slots * words);
    const mask = slots - 1;
    for (let n = 0; n < this.size; n++) {
      let slot = hashKey(keys, n * words, words) & mask;
      while (table[slot * words] !== 0) slot = (slot + 1) & mask;
      for (let w = 0; w < words; w++) table[slot * words + w] = keys[n * words + w];
    }
    this.table = table;
    this.slots = slots;
  }

  private growStates(): void {
    const capacity = this.parents.length * 2;
    const keys = new Int32Array(capacity * this.layout.words);
    keys.set(this.keys);
    this.keys = keys;
    const parents = new Int32Array(capacity);
    parents.set(this.parents);
    this.parents = parents;
    const actions = new Uint16Array(capacity);
    actions.set(this.actions);
    this.actions = actions;
  }
}

function slotsFor(capacity: number): number {
  let slots = 1024;
  while (slots * FULLEST < capacity) slots *= 2;
  return slots;
}

/** Hash of a key of so many words. */
export function hashKey(keys: Int32Array, at: number, words: number): number {
  let h = hashPair(keys[at], words > 1 ? keys[at + 1] : 0);
  for (let w = 2; w < words; w++) h = hashPair(h, keys[at + w]);
  return h;
}

function hashPair(k0: number, k1: number): number {
  let h = Math.imul(k0, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15) ^ k1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0xc2b2ae35);
  return h ^ (h >>> 13);
}

function sameTail(a: Int32Array, at: number, b: Int32Array, bt: number, words: number): boolean {
  for (let w = 2; w < words; w++) if (a[at + w] !== b[bt + w]) return false;
  return true;
}
