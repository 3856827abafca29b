// SPDX-License-Identifier: GPL-2.0-only
/** Adds an expanded state, and all its renamings, to the digest: its contents and the labels of its edges. */

import { addState } from '../state/digest.js';
import type { Sum64 } from '../state/hash.js';
import { SUMMARY_SUMS } from './summaries.js';
import { Orbit } from '../symmetry/orbit.js';
import type { SymmetryTables } from '../symmetry/representative.js';

export class DigestShare {
  private readonly orbit: Orbit;
  /** By renaming, two halves: the sum of the labels so far. */
  private readonly sums: Int32Array;
  private readonly order: number;

  constructor(
    private readonly digest: Sum64,
    tables: SymmetryTables | undefined,
  ) {
    this.orbit = new Orbit(tables);
    this.order = tables?.order ?? 1;
    this.sums = new Int32Array(2 * this.order);
  }

  /** Begins with a state. How many states it stands for, itself counted. */
  begin(ids: Int32Array): number {
    this.sums.fill(0);
    this.orbit.of(ids);
    return this.orbit.size;
  }

  /** Adds the edge of an effect. */
  addEdge(effect: number, signatureLo: Int32Array, signatureHi: Int32Array): void {
    const { sums, order } = this;
    const base = effect * order;
    for (let g = 0; g < order; g++) {
      sums[2 * g] += signatureLo[base + g];
      sums[2 * g + 1] += signatureHi[base + g];
    }
  }

  /** Adds all edges that a summary has decided. */
  addSummary(summaries: Int32Array, summary: number): void {
    const { sums } = this;
    for (let i = 0; i < sums.length; i++) sums[i] += summaries[summary + SUMMARY_SUMS + i];
  }

  /** Ends with the state. `hashLo`, `hashHi`: content hashes by component and id. */
  end(ids: Int32Array, hashLo: readonly Int32Array[], hashHi: readonly Int32Array[]): void {
    const { orbit, sums, order, digest } = this;
    let lo = 0;
    let hi = 0;
    for (let c = 0; c < hashLo.length; c++) {
      lo ^= hashLo[c][ids[c]];
      hi ^= hashHi[c][ids[c]];
    }
    for (let g = 0; g < order; g++) {
      if (orbit.isFirst[g] === 0) continue;
      const stateLo = g === 0 ? lo : lo ^ orbit.change(g, hashLo);
      const stateHi = g === 0 ? hi : hi ^ orbit.change(g, hashHi);
      addState(digest, stateLo, stateHi, sums[2 * g], sums[2 * g + 1]);
    }
  }
}
