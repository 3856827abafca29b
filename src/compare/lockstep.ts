// SPDX-License-Identifier: GPL-2.0-only
/**
 * Two machines that boot equal and run the same operations. After each one only the words that
 * either journal names are compared: both sides were equal before, so nothing else can differ, and
 * the comparison is exact without trusting a hash.
 */

import { Layout } from '../hyp/layout.js';
import { Machine } from '../hyp/machine.js';
import type { MachineConfig, Op } from '../hyp/op.js';
import { UNDEFINED } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import type { BootWords } from './boot_words.js';
import { sameOwnership } from './ownership.js';
import { TouchedBlocks } from './touched_blocks.js';
import { WordSet } from './word_set.js';

/** How much of the state must agree; outcomes always must. */
export type CompareLevel = 'outcome' | 'ownership' | 'exact';

export const COMPARE_LEVELS: readonly CompareLevel[] = ['outcome', 'ownership', 'exact'];

/** What a step came to. */
export const STEP_EQUAL = 0;
export const STEP_OUTCOME = 1;
export const STEP_STATE = 2;
export const STEP_STATE_AT_PANIC = 3;
/** A side is undefined: there is nothing to compare, neither now nor later. */
export const STEP_UNDEFINED = 4;

export class Lockstep {
  readonly layout: Layout;
  readonly first: Machine;
  readonly second: Machine;
  /** Outcomes of the last operation. */
  firstOutcome = 0;
  secondOutcome = 0;
  /**
   * Words that differ. Empty at level exact between operations; below that level the two may have
   * drifted apart in what is not compared.
   */
  readonly drift = new WordSet();
  /** The state after boot, which is the same on both sides. */
  private readonly bootWords: BootWords;
  /** Where either side may differ from it. */
  private readonly touched = new TouchedBlocks();

  /**
   * `spare`: a pair nobody uses any more, whose memory this one takes over. `keepsRuns`: nobody reads the
   * journals but this, so that they may keep changes as runs.
   * @throws BootError when the machine is too small
   */
  constructor(
    config: MachineConfig,
    first: Implementation,
    second: Implementation,
    readonly level: CompareLevel = 'exact',
    spare?: Lockstep,
    keepsRuns = false,
  ) {
    this.layout = new Layout(config);
    spare?.zero();
    this.first = Machine.of(this.layout, first, spare?.first.state);
    const booted = first.machine === undefined ? this.first : undefined;
    this.second = Machine.of(this.layout, second, spare?.second.state, booted);
    this.first.state.keepsRuns = keepsRuns;
    this.second.state.keepsRuns = keepsRuns;
    this.matchSizes();
    const { bootWords, state } = this.first;
    this.bootWords = TouchedBlocks.bootWords(bootWords, state.words, this.layout.wordCount);
  }

  /** Does a side run elsewhere, and like to know what is run next? */
  get isRemote(): boolean {
    return this.first.remote !== undefined || this.second.remote !== undefined;
  }

  /** Nobody runs the two any more. */
  release(): void {
    this.first.remote?.release();
    this.second.remote?.release();
  }

  /** Says which operations are run next, to a side that likes to know. */
  ahead(ops: readonly Op[], from: number): void {
    this.first.remote?.ahead(ops, from);
    this.second.remote?.ahead(ops, from);
  }

  /** Runs one operation on both sides and compares. The changes stay in the journals. */
  step(op: Op): number {
    const first = this.first.run(op);
    const second = this.second.run(op);
    this.firstOutcome = first;
    this.secondOutcome = second;
    if (this.drift.size > 0 || this.touchedWordsDiffer()) this.recordDrift();
    if (first === UNDEFINED || second === UNDEFINED) return STEP_UNDEFINED;
    if (first !== second) return STEP_OUTCOME;
    const sameLocks = this.first.locks.held === this.second.locks.held;
    if (sameLocks && this.drift.size === 0) return STEP_EQUAL;
    if (this.level === 'outcome') return STEP_EQUAL;
    if (this.level === 'ownership' && sameOwnership(this.first, this.second)) return STEP_EQUAL;
    return this.first.panic === 0 ? STEP_STATE : STEP_STATE_AT_PANIC;
  }

  /** Keeps what the last operation did, and forgets how to undo it. */
  commit(): void {
    this.first.state.commit();
    this.second.state.commit();
  }

  /**
   * Keeps what the last operation did, and makes the two equal again where they differed and the
   * first is alive, so that replay can go on. `step`: what `step()` said.
   */
  settle(step: number): void {
    this.commit();
    if (step !== STEP_EQUAL && this.first.panic === 0) this.resync();
  }

  /** Undoes everything since the last `commit()`, panics included. Both sides were equal then. */
  undo(): void {
    this.first.state.undoTo(0);
    this.second.state.undoTo(0);
    this.first.revive();
    this.second.revive();
    this.drift.clear();
  }

  /** Says in which words the two differ now, after they were undone or put into another state. */
  markDrift(words: Iterable<number>): void {
    this.drift.clear();
    this.drift.ensure(this.layout.wordCount);
    for (const word of words) this.drift.add(word);
  }

  /**
   * Puts both machines back to where they were after boot. Takes as long as what was touched: all that
   * ran since must have run through `step()` or `runAlone()`.
   */
  reset(): void {
    this.matchSizes();
    this.touched.putBack(this.bootWords, this.first.state.words, this.second.state.words);
    this.rewound();
  }

  /** Leaves nothing but zeros, for machines that take the memory over. */
  private zero(): void {
    this.matchSizes();
    this.touched.zero(this.bootWords, this.first.state.words, this.second.state.words);
    this.first.state.isZero = true;
    this.second.state.isZero = true;
  }

  /** Runs an operation on one of the two for good, as the other has ended; its outcome. */
  runAlone(machine: Machine, op: Op): number {
    const outcome = machine.run(op);
    this.matchSizes();
    this.touched.addJournal(machine.state);
    machine.state.commit();
    return outcome;
  }

  /**
   * Makes the second machine equal to the first, for good, so that replay can go on after a difference.
   * The first must be alive. Returns how many words were copied.
   */
  resync(): number {
    this.matchSizes();
    const copied = this.drift.size;
    this.drift.copyWords(this.first.state.words, this.second.state.words);
    this.drift.clear();
    this.second.revive();
    return copied;
  }

  /** A copy of the state, which both sides must share, for `restore()`. */
  snapshot(): Int32Array {
    return this.first.state.snapshot();
  }

  /** To be called after the words of both sides were put back to a state they shared. */
  rewound(): void {
    this.commit();
    this.first.revive();
    this.second.revive();
    this.drift.clear();
  }

  private touchedWordsDiffer(): boolean {
    const a = this.first.state;
    const b = this.second.state;
    this.matchSizes();
    return (
      this.touched.addUnlessDiffering(a.journalIndex, a.journalLength, a.words, b.words) ||
      this.touched.addUnlessDiffering(b.journalIndex, b.journalLength, a.words, b.words) ||
      (a.runs.count > 0 && this.touched.addRunsUnlessDiffering(a.runs, a.words, b.words)) ||
      (b.runs.count > 0 &&
        !b.runs.isSameAs(a.runs) &&
        this.touched.addRunsUnlessDiffering(b.runs, a.words, b.words))
    );
  }

  private recordDrift(): void {
    const { drift, touched } = this;
    const a = this.first.state;
    const b = this.second.state;
    this.matchSizes();
    touched.addJournal(a);
    touched.addJournal(b);
    drift.ensure(this.layout.wordCount);
    drift.retain((word) => a.words[word] !== b.words[word]);
    drift.addDiffering(a.journalIndex, a.journalLength, a.words, b.words);
    drift.addDiffering(b.journalIndex, b.journalLength, a.words, b.words);
    drift.addDifferingIn(a.runs, a.words, b.words);
    drift.addDifferingIn(b.runs, a.words, b.words);
  }

  /** Words handed out to one side only are zero on the other. */
  private matchSizes(): void {
    this.first.state.ensure();
    this.second.state.ensure();
    this.touched.ensure(this.layout.wordCount);
  }
}
