// SPDX-License-Identifier: GPL-2.0-only
/** `explore`: everything that can happen in a bounded world, through two implementations. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { EvidenceCollector } from '../../evidence/index.js';
import type { Counterexample } from '../../explore/certificate/counterexample.js';
import { ExplorationDocument } from '../../explore/certificate/document.js';
import {
  type Explored,
  labelReachable,
  setupExplored,
} from '../../explore/certificate/explored.js';
import { ConstructedSearch } from '../../explore/search/constructed.js';
import { SetupDivergence } from '../../explore/world/boot.js';
import type { World } from '../../explore/world/world.js';
import { type Problem } from '../../input/problem.js';
import { systemErrorText } from '../../input/system_error.js';
import { certificateText } from '../../report/certificate_text.js';
import { divergencesText } from '../../report/divergence_text.js';
import { textReport } from '../../report/text.js';
import { theoremSummary } from '../../report/theorem_text.js';
import type { ResultDocument } from '../../result/index.js';
import { type Trace, writeTrace } from '../../trace/index.js';
import { addBaselineOptions, Baselines } from '../baselines.js';
import { comparableLevel, forSearch } from '../code.js';
import { addConfirmOption, Confirmations } from '../confirming.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_HELP, exitCodeOf } from '../exit_codes.js';
import {
  conflictOf,
  type ExploreFlags,
  runOptions,
  worldOptions,
  worldsOf,
} from '../explore/flags.js';
import {
  CheckpointFileError,
  exploreFromBoot,
  runToEnd,
  searchOptions,
} from '../explore/search_run.js';
import { Proofs } from '../prove/proofs.js';
import { compareOption, debugSettings, pairOption } from '../options.js';
import { addReportOptions, Reports, withoutReports } from '../reports.js';
import { packageVersion } from '../../package/version.js';
import { Sides } from '../sides.js';

export function exploreCommand(context: Context): Command {
  const command = new Command('explore')
    .description('try every operation in every reachable state of a small world')
    .addOption(pairOption())
    .addOption(compareOption())
    .addOption(
      new Option('--debug <setting>', 'CONFIG_NVHE_EL2_DEBUG')
        .choices(['on', 'off', 'both'])
        .default('both'),
    );
  for (const option of [...worldOptions(), ...runOptions()]) command.addOption(option);
  addBaselineOptions(command);
  addConfirmOption(command);
  return addReportOptions(command)
    .addOption(
      new Option('--view <view>', 'what tells states apart; ownership is coarser')
        .choices(['exact', 'ownership'])
        .default('exact'),
    )
    .addOption(
      new Option('--from <states>', 'from boot, or one operation from every constructed state')
        .choices(['boot', 'all'])
        .default('boot'),
    )
    .option('--invariants', 'check the invariants in every state, and say which hold')
    .option('--save <folder>', 'save a shortest trace to each divergence here')
    .option('--evidence', 'keep single operations of the shortest traces in the result')
    .option('-q, --quiet', 'print the closing lines only')
    .addHelpText(
      'after',
      `
Examples:
  $ pkvm-tracediff explore
  $ pkvm-tracediff explore --impl legacy-before-fix,direct --pages 1 --save found
  $ pkvm-tracediff explore --baseline baselines/series-2025-01.json --report mail=-
  $ pkvm-tracediff explore --pages 4 --debug off --format json > certificate.json
${EXIT_HELP}`,
    )
    .action(async (_options: unknown, self: Command) => {
      const flags = self.opts<ExploreFlags>();
      forSearch(flags.impl);
      const compare = comparableLevel(flags.impl, flags.compare);
      process.exitCode = await explore({ ...flags, compare }, context);
    });
}

async function explore(flags: ExploreFlags, context: Context): Promise<number> {
  const conflict = conflictOf(flags);
  if (conflict !== undefined) context.problem({ file: 'explore', message: conflict });
  const reports = Reports.plan(flags, context);
  const baselines = await Baselines.load(flags, context);
  if (conflict !== undefined || !reports || !baselines) return EXIT_BAD_INPUT;
  const proofs = await Proofs.load([flags.impl], context);
  const sides = proofs && (await Sides.start([flags.confirm ?? []], context));
  if (!sides) return EXIT_BAD_INPUT;
  try {
    return await exploreAll(flags, { reports, baselines, proofs, sides }, context);
  } finally {
    await sides.close();
  }
}

/** What an exploration is held against, and who is asked about what it finds. */
interface Means {
  readonly reports: Reports;
  readonly baselines: Baselines;
  readonly proofs: Proofs;
  readonly sides: Sides;
}

async function exploreAll(
  flags: ExploreFlags,
  { reports, baselines, proofs, sides }: Means,
  context: Context,
): Promise<number> {
  const confirmations = new Confirmations(flags.confirm ?? []);
  const tally = tallyOf(flags, reports, baselines);
  context.onProblem = (problem) => tally.addProblem(problem);
  for (const world of worldsOf(flags)) {
    if (context.stopped) break;
    const explored = await exploreWorld(world, flags, context);
    if (!explored) return EXIT_BAD_INPUT;
    const { save } = flags;
    const found = save === undefined ? explored : await saved(explored, save, context);
    tally.add(found);
    found.counterexamples.forEach(({ result }, i) => {
      proofs.add(result.implementations, result);
      const { id } = found.certificate.buckets[i];
      if (id !== undefined) confirmations.add(flags.impl, result, [id]);
    });
    if (!reports.printed && !flags.quiet) print(found, context);
  }
  context.onProblem = undefined;
  tally.interrupted = context.stopped;
  if (!context.stopped) {
    const debugs = debugSettings(flags.debug).filter((debug) => debug !== undefined);
    tally.addTheorems(await proofs.settle(debugs, baselines.known));
  }
  const document = tally.document();
  await confirmations.ask(document, sides, context);
  await baselines.update(document, context);
  if (!reports.printed) printEnd(document, flags, context);
  const isWritten = await reports.write(document, context);
  return isWritten && context.problems === 0 ? exitCodeOf(document) : EXIT_BAD_INPUT;
}

function printEnd(document: ResultDocument, { quiet }: ExploreFlags, context: Context): void {
  if (!quiet) context.print(`\n${theoremSummary(document, WIDTH).join('\n')}\n`);
  context.print(textReport(document, { chalk: context.chalk, brief: true }));
}

const WIDTH = 80;

function tallyOf(flags: ExploreFlags, reports: Reports, baselines: Baselines): ExplorationDocument {
  const isShown = flags.evidence || reports.showsEvidence;
  return new ExplorationDocument({
    tool: { name: 'pkvm-tracediff', version: packageVersion() },
    command: ['pkvm-tracediff', ...withoutReports(process.argv.slice(2))],
    level: flags.compare,
    debug: flags.debug,
    pair: flags.impl,
    known: baselines.known,
    evidence: isShown ? new EvidenceCollector([flags.impl]) : undefined,
  });
}

async function exploreWorld(
  world: World,
  flags: ExploreFlags,
  context: Context,
): Promise<Explored | undefined> {
  try {
    return await exploreFrom(world, flags, context);
  } catch (error) {
    if (error instanceof SetupDivergence) return setupExplored(error);
    if (!(error instanceof CheckpointFileError)) throw error;
    context.problem({ file: error.file, message: error.message });
    return undefined;
  }
}

async function exploreFrom(world: World, flags: ExploreFlags, context: Context): Promise<Explored> {
  if (flags.from === 'boot') return exploreFromBoot(world, flags, context);
  const search = new ConstructedSearch(world, flags.impl, searchOptions(flags));
  const found = await runToEnd(search, flags, context);
  if (found.certificate.buckets.length > 0 && !context.stopped) {
    const boot = await exploreFromBoot(world, flags, context);
    labelReachable(found.certificate, boot.certificate);
  }
  return found;
}

/** Saves the shortest traces. What was explored, with the files they are in now. */
async function saved(found: Explored, folder: string, context: Context): Promise<Explored> {
  const counterexamples: Counterexample[] = [];
  for (const [i, example] of found.counterexamples.entries()) {
    const file = join(folder, example.trace.file);
    const problem = await writeInto(folder, file, example.trace);
    if (problem) context.problem(problem);
    else found.certificate.buckets[i].file = file;
    const trace = problem ? example.trace : { ...example.trace, file };
    counterexamples.push({ ...example, trace, result: { ...example.result, trace } });
  }
  return { ...found, counterexamples };
}

/** Writes a trace into a folder that need not be there; the problem, if it cannot. */
async function writeInto(folder: string, file: string, trace: Trace): Promise<Problem | undefined> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    return { file: folder, message: `cannot write here: ${systemErrorText(error)}` };
  }
  return writeTrace(file, trace, { overwrite: true });
}

function print({ certificate, counterexamples }: Explored, context: Context): void {
  context.print(certificateText(certificate, context.chalk));
  counterexamples.forEach(({ result }, i) => {
    context.print(divergencesText(result, context.chalk));
    if (certificate.buckets[i].file !== undefined) return;
    context.print(context.chalk.dim('  not saved; --save FOLDER writes such traces'));
  });
  context.print('');
}
