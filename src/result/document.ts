// SPDX-License-Identifier: GPL-2.0-only
/** The one place where what a run found becomes a document with a verdict. */

import type {
  Bucket,
  Counts,
  ResultDocument,
  Series,
  SeriesCommit,
  Verdict,
} from './types.generated.js';

/** A document but for what follows from the rest of it. */
export type Contents = Omit<ResultDocument, 'format' | 'verdict'>;

export function resultDocument({ tool, command, ...rest }: Contents): ResultDocument {
  const { counts, theorems = [] } = rest;
  const proved = (verdict: Verdict) =>
    theorems.filter((theorem) => theorem.verdict === verdict).length;
  const found = { known: counts.known + proved('known'), new: counts.new + proved('new') };
  const verdict = verdictOf(found, isWhole(rest));
  return { format: 'pkvm-result/1', tool, command, verdict, ...rest };
}

/** Whether all that was to be compared was, and both sides did some of it. */
function isWhole({
  interrupted,
  counts,
  coverage,
  certificates = [],
  theorems = [],
  undefined: section,
  series,
}: Omit<Contents, 'tool' | 'command'>): boolean {
  return (
    !interrupted &&
    counts.problems === 0 &&
    (counts.compared > 0 || theorems.length > 0 || isSameCode(series)) &&
    isJudged(series) &&
    theorems.every(({ verdict }) => verdict !== 'not proved') &&
    !isAllRefused(counts) &&
    (coverage?.missing.length ?? 0) === 0 &&
    (section === undefined || section.replays === section.expected) &&
    certificates.every(({ complete }) => complete)
  );
}

/** Whether there was nothing to compare, for every commit that was built is the same code. */
export function isSameCode(series: Series | undefined): boolean {
  const built = series?.commits.filter(({ verdict }) => verdict !== 'skipped') ?? [];
  const isSame = ({ verdict }: SeriesCommit) => verdict === 'same code' || verdict === 'base';
  return built.length > 1 && built.every(isSame);
}

/** Whether every commit was built and judged, as far as it has to be. */
function isJudged(series: Series | undefined): boolean {
  const { bisected, commits = [] } = series ?? {};
  return commits.every(
    ({ verdict }) => verdict !== 'not built' && (bisected || verdict !== 'not judged'),
  );
}

/** Whether both sides refused every operation of every trace: that is next to nothing compared. */
export function isAllRefused({ replays, compared, agreed }: Counts): boolean {
  return replays > 0 && compared > 0 && agreed.refused === compared;
}

function verdictOf(counts: Pick<Counts, 'known' | 'new'>, whole: boolean): Verdict {
  if (counts.new > 0) return 'new';
  if (!whole) return 'inconclusive';
  return counts.known > 0 ? 'known' : 'equal';
}

/** Divergences in the buckets that are meant. */
export function countIn(buckets: readonly Bucket[], isMeant: (bucket: Bucket) => boolean): number {
  return buckets.filter(isMeant).reduce((total, { count }) => total + count, 0);
}
