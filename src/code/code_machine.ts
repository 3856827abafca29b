// SPDX-License-Identifier: GPL-2.0-only
/**
 * A machine whose operations are run by the compiled C of a tree, in a process of its own. Its words
 * are those of the model's layout, kept here as for any machine: what an operation read and changed
 * comes back from the process, and what was changed here meanwhile (an undo, another state) goes to it
 * before the next operation. So everything that works on machines works on the code. Whoever knows what is
 * run next says so (`remote`), and need not wait for each operation.
 */

import { BootError } from '../hyp/boot.js';
import type { Layout } from '../hyp/layout.js';
import { Machine, type Remote } from '../hyp/machine.js';
import { NotComparable } from '../hyp/not_comparable.js';
import { OP_NAMES, type Op } from '../hyp/op.js';
import { CRASHED, HUNG, PANIC_BUG, PANIC_FAULT, PANIC_WARN } from '../hyp/outcome.js';
import { HypState } from '../hyp/state.js';
import type { Implementation } from '../hyp/transitions.js';
import { Ahead, type BatchChild } from './ahead.js';
import { type Child, ChildGone, timeLimit } from './child.js';
import {
  BUGGED,
  DIED,
  EACH,
  END_MASK,
  FAULTED,
  LOCKS_MASK,
  LOCKS_SHIFT,
  RAW,
  READS,
  Request,
  RETURNED,
  STUCK,
  UNDO,
  UNREACHABLE,
  UNSUPPORTED,
  WARNED,
} from './protocol.js';
import { CodeWords } from './words.js';

/** What a machine wants of a process. */
export type MachineChild = BatchChild & Pick<Child, 'limits'>;

/** Where the processes of a compiled tree come from: one a machine, handed on with its words. */
export interface ChildSource {
  /** Is any state gone to again, as searches do? Then no operation may change what is not told. */
  readonly isSearched: boolean;
  /** What lies in the tree's own data at a number of bytes. */
  nameOf(offset: number): string;
  start(state: HypState): MachineChild;
  /** The process of a state that nobody uses any more. */
  inherit(spare: HypState, state: HypState): MachineChild | undefined;
  /** Nobody runs the machine of a state any more. */
  release(state: HypState): void;
  /** The process of a state is gone. */
  forget(state: HypState): void;
}

/** Thrown for an operation that a tree does not have. */
export class UnsupportedOp extends NotComparable {}

/** Thrown when the code cannot be brought into a state, as one with other VMs than it made itself. */
export class UnreachableState extends NotComparable {}

/** Thrown when an operation changed memory of the tree that no word stands for, and that matters. */
export class HiddenState extends NotComparable {
  constructor(name: string, where: string) {
    super(
      `${name}: an operation changed memory that no word of the model stands for (${where}), ` +
        'so that a state cannot be told from another, or gone back to',
    );
  }
}

const OUTCOME_OF_END = new Map<number, number>([
  [WARNED, PANIC_WARN],
  [BUGGED, PANIC_BUG],
  [FAULTED, PANIC_FAULT],
  [STUCK, HUNG],
  [DIED, CRASHED],
]);

export class CodeMachine extends Machine implements Remote {
  override readonly remote: Remote = this;
  private child: MachineChild | undefined;
  private readonly words: CodeWords;
  private readonly request = new Request();
  /** The words as the process has them after the last operation that was taken. */
  private shadow: Int32Array;
  /** What an operation changed in memory that no word stands for; bytes into the tree's own data. */
  private hidden: number | undefined;
  /** May the words be others than the process has? */
  private isMoved = false;
  private readonly upcoming: Ahead;
  /** Operations that are tried together, and how many of them were taken. */
  private tries: Op[] = [];
  private tried = 0;
  /** Is every word that was written since the last `try()` told to the next one? */
  private isTracked = false;
  private wasTried = false;
  /** The answer that is read, and where the next operation is in it. */
  private answer: Int32Array = new Int32Array(0);
  private at = 0;

  /**
   * Boots a machine of the tree's code.
   * @throws BootError when it is too small
   */
  constructor(
    layout: Layout,
    implementation: Implementation,
    private readonly children: ChildSource,
    spare?: HypState,
  ) {
    super(layout, implementation, spare);
    this.words = new CodeWords(layout);
    this.shadow = new Int32Array(this.state.words.length);
    this.child = spare && this.children.inherit(spare, this.state);
    this.upcoming = new Ahead(this.request, () => this.putMoved());
    try {
      this.bootChild();
    } catch (error) {
      this.release();
      throw error;
    }
    this.state.words.set(this.shadow);
    this.bootChanges = -1;
  }

  override get tellsUndefined(): boolean {
    return false;
  }

  override run(op: Op): number {
    try {
      if (this.takeTried(op)) return this.take(op, true);
      this.isTracked = false;
      if (!this.takeUpcoming(op)) this.askOne(op);
      const outcome = this.take(op, false);
      this.upcoming.at = this.at;
      return outcome;
    } catch (error) {
      if (!(error instanceof ChildGone)) throw error;
      this.lose();
    }
    return this.end(CRASHED);
  }

  // What comes next is sent before it is asked for.

  ahead(ops: readonly Op[], from: number): void {
    if (from >= ops.length || this.isWatched) return;
    if (!this.isMoved && this.upcoming.isAt(ops, from)) return;
    this.guarded(() => {
      const child = this.ready();
      this.upcoming.begin(ops, from);
      this.upcoming.feed(child);
    });
  }

  /** Takes the answer for an operation that was announced; false if it was not, or the process is gone. */
  private takeUpcoming(op: Op): boolean {
    const { upcoming } = this;
    if (this.isWatched || !upcoming.expects(op)) return false;
    return this.guarded(() => {
      upcoming.take(this.isMoved ? this.ready() : (this.child ?? this.ready()));
      this.answer = upcoming.answer;
      this.at = upcoming.at;
    });
  }

  // Operations that are tried, each from a state of its own, and undone.

  beginTries(withReads: boolean): void {
    this.tries = [];
    this.tried = 0;
    this.guarded(() => this.ready());
    this.request.beginRun(UNDO | EACH | (withReads ? READS : 0), 0);
  }

  try(op: Op, written: readonly number[]): void {
    const words = bare(this.state.words);
    this.grow(words.length);
    this.request.beginWords();
    const among = this.isTracked ? written : undefined;
    this.request.endWords(this.words.putDifferences(words, this.shadow, this.request, among));
    this.isTracked = true;
    this.request.putOp(op);
    this.tries.push(op);
  }

  endTries(): void {
    // Each is run from where the words are then, which is not where the process is.
    this.isMoved = true;
    const isSent = this.guarded(() => this.child?.send(this.request.bytes()));
    if (!isSent || !this.child) this.tries = [];
  }

  /** Takes the answer for an operation that was tried; false if it was not, or the process is gone. */
  private takeTried(op: Op): boolean {
    const { tries, tried } = this;
    if (tries[tried] !== op) return false;
    return this.guarded(() => {
      if (tried === 0) {
        this.answer = this.child?.receive() ?? this.answer;
        this.at = 2;
      }
      this.tried++;
      this.wasTried = true;
    });
  }

  // One operation at a time.

  /** Brings the process to what the words are, and has it run an operation. @throws ChildGone */
  private askOne(op: Op): void {
    const { request } = this;
    const child = this.ready();
    request.beginRun(this.isWatched ? READS : 0, 0);
    this.putMoved();
    request.putOp(op);
    this.answer = child.ask(request.bytes());
    this.at = 2;
  }

  /** The process, with nothing on its way; booted again if it is gone, or must forget. @throws ChildGone */
  private ready(): MachineChild {
    if (this.child) this.dropAnswers(this.child);
    if (this.hidden === undefined || !this.isMoved) return this.child ?? this.bootChild();
    return this.bootAgain(this.hidden);
  }

  /** Has what was run too far taken back, and waits for what nobody will take. @throws ChildGone */
  private dropAnswers(child: MachineChild): void {
    if (this.tries.length > 0 && this.tried === 0) child.receive();
    this.tries = [];
    this.upcoming.stop(child);
  }

  /** Does something with the process; false if that ended meanwhile. */
  private guarded(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (!(error instanceof ChildGone)) throw error;
      this.lose();
      return false;
    }
  }

  release(): void {
    this.children.release(this.state);
    this.child = undefined;
    this.upcoming.forget();
    this.tries = [];
  }

  private lose(): void {
    this.children.forget(this.state);
    this.child = undefined;
    this.upcoming.forget();
    this.tries = [];
    this.isMoved = true;
    this.isTracked = false;
  }

  /** Writes the words in which the process differs. */
  private putMoved(): void {
    const { request } = this;
    if (!this.isMoved) {
      request.putNoWords();
      return;
    }
    const words = bare(this.state.words);
    this.grow(words.length);
    request.beginWords();
    request.endWords(this.words.putDifferences(words, this.shadow, request));
    this.isMoved = false;
  }

  /** Does what the process says of an operation to the words here; its outcome. `isUndone`: there. */
  private take(op: Op, isUndone: boolean): number {
    const { answer } = this;
    const { name } = this.implementation;
    const head = answer[this.at];
    const end = head & END_MASK;
    const value = answer[this.at + 1];
    if ((head & UNREACHABLE) !== 0) {
      throw new UnreachableState(`${name}: the code cannot be brought into this state`);
    }
    if (end === UNSUPPORTED) {
      throw new UnsupportedOp(`${name}: the tree has no ${OP_NAMES[op.code]}`);
    }
    this.applyChanges(this.at + 2, end === RETURNED && !isUndone, end === RETURNED);
    if (this.isWatched) this.noteReads();
    this.locks.held = (head >> LOCKS_SHIFT) & LOCKS_MASK;
    if (this.hidden !== undefined && this.children.isSearched) this.refuseHidden(this.hidden);
    return end === RETURNED ? value : this.end(OUTCOME_OF_END.get(end) ?? CRASHED);
  }

  private noteReads(): void {
    const { answer, state, words } = this;
    const lent = state.words;
    let read = 0;
    let { at } = this;
    for (let left = answer[at++]; left > 0; left--, at += 2) {
      const index = words.indexOf(answer[at], answer[at + 1]);
      if (index >= 0) read ^= lent[index];
    }
    this.lastRead = read;
    this.at = at;
  }
  /** Reading is what counts, to whoever watches the words; this only keeps it from being left out. */
  lastRead = 0;

  private end(outcome: number): number {
    this.panic = outcome;
    this.isMoved = true;
    return outcome;
  }

  /** Are the words lent to somebody who notes what is read? */
  private get isWatched(): boolean {
    return this.state.set !== HypState.prototype.set;
  }

  /** Another state was gone to: of what no word tells, only how it was after boot is known. */
  private bootAgain(hidden: number): MachineChild {
    const child = this.bootChild();
    const words = bare(this.state.words);
    if (words.some((word, index) => word !== (this.shadow[index] ?? 0))) this.refuseHidden(hidden);
    return child;
  }

  override revive(): void {
    super.revive();
    this.isMoved = true;
    if (!this.wasTried) this.isTracked = false;
    this.wasTried = false;
  }

  private refuseHidden(offset: number): never {
    throw new HiddenState(this.implementation.name, this.children.nameOf(offset));
  }

  private grow(length: number): void {
    if (this.shadow.length >= length) return;
    const grown = new Int32Array(length);
    grown.set(this.shadow);
    this.shadow = grown;
  }

  /** Applies the records at `at` to the words, and to the shadow; moves on behind them. */
  private applyChanges(at: number, toShadow: boolean, isKept: boolean): void {
    const { state, words, answer } = this;
    let next = at + 1;
    for (let left = answer[at]; left > 0; left--, next += 3) {
      const tag = answer[next];
      if (tag >> 16 === RAW) {
        if (isKept) this.hidden ??= answer[next + 1];
        continue;
      }
      const value = words.valueOf(tag, answer[next + 2]);
      const index = words.reserve(tag, answer[next + 1], value, state);
      if (index < 0) continue;
      if (toShadow) this.toShadow(index, value);
      state.set(index, value);
    }
    this.at = next;
  }

  private toShadow(index: number, value: number): void {
    if (index >= this.shadow.length) this.grow(this.state.words.length);
    this.shadow[index] = value;
  }

  /** Boots the code in a process. @throws BootError when the machine is too small */
  private bootChild(): MachineChild {
    const { request, layout, words, state } = this;
    const child = this.child ?? this.children.start(state);
    this.child = child;
    const limit = timeLimit(child.limits, layout.nrPages);
    request.putBoot(layout.config, layout.node, limit);
    const answer = child.ask(request.bytes());
    if (answer[0] !== RETURNED)
      throw new BootError(`the hypervisor panics while booting (${answer[0]})`);
    if (answer[1] !== 0) throw new BootError(`boot step ${answer[1]} has too few pages`);
    this.shadow.fill(0);
    this.hidden = undefined;
    this.isMoved = true;
    this.isTracked = false;
    let at = 3;
    for (let left = answer[2]; left > 0; left--, at += 3) {
      if (answer[at] >> 16 === RAW) continue;
      const value = words.valueOf(answer[at], answer[at + 2]);
      const index = words.reserve(answer[at], answer[at + 1], value, state);
      if (index >= 0) this.toShadow(index, value);
    }
    return child;
  }
}

/** The words themselves, even while an array that watches is lent in their place. */
function bare(words: Int32Array): Int32Array {
  return new Int32Array(words.buffer, words.byteOffset, words.length);
}
