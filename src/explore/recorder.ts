// SPDX-License-Identifier: GPL-2.0-only
/**
 * Records which components are read while a letter runs, by lending the machines an array that
 * watches. Written words count as read: what is written becomes part of an id, and so do the words
 * around it.
 */

import type { Machine } from '../hyp/machine.js';
import type { HypState } from '../hyp/state.js';
import type { Components } from './components.js';

export class ReadRecorder {
  /** Components in the order of their first read. */
  path: number[] = [];

  constructor(private readonly components: Components) {}

  /** Runs something, with what it reads of two machines recorded. */
  record(first: Machine, second: Machine, joint: boolean, run: () => void): void {
    for (;;) {
      this.path = [];
      const seen = new Uint8Array(this.components.count);
      const lent = [
        this.lend(first.state, 0, seen),
        this.lend(second.state, joint ? 1 : 0, seen),
      ] as const;
      try {
        run();
      } finally {
        lent[0].giveBack();
        lent[1].giveBack();
      }
      if (!lent[0].outgrown && !lent[1].outgrown) return;
    }
  }

  private lend(state: HypState, side: number, seen: Uint8Array): Loan {
    const words = state.words;
    const note = (word: number) => {
      const component = this.components.of(word, side);
      if (component < 0 || seen[component] !== 0) return;
      seen[component] = 1;
      this.path.push(component);
    };
    return new Loan(state, words, note);
  }
}

class Loan {
  outgrown = false;
  private readonly watching: Int32Array;

  constructor(
    private readonly state: HypState,
    private readonly words: Int32Array,
    note: (word: number) => void,
  ) {
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
  }

  /** The machine has its own array again, unless it grew one meanwhile and ran on unwatched. */
  giveBack(): void {
    if (this.state.words === this.watching) this.state.words = this.words;
    else this.outgrown = true;
  }
}
