// SPDX-License-Identifier: GPL-2.0-only
/**
 * Two machines that can be put into any state of a world and take any action from there: run on both,
 * compared as replay does, and undone by the journals.
 */

import { columnsOf, decodeDifferences } from '../../compare/decode.js';
import type { Column } from '../../compare/divergence.js';
import { type CompareLevel, Lockstep, STEP_EQUAL } from '../../compare/lockstep.js';
import { outcomeText } from '../../hyp/outcome.js';
import type { Implementation } from '../../hyp/transitions.js';
import { compileOp } from '../../ops/index.js';
import { compileExpect } from '../../trace/compile.js';
import { opText } from '../../trace/index.js';
import type { Action } from '../world/actions.js';
import { Components } from '../state/components.js';
import type { World } from '../world/world.js';

/** The world's own set-up does not do on these implementations what it should. */
export class SetupError extends Error {}

/** The two part before the world's first state. */
export class SetupDivergence extends Error {
  constructor(
    readonly world: World,
    readonly pair: readonly [Implementation, Implementation],
    readonly level: CompareLevel,
    /** Operations of the set-up up to where they part. */
    readonly ops: number,
  ) {
    super('the two part while the world is set up');
  }
}

/** What a action did. */
export interface StepResult {
  readonly step: number;
  readonly firstOutcome: number;
  readonly secondOutcome: number;
  /** There is a state after it: nobody panicked, and the two did not part. */
  readonly goesOn: boolean;
  /** Components that changed, and their new ids. */
  readonly nrChanged: number;
  readonly changed: Int32Array;
  readonly newIds: Int32Array;
  /** What differs after it, if anything does. */
  readonly columns: readonly Column[];
}

export class Machines implements StepResult {
  readonly lockstep: Lockstep;
  readonly components: Components;
  /** Both machines' words are states of their own: below level exact they may differ. */
  readonly joint: boolean;

  /** What the last action did. */
  step = STEP_EQUAL;
  firstOutcome = 0;
  secondOutcome = 0;
  goesOn = false;
  nrChanged = 0;
  readonly changed: Int32Array;
  readonly newIds: Int32Array;
  columns: readonly Column[] = [];

  private readonly at: Int32Array;
  private readonly touched: Uint8Array;

  /**
   * @throws BootError when the machine is too small
   * @throws SetupError when an operation of the set-up is refused
   * @throws SetupDivergence when the two part in it
   */
  constructor(
    readonly world: World,
    first: Implementation,
    second: Implementation,
    level: CompareLevel,
  ) {
    this.lockstep = new Lockstep(world.machine, first, second, level);
    this.joint = level !== 'exact';
    this.setUp([first, second]);
    this.components = new Components(world, this.lockstep.first);
    const n = this.components.count;
    this.at = new Int32Array(n);
    this.changed = new Int32Array(n);
    this.newIds = new Int32Array(n);
    this.touched = new Uint8Array(n);
  }

  /** Goes to a state, from wherever the machines are. */
  load(ids: Int32Array): void {
    const { at, joint } = this;
    const { list } = this.components;
    const first = this.lockstep.first.state.words;
    const second = this.lockstep.second.state.words;
    for (let c = 0; c < at.length; c++) {
      if (at[c] === ids[c]) continue;
      list[c].write(at[c], ids[c], first, second, joint);
      at[c] = ids[c];
    }
  }

  /** May the action be tried here? */
  isEnabled(action: Action): boolean {
    const { pins } = action;
    if (pins.length === 0) return true;
    const { layout, state } = this.lockstep.first;
    for (let i = 0; i < pins.length; i++) {
      const page = layout.pageIndex(pins[i]);
      if (page < 0) continue;
      if (state.words[layout.refcount + page] >= this.world.options.maxPins) return false;
    }
    return true;
  }

  /** Runs a action from the loaded state. What it did is in the fields; the state stays loaded. */
  run(action: Action): void {
    const { lockstep } = this;
    if (this.joint) lockstep.markDrift(this.driftedWords());
    this.step = lockstep.step(action.op);
    this.firstOutcome = lockstep.firstOutcome;
    this.secondOutcome = lockstep.secondOutcome;
    const isAlive = lockstep.first.panic === 0 && lockstep.second.panic === 0;
    const isSame = this.joint ? this.step === STEP_EQUAL : lockstep.drift.size === 0;
    this.goesOn = isAlive && isSame;
    this.columns =
      this.step === STEP_EQUAL || lockstep.drift.size === 0
        ? []
        : columnsOf(decodeDifferences(lockstep.first, lockstep.second, lockstep.drift.sorted()));
    this.nrChanged = 0;
    if (this.goesOn) this.collectChanges();
    lockstep.undo();
  }

  /** What the last action did, to be kept. */
  result(): StepResult {
    const { step, firstOutcome, secondOutcome, goesOn, nrChanged, columns } = this;
    const changed = this.changed.slice(0, nrChanged);
    const newIds = this.newIds.slice(0, nrChanged);
    return { step, firstOutcome, secondOutcome, goesOn, nrChanged, changed, newIds, columns };
  }

  private setUp(pair: readonly [Implementation, Implementation]): void {
    const { lockstep, world } = this;
    world.setup.forEach((source, index) => {
      const step = lockstep.step(compileOp(source));
      lockstep.commit();
      if (step !== STEP_EQUAL) {
        throw new SetupDivergence(world, pair, lockstep.level, index + 1);
      }
      if (lockstep.firstOutcome !== compileExpect(source.expect)) {
        const outcome = outcomeText(lockstep.firstOutcome);
        throw new SetupError(`the set-up of the world fails: ${opText(source)} gives ${outcome}`);
      }
    });
  }

  private collectChanges(): void {
    const { first, second } = this.lockstep;
    this.collect(first.state.journalIndex, first.state.journalLength, 0);
    if (this.joint) this.collect(second.state.journalIndex, second.state.journalLength, 1);
    for (let i = 0; i < this.nrChanged; i++) this.touched[this.changed[i]] = 0;

    const { list } = this.components;
    let kept = 0;
    for (let i = 0; i < this.nrChanged; i++) {
      const c = this.changed[i];
      const id = list[c].intern(first.state.words, second.state.words);
      if (id === this.at[c]) continue;
      this.changed[kept] = c;
      this.newIds[kept] = id;
      kept++;
    }
    this.nrChanged = kept;
  }

  /** Finds the components of the words a journal names; words taken for constant become theirs. */
  private collect(index: Int32Array, length: number, side: number): void {
    const { components, touched } = this;
    const machine = side === 0 ? this.lockstep.first : this.lockstep.second;
    const { words, journalOld } = machine.state;
    for (let i = 0; i < length; i++) {
      const word = index[i];
      let c = components.of(word, side);
      if (c < 0) {
        const before = firstOld(index, journalOld, word, i);
        if (words[word] === before) continue;
        c = components.adopt(word, side, before);
      }
      if (touched[c] !== 0) continue;
      touched[c] = 1;
      this.changed[this.nrChanged++] = c;
    }
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

/** What a word held before its first change in a journal. */
function firstOld(index: Int32Array, old: Int32Array, word: number, last: number): number {
  for (let i = 0; i < last; i++) if (index[i] === word) return old[i];
  return old[last];
}
