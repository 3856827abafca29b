// SPDX-License-Identifier: GPL-2.0-only
/**
 * The states that were met: keys in the order they came, how each was first reached, and a hash table
 * of their numbers. Keys are compared in full, so no state is ever taken for another.
 */

import { Packing } from './packing.js';

const FIRST_CAPACITY = 1024;

/** Plain arrays, or arrays that worker threads share. */
export type MakeArray = (length: number) => Int32Array;

export const privateArray: MakeArray = (length) => new Int32Array(length);
export const sharedArray: MakeArray = (length) => new Int32Array(new SharedArrayBuffer(4 * length));

export class Store {
  size = 0;
  keys: Int32Array;
  /** Number of the state each was reached from, -1 for the first. */
  parents: Int32Array;
  /** The letter that led here. */
  letters: Int32Array;
  table: Int32Array;

  constructor(
    public packing: Packing,
    private readonly make: MakeArray = privateArray,
  ) {
    this.keys = make(FIRST_CAPACITY * packing.words);
    this.parents = make(FIRST_CAPACITY);
    this.letters = make(FIRST_CAPACITY);
    this.table = make(2 * FIRST_CAPACITY);
  }

  /** Bytes of all arrays. */
  get bytes(): number {
    const { keys, parents, letters, table } = this;
    return keys.byteLength + parents.byteLength + letters.byteLength + table.byteLength;
  }

  /** Adds the key at `at` of `from` unless it is there. Was it new? */
  insert(from: Int32Array, at: number, parent: number, letter: number): boolean {
    const words = this.packing.words;
    const { table, keys } = this;
    const mask = table.length - 1;
    const k0 = from[at];
    const k1 = words > 1 ? from[at + 1] : 0;
    let slot = hashKey(from, at, words) & mask;
    for (;;) {
      const entry = table[slot];
      if (entry === 0) break;
      const base = (entry - 1) * words;
      if (keys[base] === k0 && (words === 1 || keys[base + 1] === k1)) {
        if (words <= 2 || sameWords(keys, base, from, at, 2, words)) return false;
      }
      slot = (slot + 1) & mask;
    }
    const n = this.size;
    if (n === this.parents.length) {
      this.grow();
      return this.insert(from, at, parent, letter);
    }
    for (let w = 0; w < words; w++) this.keys[n * words + w] = from[at + w];
    this.parents[n] = parent;
    this.letters[n] = letter;
    table[slot] = n + 1;
    this.size = n + 1;
    return true;
  }

  /** Number of the state with the key at `at` of `from`, or -1. */
  find(from: Int32Array, at: number): number {
    const words = this.packing.words;
    const mask = this.table.length - 1;
    let slot = hashKey(from, at, words) & mask;
    for (;;) {
      const entry = this.table[slot];
      if (entry === 0) return -1;
      if (sameWords(this.keys, (entry - 1) * words, from, at, 0, words)) return entry - 1;
      slot = (slot + 1) & mask;
    }
  }

  /** Packs all keys anew. */
  repack(packing: Packing): void {
    const old = this.packing;
    const oldKeys = this.keys;
    const ids = new Int32Array(packing.word.length);
    this.packing = packing;
    this.keys = this.make(this.parents.length * packing.words);
    for (let n = 0; n < this.size; n++) {
      old.unpack(oldKeys, n * old.words, ids);
      packing.pack(ids, this.keys, n * packing.words);
    }
    this.rehash(this.table.length);
  }

  /** Fills the table from the keys. */
  rehash(length: number): void {
    const words = this.packing.words;
    this.table = this.make(length);
    const mask = length - 1;
    for (let n = 0; n < this.size; n++) {
      let slot = hashKey(this.keys, n * words, words) & mask;
      while (this.table[slot] !== 0) slot = (slot + 1) & mask;
      this.table[slot] = n + 1;
    }
  }

  private grow(): void {
    const capacity = this.parents.length * 2;
    this.keys = this.copied(this.keys, capacity * this.packing.words);
    this.parents = this.copied(this.parents, capacity);
    this.letters = this.copied(this.letters, capacity);
    this.rehash(2 * capacity);
  }

  private copied(from: Int32Array, length: number): Int32Array {
    const to = this.make(length);
    to.set(from);
    return to;
  }
}

/** Hash of a key of so many words. */
export function hashKey(keys: Int32Array, at: number, words: number): number {
  let h = Math.imul(keys[at], 0x9e3779b1);
  for (let w = 1; w < words; w++) {
    h = Math.imul(h ^ (h >>> 15) ^ keys[at + w], 0x85ebca6b);
  }
  h = Math.imul(h ^ (h >>> 16), 0xc2b2ae35);
  return h ^ (h >>> 13);
}

/** Do two keys agree from a word on? */
function sameWords(
  a: Int32Array,
  at: number,
  b: Int32Array,
  bt: number,
  first: number,
  words: number,
): boolean {
  for (let w = first; w < words; w++) if (a[at + w] !== b[bt + w]) return false;
  return true;
}
