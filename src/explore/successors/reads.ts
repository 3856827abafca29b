// SPDX-License-Identifier: GPL-2.0-only
/**
 * Records which words are read while something runs on two machines, by lending them arrays that
 * watch. `set()` compares with what is there, so a word that is written counts as read.
 */

import type { Machine } from '../../hyp/machine.js';
import { HypState } from '../../hyp/state.js';

export class ReadRecorder {
  /** By side and word: the recording in which it was last read. */
  private readonly seen: [Uint32Array, Uint32Array] = [new Uint32Array(0), new Uint32Array(0)];
  private recording = 0;

  /** `joint`: words of the second machine are words of their own, of side 1. */
  constructor(
    private readonly first: Machine,
    private readonly second: Machine,
    private readonly joint: boolean,
  ) {}

  /** Runs something, again if an array was outgrown. Its result, and the words it read with their sides. */
  record<T>(run: () => T): [result: T, reads: number[]] {
    for (;;) {
      this.recording++;
      const reads: number[] = [];
      const lent = [
        new Loan(this.first.state, this.noter(0, reads)),
        new Loan(this.second.state, this.noter(this.joint ? 1 : 0, reads)),
      ] as const;
      let result: T;
      try {
        result = run();
      } finally {
        lent[0].giveBack();
        lent[1].giveBack();
      }
      if (!lent[0].outgrown && !lent[1].outgrown) return [result, reads];
    }
  }

  private noter(side: 0 | 1, reads: number[]): (word: number) => void {
    const { recording, first, second } = this;
    const length = Math.max(first.state.words.length, second.state.words.length);
    if (this.seen[side].length < length) this.seen[side] = new Uint32Array(length);
    const seen = this.seen[side];
    return (word) => {
      if (seen[word] === recording) return;
      seen[word] = recording;
      reads.push(word, side);
    };
  }
}

class Loan {
  outgrown = false;
  private readonly watching: Int32Array;
  private readonly words: Int32Array;

  constructor(
    private readonly state: HypState,
    note: (word: number) => void,
  ) {
    const { words } = state;
    this.words = words;
    this.watching = new Proxy(words, {
      get(target, key): unknown {
        const word = Number(key);
        if (Number.isNaN(word)) return Reflect.get(target, key, target);
        note(word);
        return target[word];
      },
      set(target, key, value: number): boolean {
        target[Number(key)] = value;
        return true;
      },
    });
    state.words = this.watching;
    state.set = (index, value) => {
      note(index);
      if (words[index] !== value) this.write(index, value);
    };
  }

  /** The machine has its own array again, unless it grew one meanwhile and ran on unwatched. */
  giveBack(): void {
    this.state.set = HypState.prototype.set;
    if (this.state.words === this.watching) this.state.words = this.words;
    else this.outgrown = true;
  }

  /** Writes unwatched: zeroing a page, which mostly writes what is there, would take longest of all. */
  private write(index: number, value: number): void {
    const { state } = this;
    const isLent = state.words === this.watching;
    if (isLent) state.words = this.words;
    HypState.prototype.set.call(state, index, value);
    if (isLent) state.words = this.watching;
  }
}
