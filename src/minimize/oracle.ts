// SPDX-License-Identifier: GPL-2.0-only
/** Does a candidate still show the divergence, or that a side becomes undefined, and at which operation? */

import { type BucketKey, bucketText } from '../compare/bucket.js';
import { expectedOf } from '../compare/expected.js';
import { unmetState } from '../compare/expected_state.js';
import { type CompareLevel, Lockstep, STEP_EQUAL, STEP_UNDEFINED } from '../compare/lockstep.js';
import { MisuseWatch } from '../compare/misuse.js';
import { bucketOfStep, outcomesOfStep } from '../compare/observe.js';
import { Rewinder } from '../compare/rewinder.js';
import { BootError } from '../hyp/boot.js';
import { HOST_S2_POOL, HPOOL } from '../hyp/layout.js';
import type { Machine } from '../hyp/machine.js';
import { type MachineConfig, OpCode } from '../hyp/op.js';
import { NotComparable } from '../hyp/not_comparable.js';
import { outcomeText } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Candidate, Step } from './candidate.js';

/** The divergence that is to be kept: its bucket, or as much of it as `text` tells. */
export interface DivergenceTarget {
  readonly key: BucketKey;
  readonly text: (key: BucketKey) => string;
}

/** A side is to become undefined, getting there in the same way. */
export interface UndefinedTarget {
  readonly undefined: Label;
}

export type Target = DivergenceTarget | UndefinedTarget;

/** How a trace gets to what it shows: by a poke, by misuse, or by neither. */
export interface Label {
  readonly constructed: boolean;
  readonly misuse: boolean;
}

/** What a candidate showed. */
export interface Shown {
  /** Index of the operation that showed it, or -1. */
  readonly at: number;
  /**
   * Fewest pages the first machine's pools had free, the hypervisor's and the host stage 2's; 0 if
   * the candidate is too long for looking.
   */
  readonly spare: readonly [number, number];
}

/** The pools of candidates of at most so many operations are looked at after each. */
const MEASURED_STEPS = 200;

const NOT_SHOWN: Shown = { at: -1, spare: [0, 0] };

export class Oracle {
  /** Candidates tried. */
  tests = 0;
  /** The divergence wanted, if it is one. */
  private readonly wanted: Wanted | undefined;
  private machine: MachineConfig | undefined;
  private lockstep: Lockstep | undefined;
  private rewinder: Rewinder | undefined;

  constructor(
    private readonly first: Implementation,
    private readonly second: Implementation,
    private readonly level: CompareLevel,
    private readonly target: Target,
  ) {
    this.wanted = 'key' in target ? wantedOf(target) : undefined;
  }

  /** Replays a candidate up to the operation that shows what is wanted. */
  run(candidate: Candidate): Shown {
    this.tests++;
    try {
      return this.replay(candidate);
    } catch (error) {
      if (!(error instanceof NotComparable)) throw error;
      // One side may have run the operation: the next candidate boots anew.
      this.machine = undefined;
      return NOT_SHOWN;
    }
  }

  private replay({ machine, steps }: Candidate): Shown {
    const lockstep = this.booted(machine);
    if (!lockstep || !this.rewinder || !areInMemory(lockstep, steps)) return NOT_SHOWN;
    const { first } = lockstep;
    const constructed = steps.some(({ op }) => op.code === OpCode.poke);
    this.rewinder.rewind();
    const measures = steps.length <= MEASURED_STEPS;
    const spare: [number, number] = measures ? freePages(first) : [0, 0];
    const misuse = new MisuseWatch();
    if (lockstep.isRemote)
      lockstep.ahead(
        steps.map(({ op }) => op),
        0,
      );
    for (let i = 0; i < steps.length && first.panic === 0; i++) {
      const { op } = steps[i];
      misuse.before(first, op);
      const outcome = lockstep.step(op);
      misuse.after(lockstep.firstOutcome, lockstep.secondOutcome);
      const isDefined = outcome !== STEP_UNDEFINED;
      const label = { constructed, misuse: misuse.met };
      const shows = isDefined
        ? this.shows(lockstep, steps[i], outcome, label)
        : this.isWantedEnd(label);
      if (measures) {
        const free = freePages(first);
        spare[0] = Math.min(spare[0], free[0]);
        spare[1] = Math.min(spare[1], free[1]);
      }
      this.rewinder.note(outcome === STEP_EQUAL);
      lockstep.settle(outcome);
      if (shows) return { at: i, spare };
      if (!isDefined) return NOT_SHOWN;
    }
    return NOT_SHOWN;
  }

  private isWantedEnd({ constructed, misuse }: Label): boolean {
    if (!('undefined' in this.target)) return false;
    const wanted = this.target.undefined;
    return wanted.constructed === constructed && wanted.misuse === misuse;
  }

  private shows(lockstep: Lockstep, step: Step, outcome: number, label: Label): boolean {
    const { wanted } = this;
    if (!wanted) return false;
    const { constructed, misuse } = label;
    if (wanted.isExpectation) {
      return this.expectationKeys(lockstep, step, label).some(
        (key) => withoutColumns(key) === wanted.outcomes,
      );
    }
    if (outcome === STEP_EQUAL) return false;
    const coarse = outcomesOfStep(lockstep, step.op, outcome, constructed, misuse);
    if (bucketText(coarse) !== wanted.outcomes) return false;
    if (wanted.textOf(coarse) === wanted.text) return true;
    const whole = bucketOfStep(lockstep, step.op, outcome, constructed, misuse);
    return wanted.textOf(whole) === wanted.text;
  }

  /** The expectations that are not met: of the outcome, and of the state. */
  private expectationKeys(
    lockstep: Lockstep,
    { op, expect, state }: Step,
    { constructed, misuse }: Label,
  ): BucketKey[] {
    const names = [this.first.name, this.second.name] as const;
    const first = wrong(expectedOf(expect, names[0]), lockstep.firstOutcome);
    const second = wrong(expectedOf(expect, names[1]), lockstep.secondOutcome);
    const machines = [lockstep.first, lockstep.second] as const;
    const coarse = outcomesOfStep(lockstep, op, STEP_EQUAL, constructed, misuse);
    const unmet = state && unmetState(state.compiled, machines, names, coarse.outcomes);
    const keys: BucketKey[] = [];
    if (first !== undefined || second !== undefined) {
      keys.push({ ...coarse, kind: 'expectation', expected: [first, second] });
    }
    if (unmet) {
      const { outcomes, expected } = unmet;
      keys.push({ ...coarse, kind: 'expectation', outcomes, expected });
    }
    return keys;
  }

  /** The lockstep of a machine; undefined if it cannot boot. The last one is kept. */
  private booted(machine: MachineConfig): Lockstep | undefined {
    if (this.machine === machine) return this.lockstep;
    this.machine = machine;
    this.lockstep?.release();
    this.lockstep = undefined;
    this.rewinder = undefined;
    try {
      this.lockstep = new Lockstep(machine, this.first, this.second, this.level);
      this.rewinder = new Rewinder(this.lockstep);
    } catch (error) {
      if (!(error instanceof BootError)) throw error;
    }
    return this.lockstep;
  }
}

interface Wanted {
  readonly isExpectation: boolean;
  readonly text: string;
  /** Of its bucket but for the columns. */
  readonly outcomes: string;
  readonly textOf: (key: BucketKey) => string;
}

function wantedOf({ key, text }: DivergenceTarget): Wanted {
  return {
    isExpectation: key.kind === 'expectation',
    text: text(key),
    outcomes: withoutColumns(key),
    textOf: text,
  };
}

/** Whether a machine still has the pages that something is expected of. */
function areInMemory({ layout }: Lockstep, steps: readonly Step[]): boolean {
  return steps.every(({ state }) =>
    state === undefined
      ? true
      : [...state.compiled.all, ...[...state.compiled.byImplementation.values()].flat()].every(
          ({ pfn }) => layout.pageIndex(pfn) >= 0,
        ),
  );
}

function wrong(expected: number | undefined, outcome: number): string | undefined {
  return expected === undefined || expected === outcome ? undefined : outcomeText(expected);
}

/** A bucket but for its columns: cheap to tell for every divergence. */
function withoutColumns(key: BucketKey): string {
  return bucketText({ ...key, columns: [] });
}

/** Free pages of both pools; 0 of one whose lists are broken. */
function freePages({ alloc }: Machine): [number, number] {
  return [Math.max(0, alloc.freePages(HPOOL)), Math.max(0, alloc.freePages(HOST_S2_POOL))];
}
