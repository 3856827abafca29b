// SPDX-License-Identifier: GPL-2.0-only
/**
 * Replays traces through two sides that do not run in lockstep. Each runs a whole trace from boot;
 * then the steps are compared one by one. After a difference both run the trace again without the
 * operation that differed, so that what comes after it is compared from a state that both share.
 */

import { columnsOf } from '../compare/decode.js';
import type { Difference, Divergence, DivergenceKind } from '../compare/divergence.js';
import {
  type CompareLevel,
  STEP_EQUAL,
  STEP_OUTCOME,
  STEP_STATE,
  STEP_STATE_AT_PANIC,
} from '../compare/lockstep.js';
import { kindOfStep } from '../compare/observe.js';
import type { OutcomeObserver, TraceResult } from '../compare/trace_result.js';
import { isPanic, outcomeText, UNDEFINED } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import { opText, type Trace } from '../trace/index.js';
import type { NotCompared, Placement, Side, SideRun, SideStep } from './side.js';
import { pageDifferences, samePages, sameWords, wordDifferences } from './side_difference.js';

/** Operations left out of one trace, each after a difference or because a side cannot run it. */
const MOST_LEFT_OUT = 64;

export class SidePair {
  /** What was compared: the least of what was wanted and what both sides can tell. */
  readonly level: CompareLevel;

  /**
   * @param wanted how much of the state is to agree
   * @param booted boots the machines that differing words are decoded with
   */
  constructor(
    readonly first: Side,
    readonly second: Side,
    wanted: CompareLevel,
    private readonly booted: Implementation,
  ) {
    const levels: readonly CompareLevel[] = ['outcome', 'ownership', 'exact'];
    const least = Math.min(
      ...[wanted, first.view, second.view].map((view) => levels.indexOf(view)),
    );
    this.level = levels[least];
  }

  /**
   * Replays a trace, with its own nvhe_el2_debug or another.
   * @throws BootError when the trace's machine is too small to boot
   */
  async replay(original: Trace, debug?: boolean, observe?: OutcomeObserver): Promise<TraceResult> {
    const setting = debug ?? original.machine.nvhe_el2_debug;
    const trace = { ...original, machine: { ...original.machine, nvhe_el2_debug: setting } };
    const placed = place(trace, this.first, this.second);
    const replay = new SideReplay(this, trace, original, observe);
    if ('notCompared' in placed) return replay.notCompared(placed.notCompared);
    return replay.run(placed.first, placed.second);
  }

  /** What two steps of one operation come to: a STEP_ constant. */
  compare(a: SideStep, b: SideStep): number {
    if (a.outcome !== b.outcome) return STEP_OUTCOME;
    if (this.level === 'outcome') return STEP_EQUAL;
    if (this.level === 'exact' ? sameWords(a, b) : samePages(a, b)) return STEP_EQUAL;
    return isPanic(a.outcome) ? STEP_STATE_AT_PANIC : STEP_STATE;
  }

  /** How the last of the steps of two sides differ, decoded. */
  differences(trace: Trace, a: readonly SideStep[], b: readonly SideStep[]): Difference[] {
    if (this.level === 'outcome') return [];
    if (this.level === 'ownership') return pageDifferences(trace.machine, a, b);
    return wordDifferences(trace.machine, this.booted, a, b);
  }
}

interface PlacedTwice {
  readonly first: Placement;
  readonly second: Placement;
}

/**
 * Where each side runs a trace. A side that runs any machine takes that of the other; two that each
 * have a machine of their own run it on their own, and are compared in the pages of the trace.
 */
function place(trace: Trace, first: Side, second: Side): PlacedTwice | NotCompared {
  const own: Placement = { trace, original: (pfn) => pfn };
  const firstPlace = first.place?.(trace);
  if (firstPlace && 'notCompared' in firstPlace) return firstPlace;
  const secondPlace = second.place?.(trace);
  if (secondPlace && 'notCompared' in secondPlace) return secondPlace;
  return {
    first: firstPlace ?? secondPlace ?? own,
    second: secondPlace ?? firstPlace ?? own,
  };
}

class SideReplay {
  private readonly divergences: Divergence[] = [];
  private readonly reasons = new Map<string, number>();
  private compared = 0;
  private words = 0;
  /** The setting that the trace was run with: of a side that has one of its own, that one. */
  private debug: boolean;

  constructor(
    private readonly pair: SidePair,
    private readonly trace: Trace,
    private readonly original: Trace,
    private readonly observe: OutcomeObserver | undefined,
  ) {
    this.debug = trace.machine.nvhe_el2_debug;
  }

  async run(firstPlace: Placement, secondPlace: Placement): Promise<TraceResult> {
    const { first, second } = this.pair;
    this.debug = secondPlace.trace.machine.nvhe_el2_debug;
    /** Indexes of the operations that are run; what differed is left out. */
    const left = this.trace.ops
      .map((_, index) => index)
      .filter((index) => {
        const reason = firstPlace.without?.get(index) ?? secondPlace.without?.get(index);
        if (reason !== undefined) this.because(reason, 1);
        return reason === undefined;
      });
    let from = 0;
    for (let leftOut = 0; from < left.length; leftOut++) {
      if (leftOut > MOST_LEFT_OUT) {
        this.because(`after ${MOST_LEFT_OUT} differences in one trace`, left.length - from);
        break;
      }
      const run = (indexes: readonly number[], singlyFrom?: number) =>
        Promise.all([
          runPlaced(first, firstPlace, indexes, singlyFrom),
          runPlaced(second, secondPlace, indexes, singlyFrom),
        ]);
      let [a, b] = await run(left);
      const differing = this.firstDifference(from, a, b);
      let end = left.length;
      if (differing !== undefined && (first.runsBatches || second.runsBatches)) {
        // What a side did in one go counts when it does the same by itself.
        end = differing + 1;
        [a, b] = await run(left.slice(0, end), differing);
      }
      const at = this.compareFrom(from, left, end, a, b);
      if (at.isLeftOut) left.splice(at.next, 1);
      from = at.next;
    }
    return this.result();
  }

  notCompared(reason: string): TraceResult {
    this.because(reason, this.trace.ops.length);
    return this.result();
  }

  /** The first operation from one on that both ran, and did not do the same in. */
  private firstDifference(from: number, a: SideRun, b: SideRun): number | undefined {
    const both = Math.min(a.steps.length, b.steps.length);
    for (let at = from; at < both; at++) {
      if (this.pair.compare(a.steps[at], b.steps[at]) !== STEP_EQUAL) return at;
    }
    return undefined;
  }

  /**
   * Compares the operations of `left` from one on, and not beyond `end`. Where to go on, and whether the
   * operation there is to be left out of what is run again.
   */
  private compareFrom(
    from: number,
    left: readonly number[],
    end: number,
    a: SideRun,
    b: SideRun,
  ): { readonly next: number; readonly isLeftOut: boolean } {
    const over = { next: left.length, isLeftOut: false };
    for (let at = from; at < end; at++) {
      const index = left[at];
      const first = a.steps[at];
      const second = b.steps[at];
      if (!first || !second) {
        this.because((first ? b : a).stopped ?? (second ? a : b).stopped ?? 'a side ended', 1);
        return { next: at, isLeftOut: true };
      }
      if (first.outcome === UNDEFINED || second.outcome === UNDEFINED) {
        this.because('a page in use was put to another use: undefined', left.length - at);
        return over;
      }
      const step = this.pair.compare(first, second);
      this.compared++;
      this.words += sizeOf(first, this.pair.level) + sizeOf(second, this.pair.level);
      this.observe?.(index, { firstOutcome: first.outcome, secondOutcome: second.outcome }, step);
      if (step !== STEP_EQUAL)
        this.diverged(index, step, a.steps.slice(0, at + 1), b.steps.slice(0, at + 1));
      if (isPanic(first.outcome) && isPanic(second.outcome)) return over;
      if (step !== STEP_EQUAL) return { next: at, isLeftOut: true };
    }
    return { next: end, isLeftOut: false };
  }

  private diverged(
    index: number,
    step: number,
    a: readonly SideStep[],
    b: readonly SideStep[],
  ): void {
    const differences = this.pair.differences(this.trace, a, b);
    const op = this.trace.source[index];
    const kind: DivergenceKind = kindOfStep(step);
    this.divergences.push({
      kind,
      opIndex: index,
      op: op.op,
      opText: opText(op),
      outcomes: [outcomeText(a[a.length - 1].outcome), outcomeText(b[b.length - 1].outcome)],
      columns: columnsOf(differences),
      differences,
      words: differences.length,
      resynced: !isPanic(a[a.length - 1].outcome) || !isPanic(b[b.length - 1].outcome),
    });
  }

  private because(reason: string, operations: number): void {
    if (operations > 0) this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + operations);
  }

  private result(): TraceResult {
    const { first, second } = this.pair;
    return {
      trace: this.original,
      implementations: [first.name, second.name],
      debug: this.debug,
      compared: this.compared,
      notCompared: this.trace.ops.length - this.compared,
      reasons: this.reasons,
      wordsCompared: this.words,
      divergences: this.divergences,
    };
  }
}

/** How many words, or pages, of a step are compared. */
function sizeOf(step: SideStep, level: CompareLevel): number {
  if (level === 'outcome') return 0;
  return level === 'exact' ? (step.words?.size ?? 0) : step.pages.size;
}

/** Runs some operations of a placed trace; the pages of its steps are those of the original trace. */
async function runPlaced(
  side: Side,
  place: Placement,
  left: readonly number[],
  singlyFrom?: number,
): Promise<SideRun> {
  const ops = left.map((index) => place.trace.ops[index]);
  const run = await side.run(place.trace.machine, ops, singlyFrom);
  return { ...run, steps: run.steps.map((step) => inOriginalPages(step, place)) };
}

function inOriginalPages(step: SideStep, place: Placement): SideStep {
  const pages = new Map([...step.pages].map(([pfn, page]) => [place.original(pfn), page]));
  pages.delete(NO_PAGE);
  return { ...step, pages };
}

const NO_PAGE = -1;
