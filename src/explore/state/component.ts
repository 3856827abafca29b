// SPDX-License-Identifier: GPL-2.0-only
/**
 * A component: some of the words of a machine that change in a world, and every combination of
 * values they were met with. Each combination is kept once and named by a small number, its id; id 0
 * is what the world's first state has. A state is one id for each component, and nothing is lost.
 */

import { wordHash } from './digest.js';

/** Most kinds of words a component tells apart. */
export const FACETS = 3;
const FIRST_STRIDE = 8;
const FIRST_IDS = 16;

export class Component {
  /** Words of the component, in the order they were met. */
  words = new Int32Array(FIRST_STRIDE);
  /** 1 for a word of the second machine; all 0 unless the two may drift apart. */
  sides = new Uint8Array(FIRST_STRIDE);
  nrWords = 0;
  /** Combinations met. */
  size = 1;
  /** 64-bit content hash of each id, in halves: what differs from id 0, by canonical names. */
  hashLo = new Int32Array(FIRST_IDS);
  hashHi = new Int32Array(FIRST_IDS);

  /** By facet: of each id, what it has in the words of that facet, as a small number. */
  readonly facetOf: Int32Array[] = Array.from({ length: FACETS }, () => new Int32Array(FIRST_IDS));
  private readonly facetIds: Map<string, number>[] = [];
  private facets = new Uint8Array(FIRST_STRIDE);
  private stride = FIRST_STRIDE;
  private values = new Int32Array(FIRST_STRIDE * FIRST_IDS);
  /** Values that are being changed. */
  private draft = new Int32Array(FIRST_STRIDE);
  private nameLo = new Int32Array(FIRST_STRIDE);
  private nameHi = new Int32Array(FIRST_STRIDE);
  private table = new Int32Array(2 * FIRST_IDS).fill(-1);

  constructor(readonly name: string) {
    this.table[0] = 0;
  }

  /** Adds a word that has had `value` in every state so far. `name`: hashes that tell it from all others. Its place. */
  addWord(
    word: number,
    side: number,
    facet: number,
    value: number,
    [nameLo, nameHi]: readonly [number, number],
  ): number {
    if (this.nrWords === this.stride) this.widen();
    const n = this.nrWords++;
    this.words[n] = word;
    this.sides[n] = side;
    this.facets[n] = facet;
    this.nameLo[n] = nameLo;
    this.nameHi[n] = nameHi;
    for (let id = 0; id < this.size; id++) this.values[id * this.stride + n] = value;
    return n;
  }

  /** Takes the values of an id, for some of them to be changed. */
  edit(id: number): void {
    const { draft, values, stride, nrWords } = this;
    const base = id * stride;
    for (let n = 0; n < nrWords; n++) draft[n] = values[base + n];
  }

  /** Changes the value of the n-th word after `edit()`. */
  change(n: number, value: number): void {
    this.draft[n] = value;
  }

  /** The id of the changed values. A new one if they were never met together. */
  intern(): number {
    const { draft, values, nrWords, nameLo, nameHi } = this;
    let lo = 0;
    let hi = 0;
    for (let n = 0; n < nrWords; n++) {
      const value = draft[n];
      if (value === values[n]) continue;
      lo ^= wordHash(nameLo[n], value);
      hi ^= wordHash(nameHi[n], value);
    }
    const mask = this.table.length - 1;
    let at = lo & mask;
    for (;;) {
      const id = this.table[at];
      if (id < 0) break;
      if (this.hashLo[id] === lo && this.hashHi[id] === hi && this.isDraft(id)) return id;
      at = (at + 1) & mask;
    }
    return this.add(lo, hi);
  }

  /**
   * Makes two machines, of which this component has the values of `from`, have those of `to`. `written`:
   * takes the words of each machine that change.
   */
  write(
    from: number,
    to: number,
    first: Int32Array,
    second: Int32Array,
    joint: boolean,
    written?: readonly [number[], number[]],
  ): void {
    const { words, sides, values, nrWords, stride } = this;
    for (let n = 0; n < nrWords; n++) {
      const value = values[to * stride + n];
      if (value === values[from * stride + n]) continue;
      if (!joint || sides[n] === 0) written?.[0].push(words[n]);
      if (!joint || sides[n] !== 0) written?.[1].push(words[n]);
      if (!joint) {
        first[words[n]] = value;
        second[words[n]] = value;
      } else if (sides[n] === 0) first[words[n]] = value;
      else second[words[n]] = value;
    }
  }

  /** All values of an id, in the order of the words. */
  valuesOf(id: number): number[] {
    return Array.from(this.values.subarray(id * this.stride, id * this.stride + this.nrWords));
  }

  /** What the n-th word has in an id. */
  value(id: number, n: number): number {
    return this.values[id * this.stride + n];
  }

  /** The id of these values, in the order of the words. A new one if they were never met together. */
  internValues(values: readonly number[]): number {
    this.draft.set(values);
    return this.intern();
  }

  private isDraft(id: number): boolean {
    const { draft, values, nrWords } = this;
    const base = id * this.stride;
    for (let n = 0; n < nrWords; n++) if (values[base + n] !== draft[n]) return false;
    return true;
  }

  private add(lo: number, hi: number): number {
    const id = this.size++;
    if (this.size > this.hashLo.length) this.growIds();
    const base = id * this.stride;
    for (let n = 0; n < this.nrWords; n++) this.values[base + n] = this.draft[n];
    this.hashLo[id] = lo;
    this.hashHi[id] = hi;
    this.place(id);
    for (let facet = 0; facet < FACETS; facet++) this.addToFacet(facet, id);
    return id;
  }

  /** Words that are added later are alike in all ids there are, so facets stay what they are. */
  private addToFacet(facet: number, id: number): void {
    let text = '';
    for (let n = 0; n < this.nrWords; n++) {
      const value = this.values[id * this.stride + n];
      if (this.facets[n] === facet && value !== this.values[n]) text += `${n}:${value} `;
    }
    this.facetIds[facet] ??= new Map([['', 0]]);
    const known = this.facetIds[facet];
    const value = known.get(text) ?? known.size;
    known.set(text, value);
    this.facetOf[facet][id] = value;
  }

  private place(id: number): void {
    const mask = this.table.length - 1;
    let at = this.hashLo[id] & mask;
    while (this.table[at] >= 0) at = (at + 1) & mask;
    this.table[at] = id;
  }

  private growIds(): void {
    const ids = this.hashLo.length * 2;
    this.hashLo = grown(this.hashLo, ids);
    this.hashHi = grown(this.hashHi, ids);
    this.values = grown(this.values, ids * this.stride);
    for (let f = 0; f < FACETS; f++) this.facetOf[f] = grown(this.facetOf[f], ids);
    this.table = new Int32Array(2 * ids).fill(-1);
    for (let id = 0; id < this.size - 1; id++) this.place(id);
  }

  private widen(): void {
    const old = this.stride;
    const stride = old * 2;
    const values = new Int32Array(stride * this.hashLo.length);
    for (let id = 0; id < this.size; id++) {
      values.set(this.values.subarray(id * old, id * old + this.nrWords), id * stride);
    }
    this.values = values;
    this.stride = stride;
    this.draft = new Int32Array(stride);
    this.words = grown(this.words, stride);
    this.nameLo = grown(this.nameLo, stride);
    this.nameHi = grown(this.nameHi, stride);
    this.sides = grownBytes(this.sides, stride);
    this.facets = grownBytes(this.facets, stride);
  }
}

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(length);
  result.set(array);
  return result;
}

function grownBytes(array: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(length);
  result.set(array);
  return result;
}
