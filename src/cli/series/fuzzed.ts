// SPDX-License-Identifier: GPL-2.0-only
/** `--fuzz`: random traces between the ends of a range, and what they find, commit by commit. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Campaign } from '../../fuzz/batch.js';
import { CampaignProgress } from '../../fuzz/campaign.js';
import { fuzzDocument } from '../../fuzz/document.js';
import { writeWhole } from '../../output/write_file.js';
import type { ResultDocument } from '../../result/index.js';
import type { BuiltCommit, Judged, Range } from '../../series/index.js';
import { packageVersion } from '../../package/version.js';
import { Baselines } from '../baselines.js';
import { cacheFolder } from '../cache_folder.js';
import { whyNotExact } from '../code.js';
import type { Context } from '../context.js';
import { Findings } from '../fuzz/findings.js';
import { corpusDigest, fuzzTo } from '../fuzz/running.js';
import { StateFile } from '../fuzz/state_file.js';
import { withoutReports } from '../reports.js';
import type { SeriesFlags } from './flags.js';
import { FoundTraces } from './found_traces.js';
import { isMachine, type Neighbours, type ReplayPair } from './neighbours.js';

const BATCHES_OF_ALL = { index: 0, of: 1 };

/** Verdicts of commits that were built. */
const BUILT = new Set(['base', 'equal', 'known', 'new', 'inconclusive', 'same code']);

/** Replays the traces of some files, instead of those of the run. */
export type ReplayFiles = (files: readonly string[]) => ReplayPair;

/**
 * Random traces through the first and the last that were built, and what they found through each two
 * neighbours, so that it has its commit. Parts of the result; none, with the problem told, if the two
 * cannot be fuzzed.
 */
export async function fuzzRange(
  { base, commits }: Range,
  judged: Judged,
  neighbours: Neighbours,
  replay: ReplayFiles,
  flags: SeriesFlags,
  context: Context,
): Promise<ResultDocument[]> {
  const built = [base, ...commits].filter((_, i) => BUILT.has(judged.commits[i].verdict));
  const [first, last] = [
    await neighbours.build(built[0]),
    await neighbours.build(built.at(-1) ?? base),
  ];
  if ('notBuilt' in first || 'notBuilt' in last) return [];
  const fuzzed = await closing([first, last], async () => {
    if (neighbours.isSame(first, last)) return undefined;
    const unfit = whyNotFuzzed(first, last);
    if (unfit !== undefined) context.problem({ file: '--fuzz', message: unfit });
    return unfit === undefined
      ? neighbours.keeping(`fuzz ${flags.fuzz} ${flags.seed}`, first, last, () =>
          fuzzEnds(first, last, flags, context),
        )
      : undefined;
  });
  if (!fuzzed) return [];
  const files: string[] = [];
  for (const { file, trace } of fuzzed.campaign?.findings ?? []) {
    // An earlier run may have found it, and somebody have removed it since.
    const text = `${JSON.stringify(trace, undefined, 2)}\n`;
    const problem = existsSync(file) ? undefined : await writeWhole(file, text);
    if (problem) context.problem(problem);
    files.push(file);
  }
  const parts = [fuzzed];
  for (let i = 1; files.length > 0 && i < built.length && !neighbours.stopped; i++) {
    const pair = [await neighbours.build(built[i - 1]), await neighbours.build(built[i])];
    const [before, after] = pair;
    if ('notBuilt' in before || 'notBuilt' in after) continue;
    await closing([before, after], async () => {
      if (neighbours.isSame(before, after)) return;
      const part = await replay(files)(before, after);
      if (part) parts.push(part);
    });
  }
  return parts;
}

async function closing<T>(built: readonly BuiltCommit[], use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    for (const one of built) await one.close();
  }
}

/** Why two cannot be fuzzed; undefined if they can. */
function whyNotFuzzed(first: BuiltCommit, last: BuiltCommit): string | undefined {
  const { compared: a } = first;
  const { compared: b } = last;
  if (!isMachine(a) || !isMachine(b)) return 'random traces are for commits compiled as c:';
  return whyNotExact([a, b]);
}

/** The same two commits get the same traces, whoever runs it. */
function seedOf(first: BuiltCommit, last: BuiltCommit): number {
  return createHash('sha256').update(`${first.name} ${last.name}`).digest().readUInt32LE(0);
}

/**
 * Sends random traces through two commits until the time is over; undefined if they cannot be. The
 * smallest trace to each cause is in the file that the document names. An interrupted campaign goes on
 * another time.
 */
async function fuzzEnds(
  first: BuiltCommit,
  last: BuiltCommit,
  { fuzz: seconds, seed, ...flags }: SeriesFlags,
  context: Context,
): Promise<ResultDocument | undefined> {
  const { compared: a } = first;
  const { compared: b } = last;
  if (!isMachine(a) || !isMachine(b)) return undefined;
  const baselines = await Baselines.load({ ...flags, updateBaseline: false }, context);
  if (!baselines) return undefined;
  const campaign: Campaign = {
    first: a,
    second: b,
    seed: seed ?? seedOf(first, last),
    misuse: false,
    corpus: [],
  };
  const found = FoundTraces.of(first, last, flags.save, context);
  const progress = new CampaignProgress(BATCHES_OF_ALL);
  const settings = JSON.stringify([packageVersion(), first.keys, last.keys, campaign.seed]);
  const name = createHash('sha256').update(settings).digest('hex').slice(0, 24);
  const state = new StateFile(join(cacheFolder(), 'series', `fuzz-${name}.state`), settings);
  const saved = await state.read();
  if (saved) progress.restore(saved);
  const findings = new Findings(
    { campaign, folder: undefined, known: baselines.known, isShown: false },
    context,
  );
  for (const one of progress.found) await findings.add(one);
  const limits = { seconds };
  const isWhole = await fuzzTo(limits, { campaign, progress, findings, jobs: 1, state }, context);
  await findings.finish();
  if (isWhole) await state.remove();
  else await state.write(progress.state());
  const minimised = [];
  for (const { found: cause, trace } of findings.minimised) {
    const description = [first, last].reduce(
      (text, { name: commit }) => text.replace(commit, `c:${flags.tree}@${commit}`),
      trace.description ?? '',
    );
    const told = { ...trace, description };
    minimised.push({ found: cause, trace: await found.keep(told, `${trace.name}.json`) });
  }
  return fuzzDocument(
    {
      campaign,
      progress,
      limits,
      digest: corpusDigest(campaign.corpus),
      findings: minimised,
      interrupted: !isWhole,
    },
    {
      tool: { name: 'pkvm-tracediff', version: packageVersion() },
      command: ['pkvm-tracediff', ...withoutReports(process.argv.slice(2))],
      known: baselines.known,
    },
  );
}
