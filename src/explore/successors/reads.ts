// SPDX-License-Identifier: GPL-2.0-only
/**
 * Records what is read while a action runs, by lending the machines an array that watches. A word that
 * is only read asks for its facet; one that is changed asks for its whole component, because the
 * words around it become part of the new id.
 */

import type { Machine } from '../../hyp/machine.js';
import { HypState } from '../../hyp/state.js';
import type { Components } from '../state/components.js';
import type { Machines, StepResult } from './machines.js';

export class ReadRecorder {
  /** Variables in the order of the first read of what they are about. */
  path: number[] = [];

  constructor(private readonly components: Components) {}

  /** Runs something, with what it reads of two machines recorded. */
  record(first: Machine, second: Machine, joint: boolean, run: () => void): void {
    for (;;) {
      const asked: number[] = [];
      const seen = new Uint8Array(this.components.variables);
      const ask = (variable: number) => {
        if (seen[variable] !== 0) return;
        seen[variable] = 1;
        asked.push(variable);
      };
      const lent = [
        new Loan(first.state, 0, this.components, ask),
        new Loan(second.state, joint ? 1 : 0, this.components, ask),
      ] as const;
      try {
        run();
      } finally {
        lent[0].giveBack();
        lent[1].giveBack();
      }
      this.path = this.joined(asked);
      if (!lent[0].outgrown && !lent[1].outgrown) return;
    }
  }

  /** Goes to a state and runs a action there. What it did; undefined if it is not enabled. */
  run(machines: Machines, action: number, ids: Int32Array): StepResult | undefined {
    const { lockstep, joint, world } = machines;
    machines.load(ids);
    let result: StepResult | undefined;
    this.record(lockstep.first, lockstep.second, joint, () => {
      result = undefined;
      if (!machines.isEnabled(world.actions[action])) return;
      machines.run(world.actions[action]);
      result = machines.result();
    });
    return result;
  }

  /** A path with whole components instead of their facets, where both were asked for. */
  joined(asked: readonly number[]): number[] {
    const { components } = this;
    const whole = new Set(asked);
    const path = new Set<number>();
    for (const variable of asked) {
      const component = components.subject(variable);
      path.add(whole.has(component) ? component : variable);
    }
    return [...path];
  }
}

class Loan {
  outgrown = false;
  private readonly watching: Int32Array;

  private readonly words: Int32Array;

  constructor(
    private readonly state: HypState,
    side: number,
    components: Components,
    ask: (variable: number) => void,
  ) {
    const { words } = state;
    this.words = words;
    const note = (word: number) => {
      const component = components.of(word, side);
      if (component >= 0) ask(components.variableOf(component, word));
    };
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
      if (words[index] === value) return;
      const component = components.of(index, side);
      if (component >= 0) ask(component);
      this.write(index, value);
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
