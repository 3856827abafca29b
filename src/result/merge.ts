// SPDX-License-Identifier: GPL-2.0-only
/** Result documents of shards and matrices joined to one. */

import type { Problem } from '../input/problem.js';
import { resultDocument } from './document.js';
import { mergeCampaigns } from './merge_campaign.js';
import { joinCertificates } from './merge_certificates.js';
import { mergeProblems } from './merge_checks.js';
import { mergeBaselines, mergeCoverage } from './merge_sections.js';
import { byImportance, byKey, summed } from './merge_sums.js';
import type { Part } from './part.js';
import type { Bucket, Counts, Operation, Pair, Replay, ResultDocument } from './types.generated.js';
import { mergeUndefined } from './undefined.js';

export type Merged =
  | { readonly ok: true; readonly document: ResultDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Joins parts; there must be at least one. `command` is what joins them. */
export function mergeDocuments(parts: readonly Part[], command: readonly string[]): Merged {
  const problems = mergeProblems(parts);
  if (problems.length > 0) return { ok: false, problems };
  const documents = parts.map(({ document }) => document);
  return { ok: true, document: joinDocuments(documents, command) };
}

/** Joins documents of one program that are known to be parts of a whole; at least one. */
export function joinDocuments(
  documents: readonly ResultDocument[],
  command: readonly string[],
): ResultDocument {
  const [first] = documents;
  const campaign = mergeCampaigns(documents);
  const counts = mergeCounts(documents);
  const coverage = mergeCoverage(documents.flatMap((document) => document.coverage ?? []));
  const certificates = joinCertificates(documents);
  const pairs = mergePairs(documents.flatMap((document) => document.pairs));
  const fuzzed = documents.find((document) => document.campaign);
  const replayed = documents.filter((document) => !document.campaign);
  return resultDocument({
    tool: first.tool,
    command: [...command],
    interrupted: documents.some(({ interrupted }) => interrupted),
    level: first.level,
    debug: documents.every(({ debug }) => debug === first.debug) ? first.debug : 'both',
    implementations: byKey(
      documents.flatMap(({ implementations }) => implementations),
      ({ name }) => name,
    ).map(([one]) => one),
    pairs,
    counts,
    problems: documents.flatMap((each) => each.problems),
    buckets: bucketsOf(campaign?.buckets, replayed),
    baseline: mergeBaselines(documents.map(({ baseline }) => baseline)),
    ...mergeUndefined(documents),
    ...(coverage ? { coverage } : {}),
    ...mergeTheorems(documents),
    ...(campaign ? { campaign: campaign.section } : {}),
    ...sharedScore(documents),
    ...(certificates.length > 0 ? { certificates } : {}),
    tracesListed: documents.every(({ tracesListed }) => tracesListed === 'all')
      ? 'all'
      : 'diverged',
    traces: [
      ...replayed.flatMap((document) => replaysOf(document, document.traces, pairs)),
      ...(fuzzed && campaign ? replaysOf(fuzzed, campaign.traces, pairs) : []),
    ],
  });
}

/** All theorems; one that several parts have (the same pair and settings, word for word) once. */
function mergeTheorems(documents: readonly ResultDocument[]): Pick<ResultDocument, 'theorems'> {
  const all = documents.flatMap(({ theorems = [] }) => theorems);
  const theorems = byKey(all, (theorem) => JSON.stringify(theorem)).map(([one]) => one);
  return theorems.length > 0 ? { theorems } : {};
}

/** The score of the traces, where all parts that ran traces ran the same ones. */
function sharedScore(documents: readonly ResultDocument[]): Pick<ResultDocument, 'seededBugs'> {
  const scores = documents.filter(({ counts }) => counts.traces > 0);
  const [seededBugs, ...rest] = scores.map((document) => document.seededBugs);
  const text = JSON.stringify(seededBugs);
  const isShared = rest.every((other) => JSON.stringify(other) === text);
  return seededBugs && isShared ? { seededBugs } : {};
}

function mergeCounts(documents: readonly ResultDocument[]): Counts {
  const counts = documents.map((document) => document.counts);
  return {
    ...summed(counts, [
      'traces',
      'replays',
      'diverged',
      'compared',
      'notCompared',
      'words',
      'known',
      'new',
      'followOns',
      'problems',
    ]),
    agreed: summed(
      counts.map(({ agreed }) => agreed),
      ['success', 'refused', 'panicked'],
    ),
  };
}

function mergePairs(pairs: readonly Pair[]): Pair[] {
  return byKey(pairs, ({ first, second }) => `${first},${second}`).map((same) => ({
    first: same[0].first,
    second: same[0].second,
    ...summed(same, ['replays', 'diverged', 'compared', 'notCompared', 'known', 'new']),
    ...leastLevel(same),
    ...mergeReasons(same),
    operations: mergeOperations(same.flatMap(({ operations }) => operations)),
  }));
}

/** What had to agree, where that is less in one of them than the run wanted. */
function leastLevel(pairs: readonly Pair[]): Pick<Pair, 'level'> {
  const levels = pairs.map(({ level }) => level);
  const least = (['outcome', 'ownership'] as const).find((level) => levels.includes(level));
  return least ? { level: least } : {};
}

/** The most frequent first. */
function mergeReasons(pairs: readonly Pair[]): Pick<Pair, 'reasons'> {
  const reasons = byKey(
    pairs.flatMap(({ reasons: all = [] }) => all),
    ({ reason }) => reason,
  ).map((same) => ({ reason: same[0].reason, ...summed(same, ['operations']) }));
  const isLess = (a: string, b: string) => (a < b ? -1 : 1);
  reasons.sort((a, b) => b.operations - a.operations || isLess(a.reason, b.reason));
  return reasons.length > 0 ? { reasons } : {};
}

function mergeOperations(operations: readonly Operation[]): Operation[] {
  return byKey(operations, ({ op }) => op).map((same) => ({
    op: same[0].op,
    ...summed(same, ['compared', 'known', 'new']),
    agreed: summed(
      same.map(({ agreed }) => agreed),
      ['success', 'refused', 'panicked'],
    ),
    outcomes: byKey(
      same.flatMap(({ outcomes }) => outcomes),
      ({ outcome }) => outcome,
    )
      .map((counts) => ({ outcome: counts[0].outcome, ...summed(counts, ['count']) }))
      .sort((a, b) => b.count - a.count || (a.outcome < b.outcome ? -1 : 1)),
  }));
}

/** Those of a campaign, and those of what was not fuzzed. */
function bucketsOf(
  fuzzed: readonly Bucket[] | undefined,
  replayed: readonly ResultDocument[],
): Bucket[] {
  if (!fuzzed) return mergeBuckets(replayed);
  if (replayed.length === 0) return [...fuzzed];
  const all = [...mergeBuckets(replayed), ...fuzzed];
  return byKey(all, ({ id }) => id)
    .map((same) => ({ ...same[0], ...summed(same, ['count', 'followOns']) }))
    .sort((a, b) => Number(b.verdict === 'new') - Number(a.verdict === 'new'));
}

/** Replays of one document, with their pairs' places among those of all. */
function replaysOf(
  { pairs }: ResultDocument,
  replays: readonly Replay[],
  all: readonly Pair[],
): Replay[] {
  const places = pairs.map(({ first, second }) =>
    all.findIndex((pair) => pair.first === first && pair.second === second),
  );
  return replays.map((replay) => ({ ...replay, pair: places[replay.pair] }));
}

/** One a bucket, with the example that the fewest operations lead to; new ones first. */
function mergeBuckets(documents: readonly ResultDocument[]): Bucket[] {
  const buckets = documents.flatMap((document) => document.buckets);
  const merged = byKey(buckets, ({ id }) => id).map((same) => {
    const [shortest] = same.toSorted((a, b) => a.example.opIndex - b.example.opIndex);
    return { ...shortest, ...summed(same, ['count', 'followOns']) };
  });
  const isSearch = documents.some(({ certificates }) => certificates !== undefined);
  if (isSearch) return merged.sort(byImportance);
  return merged.sort((a, b) => Number(b.verdict === 'new') - Number(a.verdict === 'new'));
}
