// SPDX-License-Identifier: GPL-2.0-only
/** `fuzz`: random traces on random machines through two implementations. */

import { randomInt } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { replayTrace } from '../../compare/replay.js';
import type { Campaign } from '../../fuzz/batch.js';
import { CampaignProgress, type Shard } from '../../fuzz/campaign.js';
import { cellsMet } from '../../fuzz/corpus.js';
import { fuzzDocument, type Minimised } from '../../fuzz/document.js';
import type { Limits } from '../../fuzz/run.js';
import { textReport } from '../../report/text.js';
import { count } from '../../report/words.js';
import type { ResultDocument } from '../../result/index.js';
import { addBaselineOptions, type BaselineFlags, Baselines } from '../baselines.js';
import { hasCode, whyNotExact } from '../code.js';
import { addConfirmOption, type ConfirmFlags, Confirmations } from '../confirming.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_HELP, EXIT_INTERNAL, exitCodeOf } from '../exit_codes.js';
import { contradictionsOf } from '../fuzz/control.js';
import { growCorpus, readCorpus } from '../fuzz/corpus.js';
import { Findings } from '../fuzz/findings.js';
import { parseSeconds, parseSeed, parseShard } from '../fuzz/options.js';
import { corpusDigest, fuzzTo } from '../fuzz/running.js';
import { StateFile } from '../fuzz/state_file.js';
import { type Pair, pairOption, parseCount } from '../options.js';
import { addReportOptions, type ReportFlags, Reports, withoutReports } from '../reports.js';
import { Sides } from '../sides.js';
import { packageVersion } from '../../package/version.js';

interface FuzzFlags extends BaselineFlags, ReportFlags, ConfirmFlags {
  impl: Pair;
  seed?: number;
  runs?: number;
  ops?: number;
  time?: number;
  shard: Shard;
  jobs: number;
  corpus?: string;
  save?: string;
  expectState?: boolean;
  misuse?: boolean;
  quiet?: boolean;
}

const DEFAULT_SECONDS = 60;

export function fuzzCommand(context: Context): Command {
  const command = new Command('fuzz')
    .description('replay random traces on random machines; minimise and save what diverges')
    .addOption(pairOption())
    .option('--seed <n>', 'same seed, same traces (default: a random one)', parseSeed)
    .option('--runs <n>', 'end after so many runs, in batches of 256', parseCount(1))
    .option('--ops <n>', 'end after so many operations', parseCount(1))
    .option('--time <t>', 'end after so long, as in 90s, 5m, 1h (default: 60s)', parseSeconds)
    .addOption(
      new Option('--shard <i/n>', 'run one of n parts only, for `merge` to join')
        .argParser(parseShard)
        .default({ index: 0, of: 1 }, '1/1'),
    )
    .option('--jobs <n>', 'worker threads', parseCount(1), 1)
    .option('--corpus <folder>', 'traces to vary; those that meet something new join it')
    .option('--save <folder>', 'save findings here; an interrupted run goes on from here')
    .option('--expect-state', 'findings say what pages are after each operation, too')
    .option('--misuse', 'also let the hypervisor give away pages it uses itself')
    .option('-q, --quiet', 'print the closing lines only');
  addBaselineOptions(command);
  addConfirmOption(command);
  return addReportOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ pkvm-tracediff fuzz --time 5m --jobs 4 --save found
  $ pkvm-tracediff fuzz --seed 1 --impl legacy-before-fix,legacy --runs 10000
  $ pkvm-tracediff fuzz --seed 7 --runs 1000000 --shard 2/8 --format json > 2.json
${EXIT_HELP}`,
    )
    .action(async (flags: FuzzFlags) => {
      process.exitCode = await fuzz(flags, context);
    });
}

async function fuzz(flags: FuzzFlags, context: Context): Promise<number> {
  const sides = await Sides.start([flags.confirm ?? []], context);
  if (!sides) return EXIT_BAD_INPUT;
  try {
    return await fuzzAsking(sides, flags, context);
  } finally {
    await sides.close();
  }
}

async function fuzzAsking(sides: Sides, flags: FuzzFlags, context: Context): Promise<number> {
  const reports = Reports.plan(flags, context);
  const baselines = await Baselines.load(flags, context);
  const campaign = await campaignOf(flags, context);
  if (!reports || !baselines || !campaign) return EXIT_BAD_INPUT;
  const digest = corpusDigest(campaign.corpus);
  const progress = new CampaignProgress(
    flags.shard,
    cellsMet(campaign.corpus, [campaign.first, campaign.second]),
  );
  const state = stateFile(flags, campaign, digest);
  const saved = await state?.read();
  if (saved) progress.restore(saved);

  const isShown = !reports.printed && !flags.quiet;
  const folder = flags.save;
  const findings = new Findings(
    { campaign, folder, known: baselines.known, isShown, withStates: flags.expectState },
    context,
  );
  if (isShown) context.print(heading(campaign, flags, saved?.done));
  for (const found of progress.found) await findings.add(found);
  const jobs = jobsOf(flags, context);
  const isWhole = await fuzzTo(
    limitsOf(flags),
    { campaign, progress, findings, jobs, state },
    context,
  );
  await findings.finish();
  const met = progress.undefinedExample;
  const undefinedTrace = met && (await findings.addUndefined(met));
  if (flags.corpus !== undefined) await grow(flags.corpus, campaign, progress, context);
  if (isWhole) await state?.remove();
  else await state?.write(progress.state());

  const document = fuzzDocument(
    {
      campaign,
      progress,
      limits: limitsOf(flags),
      digest,
      findings: findings.minimised,
      undefinedTrace,
      interrupted: !isWhole,
    },
    {
      tool: { name: 'pkvm-tracediff', version: packageVersion() },
      command: ['pkvm-tracediff', ...withoutReports(process.argv.slice(2))],
      known: baselines.known,
    },
  );
  await confirmAll(findings.minimised, document, sides, flags, context);
  await baselines.update(document, context);
  if (!reports.printed) {
    context.print(textReport(document, { chalk: context.chalk, brief: flags.quiet }));
  }
  const isWritten = await reports.write(document, context);
  if (!isWritten || context.problems > 0) return EXIT_BAD_INPUT;
  const contradictions = hasCode(flags.impl)
    ? []
    : contradictionsOf(findings.minimised, flags.impl);
  for (const text of contradictions) context.complain(`contradicts what prove says: ${text}`);
  return contradictions.length > 0 ? EXIT_INTERNAL : exitCodeOf(document);
}

/** Asks about the minimised trace of each finding. */
async function confirmAll(
  findings: readonly Minimised[],
  document: ResultDocument,
  sides: Sides,
  { impl, confirm }: FuzzFlags,
  context: Context,
): Promise<void> {
  const confirmations = new Confirmations(confirm ?? []);
  findings.forEach(({ found, trace }, i) => {
    const bucket = document.campaign?.findings[i]?.bucket;
    if (!confirm || bucket === undefined) return;
    const result = replayTrace(trace, ...impl, { level: 'exact' });
    const divergences = result.divergences.filter(({ op }) => op === found.key.op).slice(0, 1);
    confirmations.add(impl, { ...result, divergences }, [bucket]);
  });
  await confirmations.ask(document, sides, context);
}

/** The campaign; undefined, with the problems told, if it cannot be. */
async function campaignOf(flags: FuzzFlags, context: Context): Promise<Campaign | undefined> {
  const [first, second] = flags.impl;
  const unfit = whyNotExact(flags.impl);
  if (unfit !== undefined) context.problem({ file: 'fuzz', message: unfit });
  const corpus = flags.corpus === undefined ? undefined : await readCorpus(flags.corpus);
  for (const problem of corpus?.problems ?? []) context.problem(problem);
  if (context.problems > 0 || !(await isWritable(flags, context))) return undefined;
  return {
    first,
    second,
    seed: flags.seed ?? randomInt(2 ** 32),
    misuse: flags.misuse ?? false,
    corpus: corpus?.seedlings ?? [],
  };
}

/** Threads to use: the processes of compiled code belong to this one. */
function jobsOf({ jobs, impl }: FuzzFlags, context: Context): number {
  if (jobs === 1 || !hasCode(impl)) return jobs;
  context.complain('fuzz: the C of a tree is run by one worker: --jobs is left aside');
  return 1;
}

function limitsOf({ runs, ops, time }: FuzzFlags): Limits {
  const hasLimit = runs !== undefined || ops !== undefined || time !== undefined;
  return { runs, ops, seconds: hasLimit ? time : DEFAULT_SECONDS };
}

/** The file an interrupted campaign goes on from. Hidden: it is not a trace. */
function stateFile(
  { save, shard }: FuzzFlags,
  { first, second, seed, misuse }: Campaign,
  digest: string,
): StateFile | undefined {
  if (save === undefined) return undefined;
  const name = `.fuzz-${seed}-${shard.index + 1}-of-${shard.of}.state`;
  const settings = JSON.stringify([packageVersion(), first.name, second.name, misuse, digest]);
  return new StateFile(join(save, name), settings);
}

/** A folder that cannot be written is better known before an hour of fuzzing. */
async function isWritable(flags: FuzzFlags, context: Context): Promise<boolean> {
  for (const folder of [flags.save, flags.corpus]) {
    if (folder === undefined) continue;
    try {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
    } catch (error) {
      const message = `cannot write here: ${error instanceof Error ? error.message : String(error)}`;
      context.problem({ file: folder, message });
      return false;
    }
  }
  return true;
}

async function grow(
  folder: string,
  campaign: Campaign,
  progress: CampaignProgress,
  context: Context,
): Promise<void> {
  const { added, problem } = await growCorpus(folder, campaign, progress.cells);
  if (problem) context.problem(problem);
  if (added > 0) context.complain(`${folder}: ${count(added, 'trace')} that met something new`);
}

function heading({ first, second, seed, corpus }: Campaign, flags: FuzzFlags, done = 0): string {
  const { shard } = flags;
  const part = shard.of === 1 ? '' : `, shard ${shard.index + 1} of ${shard.of}`;
  const from = corpus.length > 0 ? `, a corpus of ${count(corpus.length, 'trace')}` : '';
  const on = done > 0 ? `, going on after ${done} batches` : '';
  return `fuzzing ${first.name} against ${second.name}: seed ${seed}${part}${from}${on}\n`;
}
