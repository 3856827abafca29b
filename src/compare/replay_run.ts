// SPDX-License-Identifier: GPL-2.0-only
/** A replay on its way: every operation compared, then causes told from what follows from them. */

import type { Machine } from '../hyp/machine.js';
import { NotComparable } from '../hyp/not_comparable.js';
import { outcomeText, UNDEFINED } from '../hyp/outcome.js';
import { firstPageOf, opText } from '../ops/index.js';
import type { Expected, Trace } from '../trace/trace.js';
import { causesOf, causesWithout, undoneByLeavingOut } from './causes.js';
import { columnsOf, decodeDifferences } from './decode.js';
import { describePage } from './describe.js';
import type { Divergence, DivergenceKind } from './divergence.js';
import { expectedOf, isUnmet, isUntold, UNTOLD } from './expected.js';
import { unmetState } from './expected_state.js';
import { type Lockstep, STEP_EQUAL, STEP_UNDEFINED } from './lockstep.js';
import { MisuseWatch } from './misuse.js';
import { OpCode } from '../hyp/op.js';
import { kindOfStep } from './observe.js';
import { sharesGuestAlike } from './share_guest_warn.js';
import type { TraceResult, UndefinedAt } from './trace_result.js';
import { WithoutOps } from './without_ops.js';

/** Called after each operation that was compared, before the changes are committed. */
export type OpObserver = (opIndex: number, lockstep: Lockstep, step: number) => void;

/** Called before each operation that both sides will run. */
export type BeforeOp = (opIndex: number, lockstep: Lockstep) => void;

/** Whether a replay ends with the operation of this divergence. */
export type StopAt = (divergence: Divergence) => boolean;

export interface ReplayHooks {
  readonly observe?: OpObserver | undefined;
  readonly before?: BeforeOp | undefined;
  readonly stopAt?: StopAt | undefined;
}

/** A piece of a replay ends after so many milliseconds, looked at every so many operations, */
export const PIECE_MILLISECONDS = 50;
export const OPS_A_LOOK = 64;
/** or after so many changed words, which a few operations on gigabytes come to. */
const PIECE_WORDS = 2 ** 20;
const WARNS_BY_ITSELF =
  '__pkvm_host_share_guest: the tree does not do what share_guest_warn of the machine says';

/** Why operations are not compared that come after one that ends the replay. */
const BAILED = 'the replay was to end at the first new cause';

export class Replay {
  private readonly misuse = new MisuseWatch();
  private readonly lockstep: Lockstep;
  private compared = 0;
  private words = 0;
  private readonly divergences: Divergence[] = [];
  private causes: readonly (number | undefined)[] | undefined;
  private again: WithoutOps | undefined;
  private readonly holdsExpectations: boolean;
  private readonly sharesGuestAlike: boolean;
  private isStopped = false;
  private undefinedAt: UndefinedAt | undefined;
  /** Why the operation that comes next cannot be compared. */
  private stoppedBy: string | undefined;

  /** @param boot gives the machines, in the state after boot */
  constructor(
    private readonly trace: Trace,
    private readonly names: readonly [string, string],
    private readonly debug: boolean,
    private readonly boot: () => Lockstep,
    private readonly hooks: ReplayHooks,
  ) {
    this.lockstep = boot();
    const pair = [this.lockstep.first.implementation, this.lockstep.second.implementation] as const;
    this.holdsExpectations =
      debug === trace.machine.nvhe_el2_debug && !pair.some(({ isUnexpected }) => isUnexpected);
    this.sharesGuestAlike = sharesGuestAlike(pair, trace.machine);
  }

  /** Runs a piece of it; whether there is more. */
  advance(): boolean {
    try {
      return this.advanceOn();
    } catch (error) {
      if (!(error instanceof NotComparable)) throw error;
      this.stoppedBy = error.message;
      return false;
    }
  }

  private advanceOn(): boolean {
    if (this.again) return this.advanceAgain(this.again);
    if (this.advanceFirst()) return true;
    if (this.isStopped) return false;
    this.causes = causesOf(this.trace, this.divergences);
    const leftOut = undoneByLeavingOut(this.divergences, this.causes);
    if (leftOut.size === 0) return false;
    this.again = new WithoutOps(this.trace, this.names, this.boot(), this.divergences, leftOut);
    return true;
  }

  /** What it has come to so far. */
  result(): TraceResult {
    const { trace, compared, divergences } = this;
    const causes = this.causes ?? causesOf(trace, divergences);
    return {
      trace,
      implementations: this.names,
      debug: this.debug,
      compared,
      notCompared: trace.ops.length - compared,
      wordsCompared: this.words,
      divergences: divergences.map((divergence, index) => {
        const cause = causes[index];
        return cause === undefined ? divergence : { ...divergence, cause };
      }),
      ...(this.undefinedAt ? { undefined: this.undefinedAt } : {}),
      ...this.reasons(),
    };
  }

  private reasons(): Pick<TraceResult, 'reasons'> {
    const left = this.trace.ops.length - this.compared;
    const reason = this.isStopped ? BAILED : this.stoppedBy;
    return reason === undefined || left === 0 ? {} : { reasons: new Map([[reason, left]]) };
  }

  private advanceFirst(): boolean {
    const { trace, lockstep } = this;
    const { observe, before } = this.hooks;
    const { ops } = trace;
    const expectsState = trace.expectStates !== undefined && this.holdsExpectations;
    const end = performance.now() + PIECE_MILLISECONDS;
    let { compared } = this;
    let words = 0;
    lockstep.ahead(ops, compared);
    while (compared < ops.length && lockstep.first.panic === 0 && !this.isStopped) {
      if (words > PIECE_WORDS || (compared % OPS_A_LOOK === 0 && performance.now() > end)) break;
      const index = compared;
      // What is thrown leaves this operation and all after it not compared.
      this.compared = index;
      if (!this.sharesGuestAlike && ops[index].code === OpCode.__pkvm_host_share_guest) {
        throw new NotComparable(WARNS_BY_ITSELF);
      }
      if (this.holdsExpectations && isUntold(trace.expects[index], this.names, lockstep))
        throw new NotComparable(UNTOLD);
      before?.(index, lockstep);
      this.misuse.before(lockstep.first, ops[index]);
      const step = lockstep.step(ops[index]);
      this.misuse.after(lockstep.firstOutcome, lockstep.secondOutcome);
      if (step === STEP_UNDEFINED) {
        this.words += words;
        this.becameUndefined(index);
        return false;
      }
      compared++;
      words += lockstep.first.state.changes + lockstep.second.state.changes;
      if (step !== STEP_EQUAL) this.diverged(index, step);
      const expected = trace.expects[index];
      if (expected !== undefined && this.holdsExpectations) this.checkBoth(index, expected);
      if (expectsState) this.checkStates(index, [lockstep.first, lockstep.second]);
      observe?.(index, lockstep, step);
      lockstep.settle(step);
    }
    this.compared = compared;
    this.words += words;
    if (this.isStopped) return false;
    if (lockstep.first.panic === 0) return compared < ops.length;
    this.runOn(1, compared);
    return false;
  }

  private advanceAgain(again: WithoutOps): boolean {
    if (again.advance()) return true;
    const { divergences, causes = [] } = this;
    const { leftOut, stillHappens } = again;
    this.causes = causesWithout(this.trace, divergences, causes, leftOut, stillHappens);
    return false;
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
      misuse: this.misuse.met,
    };
    if (expected !== undefined) this.checkBoth(index, expected);
    this.checkStates(index, [
      first.undefinedUse ? undefined : first,
      second.undefinedUse ? undefined : second,
    ]);
    lockstep.commit();
    if (first.panic === 0) this.runOn(0, index + 1);
    if (second.panic === 0) this.runOn(1, index + 1);
  }

  /** The other side has ended: holds this one to what is expected of it in what is left. */
  private runOn(side: 0 | 1, from: number): void {
    const { trace, lockstep, names } = this;
    if (!this.holdsExpectations) return;
    const machine = side === 0 ? lockstep.first : lockstep.second;
    const both = <T>(own: T, other: T) =>
      side === 0 ? ([own, other] as const) : ([other, own] as const);
    for (let i = from; i < trace.ops.length && machine.panic === 0 && !this.isStopped; i++) {
      const outcome = lockstep.runAlone(machine, trace.ops[i]);
      if (outcome === UNDEFINED) continue;
      const outcomes = both(outcomeText(outcome), '(ended)');
      const expected = expectedOf(trace.expects[i], names[side]);
      if (isUnmet(expected, outcome, machine)) {
        const sides = both<string | undefined>(outcomeText(expected), undefined);
        this.add(this.divergence('expectation', i, outcomes, { expected: sides }));
      }
      this.checkStates(i, both<Machine | undefined>(machine, undefined), outcomes);
    }
  }

  private diverged(index: number, step: number): void {
    const { first, second, drift } = this.lockstep;
    const differences = decodeDifferences(first, second, drift.sorted());
    this.add(
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
    const { lockstep } = this;
    const { firstOutcome, secondOutcome } = lockstep;
    const first = expectedOf(expected, this.names[0]);
    const second = expectedOf(expected, this.names[1]);
    const firstWrong = isUnmet(first, firstOutcome, lockstep.first);
    const secondWrong = isUnmet(second, secondOutcome, lockstep.second);
    if (!firstWrong && !secondWrong) return;
    this.add(
      this.divergence('expectation', index, this.outcomes(), {
        before: this.pageBefore(index),
        expected: [
          firstWrong ? outcomeText(first) : undefined,
          secondWrong ? outcomeText(second) : undefined,
        ],
      }),
    );
  }

  /** Holds the pages of the sides that are there to what the trace expects of them. */
  private checkStates(
    index: number,
    machines: readonly [Machine | undefined, Machine | undefined],
    outcomes: readonly [string, string] = this.outcomes(),
  ): void {
    const expected = this.holdsExpectations ? this.trace.expectStates?.[index] : undefined;
    const unmet = expected && unmetState(expected, machines, this.names, outcomes);
    if (unmet) this.add(this.divergence('expectation', index, unmet.outcomes, unmet));
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
      ...(this.misuse.met ? { misuse: true } : {}),
      ...rest,
    };
  }

  private add(divergence: Divergence): void {
    this.divergences.push(divergence);
    if (this.hooks.stopAt?.(divergence)) this.isStopped = true;
  }
}
