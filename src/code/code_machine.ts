// SPDX-License-Identifier: GPL-2.0-only
/**
 * A machine whose operations are run by the compiled C of a tree, in a process of its own. Its words
 * are those of the model's layout, kept here as for any machine: what an operation read and changed
 * comes back from the process, and what was changed here meanwhile (an undo, another state) goes to it
 * before the next operation. So everything that works on machines works on the code.
 */

import { BootError } from '../hyp/boot.js';
import type { Layout } from '../hyp/layout.js';
import { Machine } from '../hyp/machine.js';
import { NotComparable } from '../hyp/not_comparable.js';
import { OP_NAMES, type Op } from '../hyp/op.js';
import { CRASHED, HUNG, PANIC_BUG, PANIC_FAULT, PANIC_WARN } from '../hyp/outcome.js';
import { HypState } from '../hyp/state.js';
import type { Implementation } from '../hyp/transitions.js';
import { type Child, ChildGone, timeLimit } from './child.js';
import {
  BUGGED,
  DIED,
  FAULTED,
  RAW,
  STUCK,
  READS,
  Request,
  RETURNED,
  RUN,
  UNSUPPORTED,
  WARNED,
} from './protocol.js';
import { CodeWords } from './words.js';

/** What a machine wants of a process. */
export type MachineChild = Pick<Child, 'ask' | 'limits'>;

/** Where the processes of a compiled tree come from: one a machine, handed on with its words. */
export interface ChildSource {
  /** Is any state gone to again, as searches do? Then no operation may change what is not told. */
  readonly isSearched: boolean;
  /** What lies in the tree's own data at a number of bytes. */
  nameOf(offset: number): string;
  start(state: HypState): MachineChild;
  /** The process of a state that nobody uses any more. */
  inherit(spare: HypState, state: HypState): MachineChild | undefined;
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

export class CodeMachine extends Machine {
  private child: MachineChild | undefined;
  private readonly words: CodeWords;
  private readonly request = new Request();
  /** The words as the process has them. */
  private shadow: Int32Array;
  /** What an operation changed in memory that no word stands for; bytes into the tree's own data. */
  private hidden: number | undefined;
  /** Were the words put to another state than the last operation left? */
  private wasMoved = false;

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
    this.bootChild();
    this.state.words.set(this.shadow);
  }

  override run(op: Op): number {
    const answer = this.ask(op);
    return answer === undefined ? this.end(CRASHED) : this.take(answer, op);
  }

  /** Brings a process to what the words are, and has it run an operation. */
  private ask(op: Op): Int32Array | undefined {
    const { request, state } = this;
    if (!this.child) this.bootChild();
    const words = bare(state.words);
    this.grow(words.length);
    request.begin(RUN);
    request.put(this.isWatched ? READS : 0);
    const countAt = request.length;
    request.put(0);
    const differences = this.words.putDifferences(words, this.shadow, request);
    if (this.hidden !== undefined && (this.wasMoved || differences > 0)) {
      this.bootAgain(this.hidden);
      return this.ask(op);
    }
    request.words[countAt] = differences;
    request.put(1);
    request.putOp(op);
    try {
      return this.child?.ask(request.bytes());
    } catch (error) {
      if (!(error instanceof ChildGone)) throw error;
      this.children.forget(state);
      this.child = undefined;
      return undefined;
    }
  }

  private take(answer: Int32Array, op: Op): number {
    const { state } = this;
    const { name } = this.implementation;
    if (answer[0] !== 0) {
      throw new UnreachableState(`${name}: the code cannot be brought into this state`);
    }
    const end = answer[1];
    if (end === UNSUPPORTED) {
      throw new UnsupportedOp(`${name}: the tree has no ${OP_NAMES[op.code]}`);
    }
    let at = this.applyChanges(answer, 4, end === RETURNED, true);
    if (this.isWatched) {
      const { words } = state;
      let read = 0;
      for (let left = answer[at++]; left > 0; left--, at += 2) {
        const index = this.words.indexOf(answer[at], answer[at + 1]);
        if (index >= 0) read ^= words[index];
      }
      this.lastRead = read;
    }
    this.locks.held = answer[3];
    if (this.hidden !== undefined && this.children.isSearched) this.refuseHidden(this.hidden);
    return end === RETURNED ? answer[2] : this.end(OUTCOME_OF_END.get(end) ?? CRASHED);
  }
  /** Reading is what counts, to whoever watches the words; this only keeps it from being left out. */
  lastRead = 0;

  private end(outcome: number): number {
    this.panic = outcome;
    return outcome;
  }

  /** Are the words lent to somebody who notes what is read? */
  private get isWatched(): boolean {
    return this.state.set !== HypState.prototype.set;
  }

  /** Another state was gone to: of what no word tells, only how it was after boot is known. */
  private bootAgain(hidden: number): void {
    this.bootChild();
    this.hidden = undefined;
    this.wasMoved = false;
    const words = bare(this.state.words);
    if (words.some((word, index) => word !== (this.shadow[index] ?? 0))) this.refuseHidden(hidden);
  }

  override revive(): void {
    super.revive();
    this.wasMoved = true;
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

  /** Applies the records at `at` to the shadow, to the words, or both; where they end. */
  private applyChanges(
    answer: Int32Array,
    at: number,
    toShadow: boolean,
    toWords: boolean,
  ): number {
    const { state, words } = this;
    let next = at + 1;
    for (let left = answer[at]; left > 0; left--, next += 3) {
      const tag = answer[next];
      if (tag >> 16 === RAW) {
        if (toShadow && toWords && this.hidden === undefined) {
          this.hidden = answer[next + 1];
          this.wasMoved = false;
        }
        continue;
      }
      const value = words.valueOf(tag, answer[next + 2]);
      const index = words.reserve(tag, answer[next + 1], value, state);
      if (index < 0) continue;
      if (index >= this.shadow.length) this.grow(state.words.length);
      // After a panic the process is where it was before.
      if (toShadow) this.shadow[index] = value;
      if (toWords) state.set(index, value);
    }
    return next;
  }

  /** Boots the code in a process. @throws BootError when the machine is too small */
  private bootChild(): void {
    const { request, layout } = this;
    this.child ??= this.children.start(this.state);
    const limit = timeLimit(this.child.limits, layout.nrPages);
    request.putBoot(layout.config, layout.node, limit);
    const answer = this.child.ask(request.bytes());
    if (answer[0] !== RETURNED)
      throw new BootError(`the hypervisor panics while booting (${answer[0]})`);
    if (answer[1] !== 0) throw new BootError(`boot step ${answer[1]} has too few pages`);
    this.shadow.fill(0);
    this.applyChanges(answer, 2, true, false);
  }
}

/** The words themselves, even while an array that watches is lent in their place. */
function bare(words: Int32Array): Int32Array {
  return new Int32Array(words.buffer, words.byteOffset, words.length);
}
