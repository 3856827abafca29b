// SPDX-License-Identifier: GPL-2.0-only
/** The states that are renamings of one state: how many they are, and how their hashes differ. */

import type { SymmetryTables } from './representative.js';

/** All renamings of one state, by its ids. */
export class Orbit {
  /** Different states among them. */
  size = 1;
  /** By renaming: is it the first of those that give the same state? */
  readonly isFirst: Uint8Array;
  private readonly images: Int32Array;
  private readonly places: number;

  constructor(private readonly tables: SymmetryTables | undefined) {
    this.places = tables?.moved.length ?? 0;
    this.isFirst = new Uint8Array(tables?.order ?? 1).fill(1);
    this.images = new Int32Array(this.isFirst.length * this.places);
  }

  /** Looks at a state. */
  of(ids: Int32Array): void {
    const { tables, images, isFirst, places } = this;
    if (!tables) return;
    const { order, moved, from, maps } = tables;
    for (let g = 0; g < order; g++) {
      for (let at = g * places; at < (g + 1) * places; at++) {
        images[at] = maps[at][ids[moved[from[at]]]];
      }
    }
    let same = 1;
    for (let g = 1; g < order; g++) if (this.isSame(g, 0)) same++;
    this.size = order / same;
    if (same > 1) this.markFirst(order);
    else isFirst.fill(1);
  }

  /** How the content hash of a renaming differs from that of the state: an exclusive-or. */
  change(g: number, hashes: readonly Int32Array[]): number {
    const { tables, images, places } = this;
    let change = 0;
    for (let p = 0; tables && p < places; p++) {
      const ofPlace = hashes[tables.moved[p]];
      change ^= ofPlace[images[p]] ^ ofPlace[images[g * places + p]];
    }
    return change;
  }

  private markFirst(order: number): void {
    for (let g = 0; g < order; g++) {
      this.isFirst[g] = 1;
      for (let other = 0; other < g && this.isFirst[g] === 1; other++) {
        if (this.isSame(g, other)) this.isFirst[g] = 0;
      }
    }
  }

  private isSame(g: number, other: number): boolean {
    const { images, places } = this;
    for (let p = 0; p < places; p++) {
      if (images[g * places + p] !== images[other * places + p]) return false;
    }
    return true;
  }
}
