// SPDX-License-Identifier: GPL-2.0-only
/**
 * A batch: some hundred runs on one random machine, booted once. Batches are what is handed to
 * workers and shards; what a batch finds depends on the seed, its number and the corpus, on nothing
 * else, and is plain data.
 */

import type { BucketKey } from '../compare/bucket.js';
import { Lockstep, STEP_EQUAL, STEP_UNDEFINED } from '../compare/lockstep.js';
import { MisuseWatch } from '../compare/misuse.js';
import { bucketOfStep } from '../compare/observe.js';
import { Rewinder } from '../compare/rewinder.js';
import { sharesGuestAlike } from '../compare/share_guest_warn.js';
import { Layout } from '../hyp/layout.js';
import { Machine } from '../hyp/machine.js';
import { type MachineConfig, OP_NAMES, type Op, OpCode } from '../hyp/op.js';
import { UNDEFINED } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import { OUTCOME_CLASSES, outcomeClass } from '../result/index.js';
import { causeOfStep } from './cause.js';
import { CellSet, cellOf, cellOfBranch, preState } from './coverage.js';
import { Generator } from './generator.js';
import { type MachineKind, machineKind, randomMachine } from './machines.js';
import { Mutator } from './mutator.js';
import { Random } from './random.js';
import { type BranchListener, overheard } from './trail.js';

/** A trace to start from: its machine and operations. */
export interface Seedling {
  readonly machine: MachineConfig;
  readonly ops: readonly Op[];
}

/** What all batches of a campaign have in common. */
export interface Campaign {
  readonly first: Implementation;
  readonly second: Implementation;
  readonly seed: number;
  /** Also operations that the hypervisor would not do; see Generator. */
  readonly misuse: boolean;
  /** Traces that some batches vary. */
  readonly corpus: readonly Seedling[];
}

/** The shortest example of a cause in a batch, and how often it was met. */
export interface BatchFinding {
  readonly cause: string;
  readonly key: BucketKey;
  readonly count: number;
  readonly run: number;
  readonly machine: MachineConfig;
  readonly ops: readonly Op[];
}

export interface BatchResult {
  readonly batch: number;
  readonly kind: MachineKind | 'corpus';
  readonly runs: number;
  readonly ops: number;
  /** Runs that ended in a panic of the first side, and runs that diverged. */
  readonly panics: number;
  readonly diverged: number;
  /** Runs that ended because a side became undefined, and the shortest of them. */
  readonly undefined: number;
  readonly undefinedExample: UndefinedExample | undefined;
  /** Changed words compared. */
  readonly words: number;
  /** Operations by code and class of the outcome both agreed on: code, class, count. */
  readonly agreed: readonly (readonly [code: number, outcome: number, count: number])[];
  /** Cells met: the cell, the first run that met it, and the index of the operation there. */
  readonly cells: readonly (readonly [cell: number, run: number, opIndex: number])[];
  readonly findings: readonly BatchFinding[];
}

/** A run up to the operation that is undefined. */
export interface UndefinedExample {
  readonly run: number;
  readonly machine: MachineConfig;
  readonly ops: readonly Op[];
  /** The page and its two uses. */
  readonly what: string;
  /** It got there by misuse. */
  readonly misuse: boolean;
}

/** Runs of a batch, but for the huge ones. */
export const BATCH_RUNS = 256;
const HUGE_RUNS = 5;
/** One batch in so many is of huge machines; the third is the first of them. */
const HUGE_EVERY = 1024;
const HUGE_AT = 2;
/** Of a hundred batches, so many vary a trace of the corpus, if there is one. */
const CORPUS_PERCENT = 40;
/** Most operations of a run; one is drawn for each run. */
const LENGTHS = [8, 32, 100, 200, 400];
const HUGE_LENGTH = 8;

/** Streams of random numbers of one seed. */
const STREAM_MACHINE = -1;

/** Runs a batch. */
export function runBatch(campaign: Campaign, batch: number): BatchResult {
  return new Batch(campaign, batch).run();
}

/** The machine and operations of one run again, up to operation `last`. */
export function replayRun(
  campaign: Campaign,
  batch: number,
  run: number,
  last: number,
): { machine: MachineConfig; ops: Op[] } {
  const again = new Batch(campaign, batch);
  again.runOne(run);
  again.lockstep.release();
  return { machine: again.machine, ops: again.ops.slice(0, last + 1) };
}

class Batch implements BranchListener {
  readonly ops: Op[] = [];
  readonly machine: MachineConfig;
  private readonly kind: MachineKind | 'corpus';
  readonly lockstep: Lockstep;
  private readonly rewinder: Rewinder;
  private readonly sharesGuestAlike: boolean;
  private readonly generator: Generator;
  private readonly mutator: Mutator | undefined;
  private readonly cells = new CellSet();
  private readonly firstMet: [number, number, number][] = [];
  private readonly findings = new Map<string, BatchFinding>();
  private readonly agreed = new Float64Array(OP_NAMES.length * OUTCOME_CLASSES);
  /** The run that goes on, for what it meets first. */
  private current = 0;
  private opCount = 0;
  private wordCount = 0;
  private panics = 0;
  private divergedRuns = 0;
  private undefinedRuns = 0;
  private undefinedExample: UndefinedExample | undefined;

  constructor(
    private readonly campaign: Campaign,
    private readonly batch: number,
  ) {
    const { corpus, seed, misuse } = campaign;
    const first = overheard(campaign.first, 0, this);
    const second = overheard(campaign.second, 1, this);
    const random = new Random(seed, batch, STREAM_MACHINE);
    const isHuge = batch % HUGE_EVERY === HUGE_AT;
    if (!isHuge && corpus.length > 0 && random.chance(CORPUS_PERCENT)) {
      const seedling = corpus[random.below(corpus.length)];
      this.kind = 'corpus';
      this.machine = seedling.machine;
      this.lockstep = new Lockstep(this.machine, first, second);
      this.generator = new Generator(this.lockstep.first, 'small', misuse);
      this.mutator = new Mutator(this.generator, seedling.ops);
    } else {
      const boots = (config: MachineConfig) => {
        Machine.of(new Layout(config), first).remote?.release();
      };
      const { kind, config } = randomMachine(random, machineKind(random, isHuge), boots);
      this.kind = kind;
      this.machine = config;
      this.lockstep = new Lockstep(config, first, second);
      this.generator = new Generator(this.lockstep.first, kind, misuse);
    }
    this.rewinder = new Rewinder(this.lockstep);
    this.sharesGuestAlike = sharesGuestAlike([first, second], this.machine);
  }

  run(): BatchResult {
    const runs = this.kind === 'huge' ? HUGE_RUNS : BATCH_RUNS;
    for (let run = 0; run < runs; run++) this.runOne(run);
    this.lockstep.release();
    return {
      batch: this.batch,
      kind: this.kind,
      runs,
      ops: this.opCount,
      panics: this.panics,
      diverged: this.divergedRuns,
      undefined: this.undefinedRuns,
      undefinedExample: this.undefinedExample,
      words: this.wordCount,
      agreed: this.agreedCounts(),
      cells: this.firstMet,
      findings: [...this.findings.values()],
    };
  }

  runOne(run: number): void {
    const { lockstep, ops, generator, rewinder } = this;
    const { first } = lockstep;
    const { nvhe_el2_debug: debug } = this.machine;
    const random = new Random(this.campaign.seed, this.batch, run);
    rewinder.rewind();
    ops.length = 0;
    this.current = run;
    const length = this.kind === 'huge' ? HUGE_LENGTH : random.of(LENGTHS);
    if (this.mutator) this.mutator.start(random);
    else generator.start(random);
    let hasDiverged = false;
    const misuse = new MisuseWatch();
    for (let i = 0; i < length && first.panic === 0; i++) {
      const op = this.mutator ? this.mutator.next(random) : generator.next(random);
      if (!this.haveOp(op)) continue;
      ops.push(op);
      const before = preState(first, op);
      misuse.before(first, op);
      const step = lockstep.step(op);
      misuse.after(lockstep.firstOutcome, lockstep.secondOutcome);
      if (step === STEP_UNDEFINED) {
        this.becameUndefined(run, misuse.met);
        break;
      }
      const cell = cellOf(op, before, lockstep.firstOutcome, debug);
      this.meet(cell);
      if (lockstep.firstOutcome === lockstep.secondOutcome) {
        this.agreed[op.code * OUTCOME_CLASSES + outcomeClass(lockstep.firstOutcome)]++;
      }
      if (step !== STEP_EQUAL) {
        hasDiverged = true;
        this.diverged(run, op, step, misuse.met);
      }
      this.wordCount += first.state.journalLength + lockstep.second.state.journalLength;
      rewinder.note(step === STEP_EQUAL);
      lockstep.settle(step);
    }
    this.opCount += ops.length;
    if (first.panic !== 0 && first.panic !== UNDEFINED) this.panics++;
    if (hasDiverged) this.divergedRuns++;
  }

  /** The C of an older tree may lack an operation. */
  private haveOp({ code }: Op): boolean {
    const { first, second } = this.campaign;
    const name = OP_NAMES[code];
    if (code === OpCode.__pkvm_host_share_guest && !this.sharesGuestAlike) return false;
    return (first.supports?.(name) ?? true) && (second.supports?.(name) ?? true);
  }

  /** What the model does not follow ends a run: it is neither equal nor a divergence. */
  private becameUndefined(run: number, misuse: boolean): void {
    const { lockstep, ops } = this;
    const use = lockstep.first.undefinedUse ?? lockstep.second.undefinedUse;
    this.rewinder.note(false);
    lockstep.commit();
    this.undefinedRuns++;
    const shortest = this.undefinedExample?.ops.length ?? Number.POSITIVE_INFINITY;
    if (ops.length >= shortest) return;
    const what = use?.text ?? '';
    this.undefinedExample = { run, machine: this.machine, ops: ops.slice(), what, misuse };
  }

  took(side: number, branch: number): void {
    this.meet(cellOfBranch(side, branch, this.machine.nvhe_el2_debug));
  }

  /** Of the operation that runs. */
  private meet(cell: number): void {
    if (this.cells.add(cell)) this.firstMet.push([cell, this.current, this.ops.length - 1]);
  }

  private agreedCounts(): [number, number, number][] {
    const counts: [number, number, number][] = [];
    this.agreed.forEach((count, i) => {
      if (count === 0) return;
      counts.push([Math.floor(i / OUTCOME_CLASSES), i % OUTCOME_CLASSES, count]);
    });
    return counts;
  }

  private diverged(run: number, op: Op, step: number, misuse: boolean): void {
    const { lockstep, ops, findings } = this;
    const cause = causeOfStep(lockstep, op, step, misuse);
    const known = findings.get(cause);
    const count = (known?.count ?? 0) + 1;
    if (known && ops.length >= known.ops.length) {
      findings.set(cause, { ...known, count });
      return;
    }
    const key = bucketOfStep(lockstep, op, step, false, misuse);
    findings.set(cause, { cause, key, count, run, machine: this.machine, ops: ops.slice() });
  }
}
