// SPDX-License-Identifier: GPL-2.0-only
/** `series`: a range of commits of a kernel tree, judged commit by commit on its own code. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { textReport } from '../../report/text.js';
import { joinDocuments, type ResultDocument, Tally, withSeries } from '../../result/index.js';
import {
  bisect,
  type CommitBuilder,
  type Judged,
  judgeAll,
  KeptResults,
  type Range,
  RangeError,
  readRange,
  type Tools,
  uncommitted,
} from '../../series/index.js';
import { findTraceFiles } from '../../trace/index.js';
import { addBaselineOptions, Baselines } from '../baselines.js';
import { cacheFolder } from '../cache_folder.js';
import { bundledTraces, type Context } from '../context.js';
import { CoverageRun } from '../coverage.js';
import { EXIT_BAD_INPUT, EXIT_HELP, exitCodeOf } from '../exit_codes.js';
import { runOptions, worldOptions } from '../explore/flags.js';
import { compareOption } from '../options.js';
import { addReportOptions, Reports, withoutReports } from '../reports.js';
import { builderOf } from '../series/builders.js';
import type { SeriesFlags } from '../series/flags.js';
import { lentBy, Neighbours, refOf, type ReplayPair } from '../series/neighbours.js';
import { SideError } from '../../side/side.js';
import { Sides } from '../sides.js';
import { packageVersion } from '../../package/version.js';
import { documentOf } from './comparing.js';

/** Threads find implementations by name, and commits have none that others know. */
const ONE_THREAD = { workers: 1, view: 'exact', from: 'boot' } as const;

export function seriesCommand(context: Context): Command {
  const command = new Command('series')
    .description('judge a range of commits of a kernel tree, commit by commit, on its own code')
    .argument('<range>', 'A..B: every commit after A up to B; without B, up to HEAD')
    .argument('[inputs...]', 'files, folders or globs of traces (default: the bundled traces)')
    .option('--tree <folder>', 'the git tree; only its commits are read', '.')
    .addOption(compareOption())
    .addOption(
      new Option('--debug <setting>', 'CONFIG_NVHE_EL2_DEBUG')
        .choices(['on', 'off', 'both'])
        .default('both'),
    )
    .option('--no-explore', 'replay traces only; else the world below is explored too')
    .option('--bisect', 'build only as many commits as it takes to find the one that differs');
  for (const option of worldOptions()) command.addOption(option);
  addBaselineOptions(command);
  return addReportOptions(command)
    .option('-q, --quiet', 'print the closing lines only')
    .addHelpText(
      'after',
      `
Commits that change nothing of the hypervisor are skipped. Each of the others is
compiled for user space (as c:TREE@COMMIT is) and compared with the one before
it. A commit that does not build leaves the result inconclusive. What neighbours
came to is kept in the cache folder: a run that was interrupted goes on there.

Examples:
  $ pkvm-tracediff series HEAD~1..HEAD
  $ pkvm-tracediff series --tree ~/linux v6.13..topic --report mail=-
  $ pkvm-tracediff series --tree ~/linux v6.13..topic --bisect --no-explore
${EXIT_HELP}`,
    )
    .action(async (range: string, inputs: string[], _options: unknown, self: Command) => {
      const defaults = new Command();
      for (const option of runOptions()) defaults.addOption(option);
      const flags = { ...defaults.opts(), ...self.opts<SeriesFlags>(), ...ONE_THREAD };
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
  const builder = builderOf();
  const range = await rangeOf(flags.tree, text, builder, context);
  const tools = await toolsOf(builder, context);
  if (!reports || !baselines || digest === undefined || !range || !tools) return EXIT_BAD_INPUT;
  const kept = new KeptResults(join(cacheFolder(), 'series'), keyOf(digest, tools, flags));
  const judge = new Neighbours(builder, replayOf(inputs, flags, context), flags, kept, context);
  const { base, commits } = range;
  const judged = await (flags.bisect ? bisect : judgeAll)(base, commits, judge);
  if (judge.keptCount > 0) {
    const pairs = judge.keptCount === 1 ? '1 pair' : `${judge.keptCount} pairs`;
    context.complain(`${pairs} of commits judged by an earlier run: taken from there`);
  }
  if (context.problems > 0) return EXIT_BAD_INPUT;
  const document = seriesDocument(range, judged, tools, flags, baselines, context);
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
      return await documentOf(sides, { inputs, pairs, table: true }, flags, wanted, context);
    } finally {
      await sides.close();
    }
  };
}

/** The commits; undefined, with the problem told, if they cannot be judged. */
async function rangeOf(
  tree: string,
  text: string,
  builder: CommitBuilder,
  context: Context,
): Promise<Range | undefined> {
  try {
    const range = await readRange(tree, text);
    const changed = await uncommitted(tree, builder.paths);
    for (const file of changed) {
      const message = 'has changes that no commit has: commits are judged, not the work tree';
      context.problem({ file: join(tree, file), message: `${message}; commit or stash them` });
    }
    if (changed.length > 0) return undefined;
    const skipped = range.commits.map((commit) => builder.whySkipped(commit));
    if (skipped.some((reason) => reason === undefined)) return range;
    throw new RangeError(
      `no commit of ${text} changes what is compiled of the hypervisor (${[...new Set(skipped)].join('; ')})`,
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    context.problem({ file: 'series', message: error.message });
    return undefined;
  }
}

/** What commits are built with; undefined, with the problem told, if something is not there. */
async function toolsOf(builder: CommitBuilder, context: Context): Promise<Tools | undefined> {
  try {
    return await builder.prepare();
  } catch (error) {
    if (!(error instanceof SideError)) throw error;
    context.problem({ file: 'series', message: error.message });
    for (const line of error.seen) context.complain(`  ${line}`);
    return undefined;
  }
}

/** A digest of the traces and the baselines; undefined, with the problems told, if one cannot be read. */
async function digestOf(
  inputs: readonly string[],
  { baseline }: SeriesFlags,
  context: Context,
): Promise<string | undefined> {
  if (inputs.includes('-')) {
    const message = 'traces are read once for each pair of commits: name files, not standard input';
    context.problem({ file: '-', message });
    return undefined;
  }
  const { files, problems } = await findTraceFiles(inputs.length > 0 ? inputs : [bundledTraces()]);
  for (const problem of problems) context.problem(problem);
  if (problems.length > 0) return undefined;
  const hash = createHash('sha256');
  for (const path of [...files.map(({ path }) => path), ...(baseline || [])]) {
    const content = await readFile(path).catch(() => undefined);
    hash.update(`${path}\n${content?.length}\n`).update(content ?? '');
  }
  return hash.digest('hex');
}

/** What goes into the result of every pair. */
function keyOf(digest: string, tools: Tools, flags: SeriesFlags): string[] {
  const { compare, debug, explore, pages, gfns, vms, maxPins, ranges, place, ops } = flags;
  const world = explore ? [pages, gfns, vms, maxPins, ranges, place, ops] : [];
  const settings = JSON.stringify([compare, debug, explore, world]);
  return [packageVersion(), digest, JSON.stringify(tools), settings];
}

function seriesDocument(
  { tree, text, base, commits: all }: Range,
  { commits, parts }: Judged,
  tools: Tools,
  flags: SeriesFlags,
  baselines: Baselines,
  context: Context,
): ResultDocument {
  const command = ['pkvm-tracediff', ...withoutReports(process.argv.slice(2))];
  const joined =
    parts.length > 0
      ? joinDocuments(parts, command)
      : nothingCompared(base.name, (all.at(-1) ?? base).name, command, flags, baselines);
  const traces = Math.max(0, ...parts.map(({ counts }) => counts.traces));
  const series = {
    tree,
    range: text,
    ...tools,
    bisected: flags.bisect ?? false,
    commits: [...commits],
  };
  const interrupted = joined.interrupted || context.stopped;
  return withSeries({ ...joined, interrupted }, series, traces);
}

/** No two commits were built, or all that were are the same code. */
function nothingCompared(
  first: string,
  second: string,
  command: readonly string[],
  { compare, debug }: SeriesFlags,
  { known }: Baselines,
): ResultDocument {
  const sides = [first, second].map((name) => ({ name, description: name })) as [
    { name: string; description: string },
    { name: string; description: string },
  ];
  const tool = { name: 'pkvm-tracediff', version: packageVersion() };
  return new Tally({ tool, command, level: compare, debug, pairs: [sides], known }).document();
}
