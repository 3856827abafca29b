// SPDX-License-Identifier: GPL-2.0-only
/** What a campaign came to, as the document that every report is made from. */

import { replayTrace } from '../compare/replay.js';
import { OP_NAMES } from '../hyp/op.js';
import {
  type Agreed,
  agreementOf,
  type Bucket,
  byImportance,
  type Campaign as CampaignSection,
  countIn,
  type Operation,
  outcomeClassText,
  type Pair,
  type ResultDocument,
  summed,
  Tally,
  type TallySettings,
  verdictOf,
} from '../result/index.js';
import { type Trace, traceToJson } from '../trace/index.js';
import type { Campaign } from './batch.js';
import type { CampaignProgress, Found } from './campaign.js';
import type { Limits } from './run.js';

/** A finding with its minimised trace. */
export interface Minimised {
  readonly found: Found;
  readonly trace: Trace;
}

export interface FuzzResult {
  readonly campaign: Campaign;
  readonly progress: CampaignProgress;
  readonly limits: Limits;
  /** Digest of the corpus. */
  readonly digest: string;
  readonly findings: readonly Minimised[];
  readonly interrupted: boolean;
}

export function fuzzDocument(
  result: FuzzResult,
  settings: Omit<TallySettings, 'pairs' | 'level' | 'debug'>,
): ResultDocument {
  const { first, second } = result.campaign;
  const tally = new Tally({
    ...settings,
    pairs: [[first, second]],
    level: 'exact',
    debug: 'trace',
  });
  // What chance did not meet says nothing of a baseline.
  tally.interrupted = true;
  const ids = new Map<string, string>();
  for (const { found, trace } of result.findings) {
    const replayed = replayTrace(trace, first, second, { level: 'exact' });
    const buckets = tally.add(0, replayed);
    const at = replayed.divergences.findIndex(({ op }) => op === found.key.op);
    ids.set(found.cause, buckets[Math.max(0, at)]);
  }
  return withCounts(result, tally.document(), ids);
}

/** The findings' replays give the buckets; how often each was met and on what is the campaign's. */
function withCounts(
  { campaign, progress, limits, digest, findings, interrupted }: FuzzResult,
  document: ResultDocument,
  ids: ReadonlyMap<string, string>,
): ResultDocument {
  const { counts: times } = progress;
  const countOf = (id: string) =>
    findings.reduce(
      (sum, { found }) => sum + (ids.get(found.cause) === id ? (times.get(found.cause) ?? 1) : 0),
      0,
    );
  const buckets = document.buckets
    .map((bucket) => ({
      ...bucket,
      count: countOf(bucket.id) || bucket.count,
    }))
    .sort(byImportance);
  const sum = (verdict: 'known' | 'new') =>
    countIn(buckets, (bucket) => bucket.verdict === verdict);
  const operations = operationsOf(progress, buckets);
  const agreed = summed(
    operations.map((operation) => operation.agreed),
    ['success', 'refused', 'panicked'],
  );
  const { runs, ops, words, diverged } = progress;
  const divergences = { known: sum('known'), new: sum('new') };
  const pair: Pair = {
    ...document.pairs[0],
    ...divergences,
    replays: runs,
    diverged,
    compared: ops,
    notCompared: 0,
    operations,
  };
  const counts = {
    ...document.counts,
    ...divergences,
    traces: runs,
    replays: runs,
    diverged,
    compared: ops,
    notCompared: 0,
    words,
    agreed,
  };
  const section: CampaignSection = {
    seed: campaign.seed,
    misuse: campaign.misuse,
    corpus: { traces: campaign.corpus.length, digest },
    limits: {
      ...(limits.runs === undefined ? {} : { runs: limits.runs }),
      ...(limits.ops === undefined ? {} : { ops: limits.ops }),
      ...(limits.seconds === undefined ? {} : { seconds: limits.seconds }),
    },
    shards: [{ index: progress.shard.index + 1, of: progress.shard.of, batches: progress.done }],
    runs,
    cells: progress.cells.map(([cell]) => cell).sort((a, b) => a - b),
    findings: findings.map(({ found, trace }) => ({
      cause: found.cause,
      count: times.get(found.cause) ?? found.count,
      batch: found.batch,
      run: found.run,
      bucket: ids.get(found.cause) ?? '',
      file: trace.file,
      trace: JSON.parse(traceToJson(trace)) as Record<string, unknown>,
    })),
  };
  const verdict = verdictOf(divergences, !interrupted && ops > 0);
  return { ...document, verdict, interrupted, counts, pairs: [pair], buckets, campaign: section };
}

function operationsOf(progress: CampaignProgress, all: readonly Bucket[]): Operation[] {
  const operations: Operation[] = [];
  OP_NAMES.forEach((op, code) => {
    const agreed: Agreed = { success: 0, refused: 0, panicked: 0 };
    const outcomes: Operation['outcomes'] = [];
    for (const [key, count] of progress.agreed) {
      const [forCode, outcome] = key.split(' ').map(Number);
      if (forCode !== code) continue;
      agreed[agreementOf(outcome)] += count;
      outcomes.push({ outcome: outcomeClassText(outcome), count });
    }
    const buckets = all.filter((bucket) => bucket.op === op);
    const known = countIn(buckets, ({ verdict }) => verdict === 'known');
    const fresh = countIn(buckets, ({ verdict }) => verdict === 'new');
    const disagreed = countIn(buckets, ({ kind }) => kind === 'outcome');
    const compared = agreed.success + agreed.refused + agreed.panicked + disagreed;
    if (compared === 0) return;
    outcomes.sort((a, b) => b.count - a.count || (a.outcome < b.outcome ? -1 : 1));
    operations.push({ op, compared, known, new: fresh, agreed, outcomes });
  });
  return operations;
}
