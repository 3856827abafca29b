// SPDX-License-Identifier: GPL-2.0-only
/** Replays a trace as the comparison does, and looks closely at one operation of it or at each. */

import { describePage } from '../compare/describe.js';
import { Lockstep } from '../compare/lockstep.js';
import { firstPageOf } from '../ops/index.js';
import type { Implementation } from '../hyp/transitions.js';
import { opText } from '../ops/index.js';
import type { Trace } from '../trace/trace.js';
import { alignRecords, type Explanation, sideOf } from './explanation.js';
import { instrument } from './instrument.js';
import type { Recorder } from './recorder.js';

/** The trace ended, by a panic, before the operation that was asked for. */
export class EndedBefore extends Error {
  constructor(
    readonly implementation: string,
    readonly opIndex: number,
  ) {
    super(`${implementation} panicked at operation ${opIndex}: nothing runs after it`);
  }
}

/** A trace on its way through two implementations, one operation after the other. */
export class Explainer {
  /** Index of the operation that comes next. */
  next = 0;
  private readonly lockstep: Lockstep;
  private readonly debug: boolean;
  private recorders: readonly [Recorder, Recorder] | undefined;
  private ended: EndedBefore | undefined;

  /** @throws BootError when the trace's machine is too small to boot */
  constructor(
    private readonly trace: Trace,
    first: Implementation,
    second: Implementation,
    debug?: boolean,
  ) {
    this.debug = debug ?? trace.machine.nvhe_el2_debug;
    this.lockstep = new Lockstep({ ...trace.machine, nvhe_el2_debug: this.debug }, first, second);
  }

  /** Replays up to but not including an operation. @throws EndedBefore */
  skipTo(index: number): void {
    while (this.next < index) {
      this.checkAlive();
      this.settle(this.lockstep.step(this.trace.ops[this.next]));
    }
  }

  /** Runs the next operation and tells what it did. @throws EndedBefore */
  explain(): Explanation {
    this.checkAlive();
    const { lockstep, trace } = this;
    const index = this.next;
    const op = trace.ops[index];
    this.recorders ??= [instrument(lockstep.first), instrument(lockstep.second)];
    const [first, second] = this.recorders;
    const pfn = firstPageOf(op);
    const before =
      pfn < 0 ? undefined : `page 0x${pfn.toString(16)}: ${describePage(lockstep.first, pfn)}`;
    first.begin();
    second.begin();
    const step = lockstep.step(op);
    const records = [first.end(), second.end()] as const;
    const explanation: Explanation = {
      trace: trace.name,
      debug: this.debug,
      opIndex: index,
      opText: opText(trace.source[index]),
      before,
      sides: [
        sideOf(lockstep.first, lockstep.firstOutcome, records[0]),
        sideOf(lockstep.second, lockstep.secondOutcome, records[1]),
      ],
      alignment: alignRecords(...records),
      sameState: lockstep.drift.size === 0,
    };
    this.settle(step);
    return explanation;
  }

  /** Has the first side panicked, so that nothing more can be explained? */
  get hasEnded(): boolean {
    return this.ended !== undefined;
  }

  private checkAlive(): void {
    if (this.ended) throw this.ended;
  }

  /** Commits a step; makes the sides equal again as replay does, or notes that one has ended. */
  private settle(step: number): void {
    const { lockstep } = this;
    lockstep.settle(step);
    if (lockstep.first.panicked) {
      this.ended = new EndedBefore(lockstep.first.implementation.name, this.next);
    }
    this.next++;
  }
}

/** What one operation of a trace did. @throws BootError, EndedBefore */
export function explainOp(
  trace: Trace,
  first: Implementation,
  second: Implementation,
  index: number,
  debug?: boolean,
): Explanation {
  const explainer = new Explainer(trace, first, second, debug);
  explainer.skipTo(index);
  return explainer.explain();
}
