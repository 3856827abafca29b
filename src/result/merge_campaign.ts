// SPDX-License-Identifier: GPL-2.0-only
/**
 * Shards of a fuzzing campaign joined. A cause is found in the first batch that meets it, whichever
 * shard ran that: so the whole is what one run of all batches would have come to.
 */

import { byImportance, byKey, summed } from './merge_sums.js';
import type { Bucket, Campaign, Finding, Replay, ResultDocument } from './types.generated.js';

export interface MergedCampaign {
  readonly section: Campaign;
  readonly buckets: Bucket[];
  readonly traces: Replay[];
}

/** Undefined where there is no campaign; all or none have one. */
export function mergeCampaigns(documents: readonly ResultDocument[]): MergedCampaign | undefined {
  const sections = documents.flatMap(({ campaign }) => campaign ?? []);
  if (sections.length === 0) return undefined;
  const [first] = sections;
  const buckets: Bucket[] = [];
  const traces: Replay[] = [];
  const findings: Finding[] = [];
  for (const same of byKey(
    documents.flatMap((document) =>
      (document.campaign?.findings ?? []).map((finding) => ({ finding, document })),
    ),
    ({ finding }) => finding.cause,
  )) {
    const [{ finding, document }] = same.toSorted((a, b) => a.finding.batch - b.finding.batch);
    const count = summed(
      same.map((each) => each.finding),
      ['count'],
    );
    findings.push({ ...finding, ...count });
    const bucket = document.buckets.find(({ id }) => id === finding.bucket);
    if (bucket) buckets.push({ ...bucket, ...count });
    traces.push(...document.traces.filter(({ name }) => name === finding.trace.name));
  }
  const order = (name: string) => findings.findIndex(({ trace }) => trace.name === name);
  findings.sort((a, b) => a.batch - b.batch || a.run - b.run);
  const section: Campaign = {
    ...first,
    shards: sections.flatMap(({ shards }) => shards).sort((a, b) => a.index - b.index),
    ...summed(sections, ['runs']),
    ...mergedUndefined(sections),
    cells: [...new Set(sections.flatMap(({ cells }) => cells))].sort((a, b) => a - b),
    findings,
  };
  return {
    section,
    buckets: joined(buckets).sort(byImportance),
    traces: traces.sort((a, b) => order(a.name) - order(b.name)),
  };
}

/** All that became undefined, with the example of the earliest batch. */
function mergedUndefined(sections: readonly Campaign[]): Pick<Campaign, 'undefined'> {
  const all = sections.flatMap((section) => section.undefined ?? []);
  if (all.length === 0) return {};
  const [{ example }] = all.toSorted((a, b) => a.example.batch - b.example.batch);
  return { undefined: { ...summed(all, ['runs']), example } };
}

/** Causes may share a bucket. */
function joined(buckets: readonly Bucket[]): Bucket[] {
  return byKey(buckets, ({ id }) => id).map((same) => ({
    ...same[0],
    ...summed(same, ['count', 'followOns']),
  }));
}
