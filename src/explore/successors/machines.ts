// SPDX-License-Identifier: GPL-2.0-only
/**
 * The executor of this process: two machines that can be put into any state of a world. They run an
 * action from there, are compared as replay compares them, and undo it by their journals.
 */

import { columnsOf, decodeDifferences } from '../../compare/decode.js';
import {
  type CompareLevel,
  type Lockstep,
  STEP_EQUAL,
  STEP_UNDEFINED,
} from '../../compare/lockstep.js';
import type { Machine, Remote } from '../../hyp/machine.js';
import type { HypState } from '../../hyp/state.js';
import type { Implementation } from '../../hyp/transitions.js';
import { Components } from '../state/components.js';
import { bootWorld } from '../world/boot.js';
import type { World } from '../world/world.js';
import type { Asked, Executed, Executor } from './executor.js';
import { ReadRecorder } from './reads.js';

export class Machines implements Executor {
  readonly lockstep: Lockstep;
  readonly components: Components;
  /** Both machines' words belong to the state: below level exact they may differ. */
  readonly joint: boolean;
  /** With 1, no action is run whose answer follows from the one before. */
  readonly batch: number;
  private readonly recorder: ReadRecorder;
  /** The state that the machines are in. */
  private readonly at: Int32Array;
  /** Machines that run elsewhere, and of each the words written since it was told last. */
  private readonly remotes: readonly (readonly [remote: Remote, written: number[]])[];
  private readonly written: [number[], number[]] | undefined;

  /** @throws BootError, SetupError, SetupDivergence: see `bootWorld()` */
  constructor(
    readonly world: World,
    pair: readonly [Implementation, Implementation],
    level: CompareLevel,
  ) {
    this.lockstep = bootWorld(world, pair, level);
    this.joint = level !== 'exact';
    this.components = new Components(world, this.lockstep.first);
    this.recorder = new ReadRecorder(this.lockstep.first, this.lockstep.second, this.joint);
    this.at = new Int32Array(this.components.count);
    const written: [number[], number[]] = [[], []];
    const { first, second } = this.lockstep;
    this.remotes = [first, second].flatMap(({ remote }, side) =>
      remote ? [[remote, written[side]] as const] : [],
    );
    this.written = this.remotes.length > 0 ? written : undefined;
    this.batch = this.remotes.length > 0 ? REMOTE_BATCH : 1;
  }

  get reference(): Machine {
    return this.lockstep.first;
  }

  /** Goes to a state, from wherever the machines are. */
  load(ids: Int32Array): void {
    const { at, joint, written } = this;
    const { list } = this.components;
    const first = this.lockstep.first.state.words;
    const second = this.lockstep.second.state.words;
    for (let c = 0; c < at.length; c++) {
      if (at[c] === ids[c]) continue;
      list[c].write(at[c], ids[c], first, second, joint, written);
      at[c] = ids[c];
    }
  }

  execute(asked: readonly Asked[], withReads: boolean): Executed[] {
    if (this.remotes.length > 0) this.announce(asked, withReads);
    return asked.map(({ action, ids }) => {
      this.load(ids);
      return withReads ? this.runWithReads(action) : this.run(action, NO_READS);
    });
  }

  /** Has machines that run elsewhere begin with all of it. */
  private announce(asked: readonly Asked[], withReads: boolean): void {
    const { remotes } = this;
    const { actions } = this.world;
    for (const [remote] of remotes) remote.beginTries(withReads);
    for (const { action, ids } of asked) {
      this.load(ids);
      for (const [remote, written] of remotes) {
        remote.try(actions[action].op, written);
        written.length = 0;
      }
    }
    for (const [remote] of remotes) remote.endTries();
  }

  /** Looks at the machines as they are. What it saw, and the words that were read for it. */
  look<T>(at: (machine: Machine) => T): [seen: T, reads: number[]] {
    return this.recorder.record(() => at(this.lockstep.first));
  }

  private runWithReads(action: number): Executed {
    const [executed, reads] = this.recorder.record(() => this.run(action, NO_READS));
    return { ...executed, reads };
  }

  /** Runs an action from where the machines are, and undoes it. */
  private run(action: number, reads: readonly number[]): Executed {
    const { lockstep, joint } = this;
    if (joint) lockstep.markDrift(this.driftedWords());
    const step = lockstep.step(this.world.actions[action].op);
    const { firstOutcome, secondOutcome, first, second, drift } = lockstep;
    const isAlive = first.panic === 0 && second.panic === 0;
    const isSame = joint ? step === STEP_EQUAL : drift.size === 0;
    const goesOn = isAlive && isSame;
    const columns =
      step === STEP_EQUAL || step === STEP_UNDEFINED || drift.size === 0
        ? []
        : columnsOf(decodeDifferences(first, second, drift.sorted()));
    const changes: number[] = [];
    if (goesOn) collectChanges(first.state, 0, changes);
    if (goesOn && joint) collectChanges(second.state, 1, changes);
    lockstep.undo();
    return { step, firstOutcome, secondOutcome, goesOn, columns, changes, reads };
  }

  /** Words of the loaded state in which the two machines differ. */
  private driftedWords(): number[] {
    const drifted: number[] = [];
    const first = this.lockstep.first.state.words;
    const second = this.lockstep.second.state.words;
    for (const component of this.components.list) {
      for (let n = 0; n < component.nrWords; n++) {
        const word = component.words[n];
        if (first[word] !== second[word]) drifted.push(word);
      }
    }
    return drifted;
  }
}

const NO_READS: readonly number[] = [];
/** Actions that a machine which runs elsewhere is asked for at once. */
const REMOTE_BATCH = 64;

/** Adds the words that a journal names and that have another value now than before it. */
function collectChanges(state: HypState, side: number, changes: number[]): void {
  const { words, journalIndex, journalOld, journalLength } = state;
  for (let i = 0; i < journalLength; i++) {
    const word = journalIndex[i];
    if (isNamedBefore(journalIndex, word, i) || words[word] === journalOld[i]) continue;
    changes.push(word, side, journalOld[i], words[word]);
  }
}

function isNamedBefore(index: Int32Array, word: number, end: number): boolean {
  for (let i = 0; i < end; i++) if (index[i] === word) return true;
  return false;
}
