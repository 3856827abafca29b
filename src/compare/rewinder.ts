// SPDX-License-Identifier: GPL-2.0-only
/**
 * Takes a lockstep back to a snapshot by putting back only the words that were changed since: a run
 * changes a few hundred of the hundred thousand a machine may have.
 */

import type { Lockstep } from './lockstep.js';

const FIRST_LOG = 4096;

export class Rewinder {
  private readonly snapshot: Int32Array;
  private log = new Int32Array(FIRST_LOG);
  private length = 0;

  /** Remembers the state both sides have now. */
  constructor(private readonly lockstep: Lockstep) {
    this.snapshot = lockstep.snapshot();
  }

  /**
   * Notes what the last operation changed; to be called before each commit. While the two sides are
   * equal, what one of them changed is what differs from the snapshot on both.
   */
  note(isEqual: boolean): void {
    const { first, second } = this.lockstep;
    this.add(first.state.journalIndex, first.state.journalLength);
    if (!isEqual) this.add(second.state.journalIndex, second.state.journalLength);
  }

  /** Back to the snapshot, both sides alive and equal. */
  rewind(): void {
    const { snapshot, log, length } = this;
    for (const { state } of [this.lockstep.first, this.lockstep.second]) {
      state.ensure();
      const { words } = state;
      for (let i = 0; i < length; i++) {
        const word = log[i];
        words[word] = word < snapshot.length ? snapshot[word] : 0;
      }
    }
    this.length = 0;
    this.lockstep.rewound();
  }

  private add(index: Int32Array, length: number): void {
    const need = this.length + length;
    if (need > this.log.length) {
      const grown = new Int32Array(Math.max(need, this.log.length * 2));
      grown.set(this.log);
      this.log = grown;
    }
    for (let i = 0; i < length; i++) this.log[this.length + i] = index[i];
    this.length = need;
  }
}
