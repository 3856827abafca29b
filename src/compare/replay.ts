// SPDX-License-Identifier: GPL-2.0-only
/** Replays one trace through two implementations in lockstep; everything that differs, as data. */

import type { Machine } from '../hyp/machine.js';
import type { MachineConfig } from '../hyp/op.js';
import { isPanic, outcomeText, UNDEFINED } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import { opText } from '../ops/index.js';
import type { Expected, Trace } from '../trace/trace.js';
import { columnsOf, decodeDifferences } from './decode.js';
import { firstPageOf } from '../ops/index.js';
import { describePage } from './describe.js';
import type { Divergence, DivergenceKind } from './divergence.js';
import { type CompareLevel, Lockstep, STEP_EQUAL, STEP_UNDEFINED } from './lockstep.js';
import { kindOfStep } from './observe.js';

/** What each side said to an operation. */
export interface OpOutcomes {
  readonly firstOutcome: number;
  readonly secondOutcome: number;
}

/** Hears of each operation that was compared, with what it came to: a STEP_ constant. */
export type OutcomeObserver = (opIndex: number, outcomes: OpOutcomes, step: number) => void;

/** Called after each operation that was compared, before the changes are committed. */
export type OpObserver = (opIndex: number, lockstep: Lockstep, step: number) => void;

/** Called before each operation that both sides will run. */
export type BeforeOp = (opIndex: number, lockstep: Lockstep) => void;

export interface ReplayOptions {
  readonly level: CompareLevel;
  /** Overrides the trace's own nvhe_el2_debug; its expectations then do not apply if it differs. */
  readonly debug?: boolean | undefined;
  readonly observe?: OpObserver | undefined;
  readonly before?: BeforeOp | undefined;
}

export interface TraceResult {
  readonly trace: Trace;
  readonly implementations: readonly [string, string];
  /** The nvhe_el2_debug it ran with. */
  readonly debug: boolean;
  /** Operations both sides ran and that were compared. */
  readonly compared: number;
  /** Operations after the end of one side, or of both, or where one is undefined: not compared. */
  readonly notCompared: number;
  /** Why operations were not compared, with how many, where it is not that a machine had ended. */
  readonly reasons?: ReadonlyMap<string, number>;
  /** Words the two journals named, of both sides: what was compared of the state. */
  readonly wordsCompared: number;
  readonly divergences: readonly Divergence[];
  /** Where a side became undefined, if one did: this operation and all after it are not compared. */
  readonly undefined?: UndefinedAt | undefined;
}

/** The end of what the model knows. */
export interface UndefinedAt {
  readonly opIndex: number;
  readonly opText: string;
  /** What became of each side: the page and its two uses; nothing of a side that is defined. */
  readonly sides: readonly [string | undefined, string | undefined];
  /** The trace says so: it expects UNDEFINED of each side that is. */
  readonly expected: boolean;
}

/**
 * Replays a trace.
 * @throws BootError when the trace's machine is too small to boot
 */
export function replayTrace(
  trace: Trace,
  first: Implementation,
  second: Implementation,
  options: ReplayOptions,
): TraceResult {
  const { level, debug, observe, before } = options;
  return new Replayer(first, second, level).replay(trace, debug, observe, before);
}

/** Replays traces through one pair of implementations. Machines are booted once a configuration. */
export class Replayer {
  private lockstep: Lockstep | undefined;

  constructor(
    private readonly first: Implementation,
    private readonly second: Implementation,
    private readonly level: CompareLevel,
  ) {}

  /**
   * Replays a trace, with its own nvhe_el2_debug or another.
   * @throws BootError when the trace's machine is too small to boot
   */
  replay(trace: Trace, debug?: boolean, observe?: OpObserver, before?: BeforeOp): TraceResult {
    const replay = this.begin(trace, debug, observe, before);
    while (replay.advance());
    return replay.result();
  }

  /**
   * As `replay()`, for a caller that looks elsewhere between the pieces. The next one may begin when
   * this one is no longer wanted.
   * @throws BootError when the trace's machine is too small to boot
   */
  begin(trace: Trace, debug?: boolean, observe?: OpObserver, before?: BeforeOp): Replay {
    const setting = debug ?? trace.machine.nvhe_el2_debug;
    const lockstep = this.machinesFor({ ...trace.machine, nvhe_el2_debug: setting });
    const names = [this.first.name, this.second.name] as const;
    return new Replay(trace, lockstep, names, setting, observe, before);
  }

  private machinesFor(config: MachineConfig): Lockstep {
    const kept = this.lockstep;
    if (kept && sameMachine(kept.layout.config, config) && kept.reset()) return kept;
    this.lockstep = undefined;
    this.lockstep = new Lockstep(config, this.first, this.second, this.level, kept);
    return this.lockstep;
  }
}

function sameMachine(a: MachineConfig, b: MachineConfig): boolean {
  return (
    a.nvhe_el2_debug === b.nvhe_el2_debug &&
    a.share_guest_warn === b.share_guest_warn &&
    a.carveout.pfn === b.carveout.pfn &&
    a.carveout.hpool_pages === b.carveout.hpool_pages &&
    a.carveout.host_s2_pages === b.carveout.host_s2_pages &&
    a.memory.length === b.memory.length &&
    a.memory.every(
      ({ pfn, pages, nomap }, i) =>
        pfn === b.memory[i].pfn && pages === b.memory[i].pages && nomap === b.memory[i].nomap,
    )
  );
}

/** A piece of a replay ends after so many milliseconds, looked at every so many operations, */
const PIECE_MILLISECONDS = 50;
const OPS_A_LOOK = 64;
/** or after so many changed words, which a few operations on gigabytes come to. */
const PIECE_WORDS = 2 ** 20;

/** A replay on its way. */
export class Replay {
  private compared = 0;
  private words = 0;
  private readonly divergences: Divergence[] = [];
  private readonly holdsExpectations: boolean;
  private undefinedAt: UndefinedAt | undefined;

  constructor(
    private readonly trace: Trace,
    private readonly lockstep: Lockstep,
    private readonly names: readonly [string, string],
    private readonly debug: boolean,
    private readonly observe: OpObserver | undefined,
    private readonly before: BeforeOp | undefined,
  ) {
    this.holdsExpectations = debug === trace.machine.nvhe_el2_debug;
  }

  /** Runs a piece of it; whether there is more. */
  advance(): boolean {
    const { trace, lockstep, observe, before } = this;
    const { ops } = trace;
    const end = performance.now() + PIECE_MILLISECONDS;
    let { compared } = this;
    let words = 0;
    while (compared < ops.length && lockstep.first.panic === 0) {
      if (words > PIECE_WORDS || (compared % OPS_A_LOOK === 0 && performance.now() > end)) break;
      const index = compared++;
      before?.(index, lockstep);
      const step = lockstep.step(ops[index]);
      if (step === STEP_UNDEFINED) {
        this.compared = index;
        this.words += words;
        this.becameUndefined(index);
        return false;
      }
      words += lockstep.first.state.journalLength + lockstep.second.state.journalLength;
      if (step !== STEP_EQUAL) this.diverged(index, step);
      const expected = trace.expects[index];
      if (expected !== undefined && this.holdsExpectations) this.checkBoth(index, expected);
      observe?.(index, lockstep, step);
      lockstep.settle(step);
    }
    this.compared = compared;
    this.words += words;
    if (lockstep.first.panic === 0) return compared < ops.length;
    this.runOn(1, compared);
    return false;
  }

  /** What it has come to so far. */
  result(): TraceResult {
    return {
      trace: this.trace,
      implementations: this.names,
      debug: this.debug,
      compared: this.compared,
      notCompared: this.trace.ops.length - this.compared,
      wordsCompared: this.words,
      divergences: this.divergences,
      ...(this.undefinedAt ? { undefined: this.undefinedAt } : {}),
    };
  }

  /** Ends the comparison; a side that is defined is still held to what is expected of it. */
  private becameUndefined(index: number): void {
    const { trace, lockstep, names } = this;
    const { first, second } = lockstep;
    const expected = this.holdsExpectations ? trace.expects[index] : undefined;
    const sides = [first.undefinedUse?.text, second.undefinedUse?.text] as const;
    const isExpected = sides.every(
      (side, i) => side === undefined || expectedOf(expected, names[i]) === UNDEFINED,
    );
    this.undefinedAt = {
      opIndex: index,
      opText: opText(trace.source[index]),
      sides,
      expected: isExpected,
    };
    if (expected !== undefined) this.checkBoth(index, expected);
    lockstep.commit();
    if (first.panic === 0) this.runOn(0, index + 1);
    if (second.panic === 0) this.runOn(1, index + 1);
  }

  /** The other side has ended: holds this one to what is expected of it in what is left. */
  private runOn(side: 0 | 1, from: number): void {
    const { trace, lockstep, names } = this;
    if (!this.holdsExpectations) return;
    const machine = side === 0 ? lockstep.first : lockstep.second;
    const both = (own: string | undefined, other: string | undefined) =>
      side === 0 ? ([own, other] as const) : ([other, own] as const);
    for (let i = from; i < trace.ops.length && machine.panic === 0; i++) {
      const outcome = machine.run(trace.ops[i]);
      machine.state.commit();
      const expected = expectedOf(trace.expects[i], names[side]);
      if (expected === undefined || expected === outcome || outcome === UNDEFINED) continue;
      const text = outcomeText(outcome);
      this.divergences.push(
        this.divergence('expectation', i, side === 0 ? [text, '(ended)'] : ['(ended)', text], {
          expected: both(outcomeText(expected), undefined),
        }),
      );
    }
  }

  private diverged(index: number, step: number): void {
    const { first, second, drift } = this.lockstep;
    const differences = decodeDifferences(first, second, drift.sorted());
    this.divergences.push(
      this.divergence(kindOfStep(step), index, this.outcomes(), {
        before: this.pageBefore(index),
        differences,
        words: drift.size,
        resynced: first.panic === 0,
      }),
    );
  }

  /** The state an operation met, of its first page. */
  private pageBefore(index: number): string | undefined {
    const pfn = firstPageOf(this.trace.ops[index]);
    if (pfn < 0) return undefined;
    const { first } = this.lockstep;
    return first.state.undone(() => `page 0x${pfn.toString(16)}: ${describePage(first, pfn)}`);
  }

  private checkBoth(index: number, expected: Expected): void {
    const { firstOutcome, secondOutcome } = this.lockstep;
    const first = expectedOf(expected, this.names[0]);
    const second = expectedOf(expected, this.names[1]);
    const firstWrong = isUnmet(first, firstOutcome);
    const secondWrong = isUnmet(second, secondOutcome);
    if (!firstWrong && !secondWrong) return;
    this.divergences.push(
      this.divergence('expectation', index, this.outcomes(), {
        before: this.pageBefore(index),
        expected: [
          firstWrong ? outcomeText(first) : undefined,
          secondWrong ? outcomeText(second) : undefined,
        ],
      }),
    );
  }

  private outcomes(): [string, string] {
    return [outcomeText(this.lockstep.firstOutcome), outcomeText(this.lockstep.secondOutcome)];
  }

  private divergence(
    kind: DivergenceKind,
    opIndex: number,
    outcomes: readonly [string, string],
    rest: Partial<Divergence>,
  ): Divergence {
    const op = this.trace.source[opIndex];
    const differences = rest.differences ?? [];
    return {
      kind,
      opIndex,
      op: op.op,
      opText: opText(op),
      outcomes,
      columns: columnsOf(differences),
      differences,
      words: 0,
      resynced: false,
      ...rest,
    };
  }
}

/** Nothing is known of a side that is undefined, so no expectation of it is unmet. */
function isUnmet(expected: number | undefined, outcome: number): expected is number {
  return expected !== undefined && expected !== outcome && outcome !== UNDEFINED;
}

/** The outcome expected of one implementation; undefined where the trace does not say. */
export function expectedOf(expected: Expected, implementation: string): number | undefined {
  return typeof expected === 'object' ? expected.get(implementation) : expected;
}

/** Runs one machine through a trace up to and including operation `last`, or to its panic. */
export function runTo(machine: Machine, trace: Trace, last: number): number[] {
  const outcomes: number[] = [];
  for (let i = 0; i <= last && i < trace.ops.length; i++) {
    const outcome = machine.run(trace.ops[i]);
    machine.state.commit();
    outcomes.push(outcome);
    if (isPanic(outcome)) break;
  }
  return outcomes;
}
