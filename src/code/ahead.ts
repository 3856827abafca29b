// SPDX-License-Identifier: GPL-2.0-only
/**
 * Operations that are sent to a process before anybody runs them, in batches, so that two processes and
 * whoever compares them work at the same time. What was run too far is taken back.
 */

import type { Op } from '../hyp/op.js';
import type { Child } from './child.js';
import { AHEAD, END_MASK, RETURNED, type Request, REWIND } from './protocol.js';

/** What is needed of a process. */
export type BatchChild = Pick<Child, 'send' | 'receive' | 'ask' | 'capacity'>;

/** Operations of a batch: more each time that one was of use, few again when one was not. */
const FIRST_BATCH = 256;
const LEAST_BATCH = 16;
const MOST_BATCH = 4096;
const MOST_FLYING = 2;
const WORD = 4;
/** Words that the longest operation without a list may add to a request. */
const OP_WORDS = 14;
const NO_OPS: readonly Op[] = [];

export class Ahead {
  /** The answer being read, and where in it the next operation is. */
  answer: Int32Array = new Int32Array(0);
  at = 0;
  private ops = NO_OPS;
  /** Indexes of the operation that is run next, and of the one that is sent next. */
  private next = 0;
  private sent = 0;
  /** Batches that were not answered yet. */
  private flying = 0;
  /** Of the answer being read: operations not taken yet, and how many of those stay in effect. */
  private left = 0;
  private kept = 0;
  private size = FIRST_BATCH;

  /** `putWords` writes the words that the process must have first. */
  constructor(
    private readonly request: Request,
    private readonly putWords: (request: Request) => void,
  ) {}

  /** From now on these operations are run, from the one at `from` on; nothing may be on its way. */
  begin(ops: readonly Op[], from: number): void {
    this.ops = ops;
    this.next = from;
    this.sent = from;
  }

  isAt(ops: readonly Op[], from: number): boolean {
    return this.ops === ops && this.next === from;
  }

  expects(op: Op): boolean {
    return this.next < this.ops.length && this.ops[this.next] === op;
  }

  /** Forgets everything: the process is gone. */
  forget(): void {
    this.begin(NO_OPS, 0);
    this.flying = 0;
    this.left = 0;
    this.kept = 0;
  }

  /** Sends as much as may be on its way. @throws ChildGone */
  feed(child: BatchChild): void {
    while (this.flying < MOST_FLYING && this.sent < this.ops.length) {
      const isFirst = this.flying === 0 && this.left === 0;
      this.write(isFirst, isFirst ? Number.POSITIVE_INFINITY : child.capacity / WORD);
      if (this.request.ops === 0) return;
      child.send(this.request.bytes());
      this.flying++;
    }
  }

  /** Moves on to the next operation: `answer` has what it came to at `at`. @throws ChildGone */
  take(child: BatchChild): void {
    while (this.left === 0) {
      if (this.flying === 0) {
        this.sent = this.next;
        this.feed(child);
      }
      this.receive(child);
    }
    this.next++;
    this.left--;
    if ((this.answer[this.at] & END_MASK) === RETURNED) this.kept--;
  }

  /** Has everything that was run too far taken back. @throws ChildGone */
  stop(child: BatchChild): void {
    let { kept } = this;
    if (kept > 0 || this.flying > 0) this.size = LEAST_BATCH;
    for (; this.flying > 0; this.flying--) kept += child.receive()[1];
    this.left = 0;
    this.kept = 0;
    this.sent = this.next;
    if (kept === 0) return;
    this.request.begin(REWIND);
    this.request.put(kept);
    child.ask(this.request.bytes());
  }

  private write(isFirst: boolean, mostWords: number): void {
    const { request, ops } = this;
    request.beginRun(isFirst ? 0 : AHEAD, this.sent - this.next);
    if (isFirst) this.putWords(request);
    else request.putNoWords();
    for (let n = 0; n < this.size && this.sent < ops.length; n++) {
      const op = ops[this.sent];
      if (request.length + OP_WORDS + 2 * op.list.length >= mostWords) break;
      request.putOp(op);
      this.sent++;
    }
  }

  private receive(child: BatchChild): void {
    this.answer = child.receive();
    this.flying--;
    [this.left, this.kept] = this.answer;
    this.at = 2;
    if (this.left > 0) this.feed(child);
    if (this.size < MOST_BATCH) this.size *= 2;
  }
}
