// SPDX-License-Identifier: GPL-2.0-only
/** What every comparing command does: traces x pairs x debug settings, held against baselines. */

import type { Command } from 'commander';
import type { CompareLevel } from '../../compare/lockstep.js';
import { Replayer } from '../../compare/replay.js';
import type { OpObserver, StopAt } from '../../compare/replay_run.js';
import type { OutcomeObserver, TraceResult } from '../../compare/trace_result.js';
import type { CoverageObserver } from '../../coverage/index.js';
import { EvidenceCollector } from '../../evidence/index.js';
import type { Implementation } from '../../hyp/transitions.js';
import { textReport } from '../../report/text.js';
import { type ResultDocument, Tally } from '../../result/index.js';
import { SidePair } from '../../side/side_pair.js';
import type { Trace } from '../../trace/index.js';
import { Ahead } from '../ahead.js';
import { addBaselineOptions, type BaselineFlags, Baselines } from '../baselines.js';
import { addConfirmOption, type ConfirmFlags, Confirmations } from '../confirming.js';
import type { Context } from '../context.js';
import { addCoverageOptions, type CoverageFlags, CoverageRun } from '../coverage.js';
import { EXIT_BAD_INPUT, exitCodeOf } from '../exit_codes.js';
import type { TraceScore } from '../kill_matrix.js';
import { compareOption, type DebugChoice, debugOption, debugSettings } from '../options.js';
import { nextSteps, programName } from '../next_steps.js';
import type { Pair } from '../options.js';
import { Proofs } from '../prove/proofs.js';
import { addReportOptions, type ReportFlags, Reports, withoutReports } from '../reports.js';
import { isModel, type RefPair, Sides } from '../sides.js';
import { bootedLater, tracesOf, warnOfRefusals } from '../traces.js';
import { packageVersion } from '../../package/version.js';

export interface ComparingFlags extends BaselineFlags, ReportFlags, CoverageFlags, ConfirmFlags {
  compare: CompareLevel;
  debug?: DebugChoice;
  bail?: boolean;
  evidence?: boolean;
  followOns?: boolean;
  quiet?: boolean;
}

/** What a command has beyond its flags. */
export interface Comparison {
  readonly inputs: readonly string[];
  readonly pairs: readonly RefPair[];
  /** A table of operations x pairs in the text. */
  readonly table: boolean;
  /** What is proved of the pairs is stated too, and everything found is held against it. */
  readonly proves?: boolean | undefined;
  /** Which seeded bugs the traces find, where that is known. */
  readonly score?: TraceScore | undefined;
  /** Shows each operation as it is compared; called before the result is reported. */
  readonly showOps?: ((trace: Trace) => OpLines) | undefined;
}

/** Lines for the operations of one replay. */
export interface OpLines {
  readonly observe: OutcomeObserver;
  print(result: TraceResult): void;
}

/** Adds the options that every comparing command has. */
export function addComparingOptions(command: Command, debugDefault?: DebugChoice): Command {
  const debug = debugOption();
  command.addOption(compareOption()).addOption(debugDefault ? debug.default(debugDefault) : debug);
  addBaselineOptions(command);
  addCoverageOptions(command);
  addReportOptions(command);
  addConfirmOption(command);
  return command
    .option('--bail', 'end at the first new cause')
    .option('--follow-ons', 'list what follows from a cause, not only count it')
    .option('--evidence', 'keep single operations in the result, for an HTML page to be made of it')
    .option('-q, --quiet', 'print the closing lines only');
}

/** Compares, reports, and gives the exit code. */
export async function compareAll(
  comparison: Comparison,
  flags: ComparingFlags,
  context: Context,
): Promise<number> {
  const reports = Reports.plan(flags, context);
  const baselines = await Baselines.load(flags, context);
  const coverage = await CoverageRun.load(flags, context);
  if (!reports || !baselines || !coverage) return EXIT_BAD_INPUT;
  if (comparison.showOps && reports.printed) {
    context.problem({ file: '--verbose', message: 'goes with text on standard output only' });
    return EXIT_BAD_INPUT;
  }
  const sides = await Sides.start([...comparison.pairs, flags.confirm ?? []], context);
  if (!sides) return EXIT_BAD_INPUT;
  try {
    return await compareOn(sides, comparison, flags, { reports, baselines, coverage }, context);
  } finally {
    await sides.close();
  }
}

async function compareOn(
  sides: Sides,
  comparison: Comparison,
  flags: ComparingFlags,
  { reports, baselines, coverage }: Outputs,
  context: Context,
): Promise<number> {
  const started = performance.now();
  const { listsAll, showsEvidence } = reports;
  const wanted = { baselines, coverage, listsAll, showsEvidence };
  const document = await documentOf(sides, comparison, flags, wanted, context);
  if (!document) return EXIT_BAD_INPUT;
  await baselines.update(document, context);
  if (!reports.printed) printText(document, comparison, flags, started, context);
  const isWritten = await reports.write(document, context);
  return isWritten ? exitCodeOf(document) : EXIT_BAD_INPUT;
}

/** What a document is held against, and what is to be in it. */
interface Wanted {
  readonly baselines: Baselines;
  readonly coverage: CoverageRun;
  /** Every replay, not only those that diverged. */
  readonly listsAll: boolean;
  readonly showsEvidence: boolean;
}

/** Compares on sides that run; undefined, with the problem told, if what is proved cannot be read. */
export async function documentOf(
  sides: Sides,
  comparison: Comparison,
  flags: ComparingFlags,
  { baselines, coverage, listsAll, showsEvidence }: Wanted,
  context: Context,
): Promise<ResultDocument | undefined> {
  const tally = new Tally({
    tool: { name: 'pkvm-tracediff', version: packageVersion() },
    command: ['pkvm-tracediff', ...withoutReports(process.argv.slice(2))],
    level: flags.compare,
    debug: flags.debug ?? 'trace',
    pairs: comparison.pairs.map(([first, second]) => [
      sides.described(first),
      sides.described(second),
    ]),
    known: baselines.known,
    list: listsAll ? 'all' : 'diverged',
  });
  const evidence =
    flags.evidence || showsEvidence
      ? new EvidenceCollector(comparison.pairs.map(modelsOf))
      : undefined;
  const runs = runsOf(comparison.pairs, sides, flags, coverage);
  for (const { index, replayer } of runs) {
    if (replayer instanceof SidePair) tally.setLevel(index, replayer.level);
  }
  const proofs = comparison.proves ? await Proofs.load(modelPairs(comparison), context) : undefined;
  if (comparison.proves && !proofs) return undefined;
  const confirmations = new Confirmations(flags.confirm ?? []);
  const added: Added = (index, result, buckets) =>
    confirmations.add(comparison.pairs[index], result, buckets);
  await replayAll(comparison, runs, flags, tally, coverage, evidence, proofs, added, context);
  if (proofs?.hasCompared && !context.stopped) {
    tally.theorems = await proofs.settle(debugsOf(flags.debug), baselines.known);
  }
  tally.evidence = evidence?.collect();
  tally.coverage = coverage.section();
  if (isWholeEvidence(flags) && !tally.interrupted) {
    tally.seededBugs = comparison.score?.section(context);
  }
  const document = tally.document();
  await confirmations.ask(document, sides, context);
  return document;
}

/** Bugs were looked for with debug off and on, comparing exactly. */
function isWholeEvidence({ compare, debug }: ComparingFlags): boolean {
  return compare === 'exact' && debug === 'both';
}

/** Through what traces go: a pair, one setting of NVHE_EL2_DEBUG. */
interface Run {
  readonly names: readonly [string, string];
  readonly index: number;
  readonly debug: boolean | undefined;
  readonly replayer: Replayer | SidePair;
}

function isOnSides(run: Run): run is Run & { readonly replayer: SidePair } {
  return run.replayer instanceof SidePair;
}

function runsOf(
  pairs: readonly RefPair[],
  sides: Sides,
  flags: ComparingFlags,
  coverage: CoverageRun,
): Run[] {
  return pairs.flatMap((pair, index) => {
    const names = [pair[0].name, pair[1].name] as const;
    const sidePair = sides.pairOf(pair, flags.compare);
    return debugSettings(flags.debug).map((debug) => {
      if (sidePair) return { names, index, debug, replayer: sidePair };
      const [first, second] = pair
        .filter(isModel)
        .map((implementation) => coverage.watched(implementation));
      return { names, index, debug, replayer: new Replayer(first, second, flags.compare) };
    });
  });
}

/** The pairs that something can be proved of. */
function modelPairs({ pairs }: Comparison): Pair[] {
  return pairs.map(modelsOf).filter((pair) => pair !== undefined);
}

function debugsOf(choice: DebugChoice | undefined): boolean[] {
  return debugSettings(choice).flatMap((debug) => (debug === undefined ? [false, true] : [debug]));
}

/** The two of a pair where both are models: only those can be looked into. */
function modelsOf([first, second]: RefPair): readonly [Implementation, Implementation] | undefined {
  return isModel(first) && isModel(second) ? [first, second] : undefined;
}

interface Outputs {
  readonly reports: Reports;
  readonly baselines: Baselines;
  readonly coverage: CoverageRun;
}

/** Hears of each replay through a pair, with the bucket of each of its divergences. */
type Added = (pair: number, result: TraceResult, buckets: readonly string[]) => void;

async function replayAll(
  { inputs, score, showOps }: Comparison,
  runs: readonly Run[],
  flags: ComparingFlags,
  tally: Tally,
  coverage: CoverageRun,
  evidence: EvidenceCollector | undefined,
  proofs: Proofs | undefined,
  added: Added,
  context: Context,
): Promise<void> {
  context.onProblem = (problem) => tally.addProblem(problem);
  const showsProgress = !flags.quiet && showOps === undefined;
  const ahead = new Ahead(runs.filter(isOnSides));
  for await (const trace of ahead.of(tracesOf(inputs, context, showsProgress))) {
    let isReplayed = false;
    let isRefused = trace.ops.length > 0;
    for (const run of runs) {
      const { names, index, debug, replayer } = run;
      const lines = showOps?.(trace);
      const count = tally.observer(index, trace);
      const accepted = tally.accepted(index);
      const both: OutcomeObserver = (op, outcomes, step) => {
        count(op, outcomes, step);
        lines?.observe(op, outcomes, step);
      };
      const observe = lines ? both : count;
      const result = await bootedLater(trace, context, () =>
        replayer instanceof SidePair
          ? ahead.take(trace, { ...run, replayer }, observe)
          : replayIn(
              replayer,
              trace,
              debug,
              observe,
              coverage.observer(names, trace, debug),
              flags.bail ? tally.isNewIn(index, trace, debug) : undefined,
              context,
            ),
      );
      if (!result) continue;
      isReplayed = true;
      isRefused &&= result.compared > 0 && tally.accepted(index) === accepted;
      const buckets = tally.add(index, result);
      if (replayer instanceof Replayer) evidence?.add(index, result, buckets);
      proofs?.add(names, result);
      added(index, result, buckets);
      lines?.print(result);
      if (context.stopped || (flags.bail && tally.newDivergences > 0)) break;
    }
    if (isReplayed) {
      if (isRefused) warnOfRefusals(trace, context);
      tally.addTrace();
      score?.add(trace);
    }
    tally.endedEarly = Boolean(flags.bail) && tally.newDivergences > 0;
    if (tally.endedEarly) break;
  }
  context.onProblem = undefined;
  tally.interrupted = context.stopped;
}

/** Replays in lockstep, to the end or until the user has had enough. */
async function replayIn(
  replayer: Replayer,
  trace: Trace,
  debug: boolean | undefined,
  observe: OutcomeObserver,
  meet: CoverageObserver | undefined,
  stopAt: StopAt | undefined,
  context: Context,
): Promise<TraceResult> {
  const both: OpObserver = (op, lockstep, step) => {
    observe(op, lockstep, step);
    meet?.after(op, lockstep);
  };
  const replay = replayer.begin(trace, debug, meet ? both : observe, meet?.before, stopAt);
  while (replay.advance()) {
    await context.breathe();
    if (context.stopped) break;
  }
  return replay.result();
}

function printText(
  document: ResultDocument,
  { table }: Comparison,
  flags: ComparingFlags,
  started: number,
  context: Context,
): void {
  const text = textReport(document, {
    chalk: context.chalk,
    brief: flags.quiet,
    table,
    allCoverage: flags.coverage,
    followOns: flags.followOns,
  });
  context.print(text);
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  if (flags.quiet) return;
  context.print(context.chalk.dim(`${seconds} s`));
  const steps = nextSteps(document, {
    program: programName(process.argv[1], process.cwd()),
    args: withoutReports(process.argv.slice(2)),
    setsDebug: flags.debug !== undefined,
    hasPage: (flags.report ?? []).some(({ reporter }) => reporter.name === 'html'),
    baselines: (flags.baseline || []).length,
    updatedBaseline: flags.updateBaseline ?? false,
  });
  if (steps.length > 0) context.print(`\n${steps.join('\n')}`);
}
