// SPDX-License-Identifier: GPL-2.0-only
/** A few names, found in bytes four at a time. */

const WORD = 4;
/** Behind the last byte there must be so many more, for a word to be read across the end. */
export const BYTES_BEHIND = 8;

/** A word of a name, and the words that may follow it. */
interface Branch {
  readonly word: number;
  /** The bits of the word that the name has: fewer than all in its last one. */
  readonly mask: number;
  readonly branches: Branch[];
  /** Of the last word: the name's index. */
  readonly name: number;
}

/** Names, each of which ends with a quote in the bytes. */
export class Names {
  /** The words of all branches: those that may follow one are side by side, and a zero mask ends them. */
  private readonly words: Int32Array;
  private readonly masks: Int32Array;
  /** Where the words that follow are; of a last word -1 less the name's index. */
  private readonly next: Int32Array;
  /** Bytes of each name with its quote. */
  readonly lengths: Int32Array;

  constructor(names: readonly string[]) {
    const root: Branch[] = [];
    names.forEach((name, index) => {
      add(root, new TextEncoder().encode(`${name}"`), index);
    });
    const flat: number[][] = [];
    flatten(root, flat);
    this.words = Int32Array.from(flat, ([word]) => word);
    this.masks = Int32Array.from(flat, ([, mask]) => mask);
    this.next = Int32Array.from(flat, ([, , next]) => next);
    this.lengths = Int32Array.from(names, (name) => name.length + 1);
  }

  /** The index of the name that stands at `start`; -1: none of them. */
  find(bytes: DataView, start: number): number {
    const { words, masks, next } = this;
    let place = 0;
    for (let at = start; ; at += WORD) {
      const word = bytes.getInt32(at, true);
      while ((word & masks[place]) !== words[place]) place++;
      if (masks[place] === 0) return -1;
      place = next[place];
      if (place < 0) return -1 - place;
    }
  }
}

function add(root: Branch[], bytes: Uint8Array, index: number): void {
  let branches = root;
  for (let at = 0; at < bytes.length; at += WORD) {
    const part = bytes.subarray(at, at + WORD);
    const word = part.reduceRight((bits, byte) => (bits << 8) | byte, 0);
    const mask = part.reduceRight((bits) => (bits << 8) | 0xff, 0);
    let branch = branches.find((other) => other.word === word && other.mask === mask);
    if (branch === undefined) {
      const isLast = at + WORD >= bytes.length;
      branch = { word, mask, branches: [], name: isLast ? index : -1 };
      branches.push(branch);
    }
    branches = branch.branches;
  }
}

/** Appends branches, then what follows each, as word, mask and next; where they begin. */
function flatten(branches: readonly Branch[], flat: number[][]): number {
  const begin = flat.length;
  for (const { word, mask } of branches) flat.push([word, mask, 0]);
  // A zero mask meets any word with its zero.
  flat.push([0, 0, 0]);
  branches.forEach((branch, i) => {
    flat[begin + i][2] = branch.name >= 0 ? -1 - branch.name : flatten(branch.branches, flat);
  });
  return begin;
}
