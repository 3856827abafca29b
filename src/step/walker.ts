// SPDX-License-Identifier: GPL-2.0-only
/** A trace that can be walked forth and back, with both machines as they are after each operation. */

import { describePage } from '../compare/describe.js';
import type { Divergence } from '../compare/divergence.js';
import { Lockstep, STEP_EQUAL } from '../compare/lockstep.js';
import { replayTrace } from '../compare/replay.js';
import type { TraceResult } from '../compare/trace_result.js';
import { explainOp } from '../explain/explain.js';
import type { Explanation } from '../explain/explanation.js';
import { outcomeText } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Trace } from '../trace/trace.js';
import type { Facts } from './state.js';

/** What both sides made of an operation. */
export interface Ran {
  readonly outcomes: readonly [string, string];
  readonly diverged: boolean;
}

/** Both sides of something; a page before and after an operation. */
export interface Around {
  readonly before: readonly [string, string];
  readonly after: readonly [string, string];
}

export class Walker {
  /** By operation index, those that ran. */
  readonly ran: readonly Ran[];
  readonly facts: Facts;
  readonly result: TraceResult;
  private lockstep: Lockstep;
  private at = -1;
  private lastStep = STEP_EQUAL;

  /** @throws BootError when the trace's machine is too small to boot */
  constructor(
    readonly trace: Trace,
    private readonly first: Implementation,
    private readonly second: Implementation,
    readonly debug: boolean,
  ) {
    const ran: Ran[] = [];
    this.result = replayTrace(trace, first, second, {
      level: 'exact',
      debug,
      observe: (_index, { firstOutcome, secondOutcome }, step) => {
        ran.push({
          outcomes: [outcomeText(firstOutcome), outcomeText(secondOutcome)],
          diverged: step !== STEP_EQUAL,
        });
      },
    });
    this.ran = ran;
    const indexes = this.result.divergences.map(({ opIndex }) => opIndex);
    const divergent = [...new Set(indexes)].filter((index) => index < ran.length);
    this.facts = { last: ran.length - 1, divergent: divergent.sort((a, b) => a - b) };
    this.lockstep = this.boot();
  }

  /** Both machines right after an operation, or after boot for -1. */
  machinesAt(index: number): Lockstep {
    if (index < this.at) {
      this.lockstep = this.boot();
      this.at = -1;
    }
    while (this.at < index) {
      this.settle();
      this.lastStep = this.lockstep.step(this.trace.ops[++this.at]);
    }
    return this.lockstep;
  }

  /** A page's state on both sides before and after an operation. */
  pageAround(index: number, pfn: number): Around {
    const lockstep = this.machinesAt(index);
    const describeBoth = () =>
      [describePage(lockstep.first, pfn), describePage(lockstep.second, pfn)] as const;
    const after = describeBoth();
    if (index < 0) return { before: after, after };
    lockstep.undo();
    const before = describeBoth();
    this.lastStep = lockstep.step(this.trace.ops[index]);
    return { before, after };
  }

  divergencesAt(index: number): readonly Divergence[] {
    return this.result.divergences.filter(({ opIndex }) => opIndex === index);
  }

  explain(index: number): Explanation {
    return explainOp(this.trace, this.first, this.second, index, this.debug);
  }

  get names(): readonly [string, string] {
    return [this.first.name, this.second.name];
  }

  private boot(): Lockstep {
    this.lastStep = STEP_EQUAL;
    const config = { ...this.trace.machine, nvhe_el2_debug: this.debug };
    return new Lockstep(config, this.first, this.second);
  }

  /** Lets the last operation be, with both sides made equal again as replay does. */
  private settle(): void {
    this.lockstep.settle(this.lastStep);
  }
}
