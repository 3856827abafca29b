// SPDX-License-Identifier: GPL-2.0-only
/** Both machines of a plain search, and states as the words in which they differ from the first state. */

import { columnsOf, decodeDifferences } from '../../compare/decode.js';
import { type Lockstep, STEP_EQUAL, STEP_UNDEFINED } from '../../compare/lockstep.js';
import type { Implementation } from '../../hyp/transitions.js';
import { type Halves, wordHash } from '../state/digest.js';
import { hashesOfName, nameOfWord } from '../state/words.js';
import type { CameTo } from '../successors/classes.js';
import { bootWorld } from '../world/boot.js';
import type { World } from '../world/world.js';

export interface PlainState {
  /** Words that differ from the first state, with their values. */
  readonly words: ReadonlyMap<number, number>;
  /** The same words as text, equal for equal states. */
  readonly key: string;
  /** The hash of the state, in halves. */
  readonly lo: number;
  readonly hi: number;
}

/** What an action came to, with the state after it, if there is one. */
export type PlainCame = CameTo & { readonly after: PlainState | undefined };

export class PlainMachines {
  readonly firstState: PlainState;
  private readonly lockstep: Lockstep;
  /** What each word that ever changed holds in the first state. */
  private readonly first = new Map<number, number>();
  /** Hashes of the names of words. */
  private readonly nameHashes = new Map<number, Halves>();
  /** The state that the machines are in. */
  private at: PlainState;

  constructor(
    private readonly world: World,
    pair: readonly [Implementation, Implementation],
  ) {
    this.lockstep = bootWorld(world, pair, 'exact');
    this.firstState = this.stateOf(new Map());
    this.at = this.firstState;
  }

  goTo(state: PlainState): void {
    for (const word of this.at.words.keys()) this.write(word, this.first.get(word) ?? 0);
    for (const [word, value] of state.words) this.write(word, value);
    this.at = state;
  }

  /** A page with as many references as the world allows is not pinned. */
  isEnabled(action: number): boolean {
    const { vmemmap, layout } = this.lockstep.first;
    const { actions, options } = this.world;
    return actions[action].pins
      .map((pfn) => layout.pageIndex(pfn))
      .every((page) => page < 0 || vmemmap.refcount(page) < options.maxPins);
  }

  /** Runs an action on both machines, and undoes it. */
  run(action: number): PlainCame {
    const { lockstep } = this;
    const step = lockstep.step(this.world.actions[action].op);
    const { first, second, firstOutcome, secondOutcome, drift } = lockstep;
    const goesOn = first.panic === 0 && second.panic === 0 && drift.size === 0;
    const columns =
      step === STEP_EQUAL || step === STEP_UNDEFINED || drift.size === 0
        ? []
        : columnsOf(decodeDifferences(first, second, drift.sorted()));
    const after = goesOn ? this.stateNow() : undefined;
    lockstep.undo();
    return { step, firstOutcome, secondOutcome, goesOn, columns, after };
  }

  /** The state after the last action: what the journal names is all that changed. */
  private stateNow(): PlainState {
    const { words, journalIndex, journalOld, journalLength } = this.lockstep.first.state;
    const now = new Map(this.at.words);
    for (let i = 0; i < journalLength; i++) {
      const word = journalIndex[i];
      if (!this.first.has(word)) this.first.set(word, journalOld[i]);
      if (words[word] === this.first.get(word)) now.delete(word);
      else now.set(word, words[word]);
    }
    return this.stateOf(now);
  }

  private stateOf(words: ReadonlyMap<number, number>): PlainState {
    let lo = 0;
    let hi = 0;
    for (const [word, value] of words) {
      const name = this.hashesOf(word);
      lo ^= wordHash(name[0], value);
      hi ^= wordHash(name[1], value);
    }
    const key = [...words]
      .sort(([a], [b]) => a - b)
      .map(([word, value]) => `${word}=${value}`)
      .join();
    return { words, key, lo, hi };
  }

  private hashesOf(word: number): Halves {
    const known = this.nameHashes.get(word);
    const hashes = known ?? hashesOfName(nameOfWord(this.lockstep.layout, word), 0);
    if (!known) this.nameHashes.set(word, hashes);
    return hashes;
  }

  private write(word: number, value: number): void {
    this.lockstep.first.state.words[word] = value;
    this.lockstep.second.state.words[word] = value;
  }
}
