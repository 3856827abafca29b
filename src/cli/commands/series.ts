// SPDX-License-Identifier: GPL-2.0-only
/** `series`: a range of commits of a kernel tree, judged commit by commit on its own code. */

import { join } from 'node:path';
import { Command, Option } from 'commander';
import { textReport } from '../../report/text.js';
import { bisect, judgeAll, KeptResults, type Range, type Tools } from '../../series/index.js';
import { addBaselineOptions, Baselines } from '../baselines.js';
import { cacheFolder } from '../cache_folder.js';
import type { Context } from '../context.js';
import { addConfirmOption } from '../confirming.js';
import { CoverageRun } from '../coverage.js';
import { EXIT_BAD_INPUT, EXIT_HELP, exitCodeOf } from '../exit_codes.js';
import { runOptions, worldOptions } from '../explore/flags.js';
import { parseSeconds, parseSeed } from '../fuzz/options.js';
import { compareOption } from '../options.js';
import { addReportOptions, Reports } from '../reports.js';
import { builderOf, settled } from '../series/builders.js';
import { confirmCauses } from '../series/confirmed.js';
import { seriesDocument } from '../series/document.js';
import type { SeriesFlags } from '../series/flags.js';
import { fuzzRange } from '../series/fuzzed.js';
import { digestOf, keyOf, rangeOf, toolsOf } from '../series/input.js';
import { lentBy, Neighbours, refOf, type ReplayPair } from '../series/neighbours.js';
import { Sides } from '../sides.js';
import { documentOf } from './comparing.js';

/** Threads find implementations by name, and commits have none that others know. */
const ONE_THREAD = { workers: 1, view: 'exact', from: 'boot' } as const;

export function seriesCommand(context: Context): Command {
  const command = new Command('series')
    .description('judge a range of commits of a kernel tree, commit by commit, on its own code')
    .argument('<range>', 'A..B: every commit after A up to B; without B, up to HEAD')
    .argument('[inputs...]', 'files, folders or globs of traces (default: the bundled traces)')
    .option('--tree <folder>', 'the git tree; only its commits are read', '.')
    .addOption(
      new Option('--with <what>', 'what is made of a commit: its code compiled, or a kernel booted')
        .choices(['code', 'real'])
        .default('code'),
    )
    .option('--config <file>', 'configuration of the kernels (default: the smallest that boots)')
    .addOption(compareOption())
    .addOption(
      new Option('--debug <setting>', 'CONFIG_NVHE_EL2_DEBUG')
        .choices(['on', 'off', 'both'])
        .default('both'),
    )
    .option('--no-explore', 'replay traces only; else the world below is explored too')
    .option('--bisect', 'build only as many commits as it takes to find the one that differs')
    .option(
      '--fuzz <time>',
      'also send random traces through the first and the last, as in 90s, 5m',
      parseSeconds,
    )
    .option('--seed <n>', 'of the random traces (default: one made of the two commits)', parseSeed)
    .option('--save <folder>', 'save what exploring and fuzzing find here (default: the cache)');
  for (const option of worldOptions()) command.addOption(option);
  addBaselineOptions(command);
  addConfirmOption(command);
  return addReportOptions(command)
    .option('-q, --quiet', 'print the closing lines only')
    .addHelpText(
      'after',
      `
Commits that change nothing of the hypervisor are skipped. Each of the others is
compiled for user space (as c:TREE@COMMIT is) and compared with the one before
it. A commit that does not build leaves the result inconclusive. What neighbours
came to is kept in the cache folder: a run that was interrupted goes on there.
With --with real an Image of each is built in a clone of its own and booted
under QEMU; the cross compiler is found, or named as make has it: CROSS_COMPILE,
LLVM=1.

Examples:
  $ pkvm-tracediff series HEAD~1..HEAD
  $ pkvm-tracediff series --tree ~/linux v6.13..topic --report mail=-
  $ pkvm-tracediff series --tree ~/linux v6.13..topic --bisect --no-explore
  $ pkvm-tracediff series HEAD~3.. --fuzz 5m --confirm real:vmlinuz-6.12
${EXIT_HELP}`,
    )
    .action(async (range: string, inputs: string[], _options: unknown, self: Command) => {
      const defaults = new Command();
      for (const option of runOptions()) defaults.addOption(option);
      const flags = settled({ ...defaults.opts(), ...self.opts<SeriesFlags>(), ...ONE_THREAD });
      process.exitCode = await series(range, inputs, flags, context);
    });
}

async function series(
  text: string,
  inputs: string[],
  flags: SeriesFlags,
  context: Context,
): Promise<number> {
  const reports = Reports.plan(flags, context);
  const baselines = await Baselines.load(flags, context);
  const digest = await digestOf(inputs, flags, context);
  const builder = builderOf(flags, context);
  const range = builder && (await rangeOf(flags.tree, text, builder, context));
  const tools = builder && (await toolsOf(builder, context));
  if (!reports || !baselines || digest === undefined) return EXIT_BAD_INPUT;
  if (!builder || !range || !tools) return EXIT_BAD_INPUT;
  const kept = new KeptResults(join(cacheFolder(), 'series'), keyOf(digest, tools, flags));
  const judge = new Neighbours(builder, replayOf(inputs, flags, context), flags, kept, context);
  const kernels = await Sides.start([flags.confirm ?? []], context);
  if (!kernels) return EXIT_BAD_INPUT;
  try {
    return await judgeRange(range, { judge, tools, reports, baselines, kernels }, flags, context);
  } finally {
    await kernels.close();
  }
}

/** What a run has besides the range and its options. */
interface Run {
  readonly judge: Neighbours;
  readonly tools: Tools;
  readonly reports: Reports;
  readonly baselines: Baselines;
  /** Those that are asked. */
  readonly kernels: Sides;
}

async function judgeRange(
  range: Range,
  { judge, tools, reports, baselines, kernels }: Run,
  flags: SeriesFlags,
  context: Context,
): Promise<number> {
  const { base, commits } = range;
  const judged = await (flags.bisect ? bisect : judgeAll)(base, commits, judge);
  const replay = (files: readonly string[]) => replayOf(files, flags, context);
  const isFuzzed = flags.fuzz !== undefined && !judge.stopped;
  const fuzzed = isFuzzed ? await fuzzRange(range, judged, judge, replay, flags, context) : [];
  if (judge.keptCount > 0) {
    const pairs = judge.keptCount === 1 ? '1 pair' : `${judge.keptCount} pairs`;
    context.complain(`${pairs} of commits judged by an earlier run: taken from there`);
  }
  if (context.problems > 0) return EXIT_BAD_INPUT;
  const document = seriesDocument(range, judged, fuzzed, tools, flags, baselines, context);
  const { confirm = [] } = flags;
  if (confirm.length > 0) await confirmCauses(document, range, judge, confirm, kernels, context);
  if (context.problems > 0) return EXIT_BAD_INPUT;
  await baselines.update(document, context);
  if (!reports.printed) {
    const { quiet: brief } = flags;
    context.print(textReport(document, { chalk: context.chalk, brief, table: true }));
  }
  const isWritten = await reports.write(document, context);
  return isWritten ? exitCodeOf(document) : EXIT_BAD_INPUT;
}

/** Replays the traces through two commits. */
function replayOf(inputs: readonly string[], flags: SeriesFlags, context: Context): ReplayPair {
  return async (first, second) => {
    const baselines = await Baselines.load({ ...flags, updateBaseline: false }, context);
    const coverage = await CoverageRun.load({}, context);
    const pairs = [[refOf(first), refOf(second)] as const];
    const sides = await Sides.start(pairs, context, lentBy([first, second]));
    if (!baselines || !coverage || !sides) return undefined;
    try {
      const wanted = { baselines, coverage, listsAll: true, showsEvidence: false };
      // Kernels are asked when all commits have been judged.
      const replaying = { ...flags, confirm: [] };
      return await documentOf(sides, { inputs, pairs, table: true }, replaying, wanted, context);
    } finally {
      await sides.close();
    }
  };
}
