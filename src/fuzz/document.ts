// SPDX-License-Identifier: GPL-2.0-only
/** What a campaign came to, as the document that every report is made from. */

import { replayTrace } from '../compare/replay.js';
import { decompileOp, opText } from '../ops/index.js';
import { OP_NAMES } from '../hyp/op.js';
import {
  type Agreed,
  agreementOf,
  type Bucket,
  type Campaign as CampaignSection,
  countIn,
  type Operation,
  outcomeClassText,
  type ResultDocument,
  Tally,
  type TallySettings,
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
  /** The run that became undefined, minimised. */
  readonly undefinedTrace?: Trace | undefined;
  readonly interrupted: boolean;
}

export function fuzzDocument(
  result: FuzzResult,
  settings: Omit<TallySettings, 'pairs' | 'level' | 'debug' | 'isSearch'>,
): ResultDocument {
  const { campaign, progress, findings } = result;
  const { first, second } = campaign;
  const tally = new Tally({
    ...settings,
    pairs: [[first, second]],
    level: 'exact',
    debug: 'trace',
    isSearch: true,
  });
  tally.interrupted = result.interrupted;
  const ids = new Map<string, string>();
  for (const { found, trace } of findings) {
    const replayed = replayTrace(trace, first, second, { level: 'exact' });
    const buckets = tally.add(0, replayed);
    const at = replayed.divergences.findIndex(({ op }) => op === found.key.op);
    ids.set(found.cause, buckets[Math.max(0, at)]);
  }
  tally.campaign = campaignSection(result, ids);
  const { runs, ops, words, diverged, counts: times } = progress;
  const countOf = (id: string) =>
    findings.reduce(
      (sum, { found }) => sum + (ids.get(found.cause) === id ? (times.get(found.cause) ?? 1) : 0),
      0,
    );
  return tally.document({
    counts: { traces: runs, replays: runs, diverged, compared: ops, words },
    times: (bucket) => countOf(bucket.id) || bucket.count,
    operations: (buckets) => operationsOf(progress, buckets),
  });
}

function campaignSection(
  { campaign, progress, limits, digest, findings, undefinedTrace }: FuzzResult,
  ids: ReadonlyMap<string, string>,
): CampaignSection {
  return {
    seed: campaign.seed,
    misuse: campaign.misuse,
    corpus: { traces: campaign.corpus.length, digest },
    limits: {
      ...(limits.runs === undefined ? {} : { runs: limits.runs }),
      ...(limits.ops === undefined ? {} : { ops: limits.ops }),
      ...(limits.seconds === undefined ? {} : { seconds: limits.seconds }),
    },
    shards: [{ index: progress.shard.index + 1, of: progress.shard.of, batches: progress.done }],
    runs: progress.runs,
    ...undefinedOf(progress, undefinedTrace),
    cells: progress.cells.map(([cell]) => cell).sort((a, b) => a - b),
    findings: findings.map(({ found, trace }) => ({
      cause: found.cause,
      count: progress.counts.get(found.cause) ?? found.count,
      batch: found.batch,
      run: found.run,
      bucket: ids.get(found.cause) ?? '',
      file: trace.file,
      trace: jsonOf(trace),
    })),
  };
}

function jsonOf(trace: Trace): Record<string, unknown> {
  return JSON.parse(traceToJson(trace)) as Record<string, unknown>;
}

/** Runs the model does not follow to their end, and the operations of one. */
function undefinedOf(
  { undefinedRuns, undefinedExample }: CampaignProgress,
  trace: Trace | undefined,
): { undefined?: NonNullable<CampaignSection['undefined']> } {
  if (!undefinedExample) return {};
  const { batch, run, what, ops, misuse } = undefinedExample;
  const texts = ops.map((op) => opText(decompileOp(op)));
  const example = {
    batch,
    run,
    what,
    ops: texts,
    misuse,
    ...(trace ? { file: trace.file, trace: jsonOf(trace) } : {}),
  };
  return { undefined: { runs: undefinedRuns, example } };
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
