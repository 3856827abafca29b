// SPDX-License-Identifier: GPL-2.0-only
/** Does a candidate still show the divergence, and at which operation? */

import { type BucketKey, bucketText } from '../compare/bucket.js';
import { expectedOf } from '../compare/expected.js';
import { MisuseWatch } from '../compare/misuse.js';
import { type CompareLevel, Lockstep, STEP_EQUAL, STEP_UNDEFINED } from '../compare/lockstep.js';
import { bucketOfStep, outcomesOfStep } from '../compare/observe.js';
import { Rewinder } from '../compare/rewinder.js';
import { BootError } from '../hyp/boot.js';
import { HOST_S2_POOL, HPOOL } from '../hyp/layout.js';
import { type MachineConfig, OpCode } from '../hyp/op.js';
import { outcomeText } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Candidate, Step } from './candidate.js';
import { freePages } from './free_pages.js';

/** What is to be kept: the divergence's bucket, or as much of it as `text` tells. */
export interface Target {
  readonly key: BucketKey;
  readonly text: (key: BucketKey) => string;
}

/** What a candidate showed. */
export interface Shown {
  /** Index of the operation that diverged, or -1. */
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
  private readonly target: string;
  private readonly outcomes: string;
  private machine: MachineConfig | undefined;
  private lockstep: Lockstep | undefined;
  private rewinder: Rewinder | undefined;

  constructor(
    private readonly first: Implementation,
    private readonly second: Implementation,
    private readonly level: CompareLevel,
    private readonly wanted: Target,
  ) {
    this.target = wanted.text(wanted.key);
    this.outcomes = withoutColumns(wanted.key);
  }

  /** Replays a candidate up to the operation that diverges in the wanted way. */
  run({ machine, steps }: Candidate): Shown {
    this.tests++;
    const lockstep = this.booted(machine);
    if (!lockstep || !this.rewinder) return NOT_SHOWN;
    const { first } = lockstep;
    const constructed = steps.some(({ op }) => op.code === OpCode.poke);
    this.rewinder.rewind();
    const measures = steps.length <= MEASURED_STEPS;
    const spare: [number, number] = [freePages(first, HPOOL), freePages(first, HOST_S2_POOL)];
    if (!measures) spare.fill(0);
    const misuse = new MisuseWatch();
    for (let i = 0; i < steps.length && first.panic === 0; i++) {
      const { op } = steps[i];
      misuse.before(first, op);
      const outcome = lockstep.step(op);
      misuse.after(lockstep.firstOutcome, lockstep.secondOutcome);
      const isDefined = outcome !== STEP_UNDEFINED;
      const label = { constructed, misuse: misuse.met };
      const shows = isDefined && this.shows(lockstep, steps[i], outcome, label);
      if (measures) {
        spare[0] = Math.min(spare[0], freePages(first, HPOOL));
        spare[1] = Math.min(spare[1], freePages(first, HOST_S2_POOL));
      }
      this.rewinder.note(outcome === STEP_EQUAL);
      lockstep.settle(outcome);
      if (shows) return { at: i, spare };
      if (!isDefined) return NOT_SHOWN;
    }
    return NOT_SHOWN;
  }

  private shows(lockstep: Lockstep, step: Step, outcome: number, label: Label): boolean {
    const { constructed, misuse } = label;
    if (this.wanted.key.kind === 'expectation') {
      const key = this.expectationKey(lockstep, step, label);
      return key !== undefined && withoutColumns(key) === this.outcomes;
    }
    if (outcome === STEP_EQUAL) return false;
    const coarse = outcomesOfStep(lockstep, step.op, outcome, constructed, misuse);
    if (bucketText(coarse) !== this.outcomes) return false;
    if (this.wanted.text(coarse) === this.target) return true;
    return (
      this.wanted.text(bucketOfStep(lockstep, step.op, outcome, constructed, misuse)) ===
      this.target
    );
  }

  private expectationKey(
    lockstep: Lockstep,
    { op, expect }: Step,
    { constructed, misuse }: Label,
  ): BucketKey | undefined {
    if (expect === undefined) return undefined;
    const first = wrong(expectedOf(expect, this.first.name), lockstep.firstOutcome);
    const second = wrong(expectedOf(expect, this.second.name), lockstep.secondOutcome);
    if (first === undefined && second === undefined) return undefined;
    const coarse = outcomesOfStep(lockstep, op, STEP_EQUAL, constructed, misuse);
    return { ...coarse, kind: 'expectation', expected: [first, second] };
  }

  /** The lockstep of a machine; undefined if it cannot boot. The last one is kept. */
  private booted(machine: MachineConfig): Lockstep | undefined {
    if (this.machine === machine) return this.lockstep;
    this.machine = machine;
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

/** How a trace gets to a divergence: by a poke, by misuse, or by neither. */
interface Label {
  readonly constructed: boolean;
  readonly misuse: boolean;
}

function wrong(expected: number | undefined, outcome: number): string | undefined {
  return expected === undefined || expected === outcome ? undefined : outcomeText(expected);
}

/** A bucket but for its columns: cheap to tell for every divergence. */
function withoutColumns(key: BucketKey): string {
  return bucketText({ ...key, columns: [] });
}
