// SPDX-License-Identifier: GPL-2.0-only
/**
 * Of the states that are renamings of each other, the one that is kept: the smallest, by the ids of
 * the components that a renaming moves. Ids are never given anew, so the smallest one stays the smallest.
 */

import type { KeyLayout } from '../state/key.js';

/** What renamings do to ids, as plain data that threads can be told. */
export interface SymmetryTables {
  /** Renamings, the identity (0) among them. */
  readonly order: number;
  /** Components that some renaming changes. A place is an index in here. */
  readonly moved: Int32Array;
  /** By renaming and place: the place whose component comes here. */
  readonly from: Int32Array;
  /** By renaming and place: the id here, by the id at the place it comes from. */
  readonly maps: Int32Array[];
}

/** Renames keys. */
export class Representatives {
  private readonly ids: Int32Array;
  private readonly word: Int32Array;
  private readonly shift: Int32Array;
  private readonly mask: Int32Array;

  constructor(
    private readonly tables: SymmetryTables,
    layout: KeyLayout,
  ) {
    const { moved } = tables;
    this.ids = new Int32Array(moved.length);
    this.word = moved.map((component) => layout.word[component]);
    this.shift = moved.map((component) => layout.shift[component]);
    this.mask = moved.map((component) => layout.mask[component]);
  }

  /** Makes the key at `at` the one that is kept. The renaming that did it. */
  toRepresentative(keys: Int32Array, at: number): number {
    this.unpack(keys, at);
    const { order } = this.tables;
    let best = 0;
    for (let g = 1; g < order; g++) if (this.isBefore(g, best)) best = g;
    if (best !== 0) this.pack(best, keys, at);
    return best;
  }

  /** How many states are renamings of the one with the key at `at`, itself counted. */
  orbit(keys: Int32Array, at: number): number {
    this.unpack(keys, at);
    const { order } = this.tables;
    let same = 1;
    for (let g = 1; g < order; g++) if (this.isOwn(g)) same++;
    return order / same;
  }

  private isBefore(g: number, other: number): boolean {
    const { tables, ids } = this;
    const { from, maps } = tables;
    const places = ids.length;
    const atG = g * places;
    const atOther = other * places;
    for (let p = 0; p < places; p++) {
      const own = maps[atG + p][ids[from[atG + p]]];
      const others = maps[atOther + p][ids[from[atOther + p]]];
      if (own !== others) return own < others;
    }
    return false;
  }

  private isOwn(g: number): boolean {
    const { tables, ids } = this;
    const { from, maps } = tables;
    const base = g * ids.length;
    for (let p = 0; p < ids.length; p++) {
      if (maps[base + p][ids[from[base + p]]] !== ids[p]) return false;
    }
    return true;
  }

  private unpack(keys: Int32Array, at: number): void {
    const { ids, word, shift, mask } = this;
    for (let p = 0; p < ids.length; p++) ids[p] = (keys[at + word[p]] >>> shift[p]) & mask[p];
  }

  private pack(g: number, keys: Int32Array, at: number): void {
    const { tables, ids, word, shift, mask } = this;
    const { from, maps } = tables;
    const base = g * ids.length;
    for (let p = 0; p < ids.length; p++) {
      const id = maps[base + p][ids[from[base + p]]];
      const others = keys[at + word[p]] & ~(mask[p] << shift[p]);
      keys[at + word[p]] = others | (id << shift[p]);
    }
  }
}
