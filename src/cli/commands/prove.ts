// SPDX-License-Identifier: GPL-2.0-only
/** `prove`: the complete list of conditions under which two implementations differ. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { systemErrorText } from '../../input/system_error.js';
import { writeWhole } from '../../output/write_file.js';
import { ProofError } from '../../prove/oracle.js';
import { settledText } from '../../prove/keep.js';
import { textReport } from '../../report/text.js';
import { theoremLines } from '../../report/theorem_text.js';
import { type ResultDocument, Tally } from '../../result/index.js';
import { type Trace, writeTrace } from '../../trace/index.js';
import { addBaselineOptions, type BaselineFlags, Baselines } from '../baselines.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_HELP, EXIT_INTERNAL, exitCodeOf } from '../exit_codes.js';
import { type DebugChoice, type Pair, parseModels } from '../options.js';
import { type Proved, TheoremMaker } from '../prove/prover.js';
import { addReportOptions, type ReportFlags, Reports, withoutReports } from '../reports.js';
import { packageVersion } from '../../package/version.js';

interface ProveFlags extends BaselineFlags, ReportFlags {
  impl: Pair[];
  debug: DebugChoice;
  afresh?: boolean;
  save?: string;
  keep?: string;
  quiet?: boolean;
}

const WIDTH = 80;

export function proveCommand(context: Context): Command {
  const command = new Command('prove')
    .description('list all conditions under which two implementations can differ, in any state')
    .addOption(
      new Option('--impl <A,B,...>', 'implementations, each compared with the next')
        .argParser(parseModels)
        .default(parseModels('legacy,direct'), 'legacy,direct'),
    )
    .addOption(
      new Option('--debug <setting>', 'CONFIG_NVHE_EL2_DEBUG')
        .choices(['on', 'off', 'both'])
        .default('both'),
    );
  addBaselineOptions(command);
  return addReportOptions(command)
    .option('--afresh', 'settle everything again, not only what takes no time')
    .option('--save <folder>', 'save the traces that were made for conditions here')
    .option('--keep <file>', 'keep what settles the conditions of these pairs')
    .option('-q, --quiet', 'print the closing lines only')
    .addHelpText(
      'after',
      `
The helpers that the implementations call answer everything they can answer, and
both implementations run on the same answers. Where outcome or effects differ is
a condition; each is then settled: reachable or constructed, with a trace that is
replayed; cannot happen, with the argument and the executions that looked for it;
or open.

Examples:
  $ pkvm-tracediff prove
  $ pkvm-tracediff prove --impl legacy,series-1,series-2,direct
  $ pkvm-tracediff prove --baseline baselines/series-2025-01.json --report mail=-
${EXIT_HELP}`,
    )
    .action(async (_options: unknown, self: Command) => {
      process.exitCode = await prove(self.opts<ProveFlags>(), context);
    });
}

async function prove(flags: ProveFlags, context: Context): Promise<number> {
  const reports = Reports.plan(flags, context);
  const baselines = await Baselines.load(flags, context);
  const maker = await TheoremMaker.load(context);
  if (!reports || !baselines || !maker) return EXIT_BAD_INPUT;
  if (!maker.isCurrent && !flags.afresh) {
    context.complain(
      'the model has changed since its conditions were settled: settling them again',
    );
  }
  const debugs = flags.debug === 'both' ? [false, true] : [flags.debug === 'on'];
  const proved: Proved[] = [];
  try {
    for (const pair of flags.impl) {
      proved.push(await maker.prove(pair, debugs, baselines.known, { afresh: flags.afresh }));
      await context.breathe();
      if (context.stopped) break;
    }
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    context.complain(`nothing can be proved: ${error.message}`);
    return EXIT_INTERNAL;
  }
  const tally = new Tally({
    tool: { name: 'pkvm-tracediff', version: packageVersion() },
    command: ['pkvm-tracediff', ...withoutReports(process.argv.slice(2))],
    level: 'exact',
    debug: flags.debug,
    pairs: flags.impl,
    known: baselines.known,
  });
  tally.theorems = proved.map(({ section }) => section);
  tally.interrupted = context.stopped;
  await keepAll(flags, proved, maker, context);
  const document = tally.document();
  if (!reports.printed) print(document, flags, context);
  const isWritten = await reports.write(document, context);
  return isWritten && context.problems === 0 ? exitCodeOf(document) : EXIT_BAD_INPUT;
}

function print(document: ResultDocument, { quiet }: ProveFlags, context: Context): void {
  if (!quiet) context.print(`${theoremLines(document, WIDTH).join('\n')}\n`);
  context.print(textReport(document, { chalk: context.chalk, brief: true }));
}

/** Writes the traces that were made, and what settles the conditions, where that was asked for. */
async function keepAll(
  { save, keep, force }: ProveFlags,
  proved: readonly Proved[],
  maker: TheoremMaker,
  context: Context,
): Promise<void> {
  if (save !== undefined) {
    for (const trace of proved.flatMap(({ made }) => made)) await saveTrace(save, trace, context);
  }
  if (keep === undefined) return;
  const problem = await writeWhole(keep, settledText(maker.kept, proved), {
    overwrite: force ?? false,
  });
  if (problem) context.problem(problem);
}

async function saveTrace(folder: string, trace: Trace, context: Context): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    context.problem({ file: folder, message: `cannot write here: ${systemErrorText(error)}` });
    return;
  }
  const problem = await writeTrace(join(folder, trace.file), trace, { overwrite: true });
  if (problem) context.problem(problem);
}
