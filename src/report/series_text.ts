// SPDX-License-Identifier: GPL-2.0-only
/** A series of commits in words: each with its verdict, and which commit shows a cause first. */

import { printable } from '../input/printable.js';
import type { Bucket, Campaign, ResultDocument, Series, SeriesCommit } from '../result/index.js';
import { count } from './number_words.js';
import { wrapHard } from './wrap.js';

/** `series v6.13..topic of linux, compiled by gcc ...`, then a line for each commit. */
export function seriesLines({ series, campaign }: ResultDocument, width: number): string[] {
  if (!series) return [];
  const { tree, range, compiler, config, emulator, bisected, commits } = series;
  const configured = config === undefined ? '' : `, configured by ${config}`;
  const booted = emulator === undefined ? '' : `, booted under ${emulator}`;
  const head = `series ${range} of ${tree}, compiled by ${compiler}${configured}${booted}`;
  return [
    ...wrapHard(printable(head), width),
    '',
    ...commits.flatMap((commit) => commitLines(commit, width)),
    ...(bisected ? ['', ...wrapHard(BISECTED, width)] : []),
    ...(campaign ? ['', ...wrapHard(fuzzedText(campaign), width)] : []),
  ];
}

const BISECTED =
  'Bisected: each was compared with the base, at last the one found with the one before it; nothing is said of those not judged.';

/** What was done besides, at random. */
function fuzzedText({ runs, seed, findings }: Campaign): string {
  const found = findings.length === 0 ? 'they found nothing' : 'what they found, by each two';
  return `Besides, ${count(runs, 'random trace')} of seed ${seed} by the first and the last that were built; ${found}.`;
}

const VERDICT_WIDTH = 'inconclusive'.length;
const COMMIT_WIDTH = 12;

function commitLines({ commit, subject, verdict, reason, seen }: SeriesCommit, width: number) {
  const indent = ' '.repeat(2 + VERDICT_WIDTH + 2 + COMMIT_WIDTH + 2);
  const [first = '', ...rest] = wrapHard(printable(subject), width, indent);
  const remarks = reason === undefined ? [] : wrapHard(`(${printable(reason)})`, width, indent);
  return [
    `  ${verdict.padEnd(VERDICT_WIDTH)}  ${commit}  ${first.trimStart()}`,
    ...rest,
    ...remarks,
    ...(seen ?? []).flatMap((line) => wrapHard(printable(line), width, '    ')),
  ];
}

/** Commits that were not built and compared between two that were. */
const PASSED_OVER: ReadonlySet<SeriesCommit['verdict']> = new Set(['skipped', 'not built']);

/** Places in the series of a commit and the one before it that was built; undefined of other pairs. */
function placesOf(
  { commits }: Series,
  { first, second }: Bucket['pair'],
): readonly [number, number] | undefined {
  const from = commits.findIndex(({ commit }) => commit === first);
  const to = commits.findIndex(({ commit }) => commit === second);
  const between = commits.slice(from + 1, to);
  if (from < 0 || to < 0 || !between.every(({ verdict }) => PASSED_OVER.has(verdict))) return;
  return [from, to];
}

/** The commits that name a pair: the second alone, where it is compared with the one before it. */
export function pairHead({ series }: ResultDocument, { first, second }: Bucket['pair']): string[] {
  return series && placesOf(series, { first, second }) ? [second] : [first, second];
}

/**
 * `first in 1234567890ab ("a subject")`, of the buckets of a cause; undefined if the run was no series.
 * What only the ends of the range show, compared as fuzzing compares them, has no first commit.
 */
export function firstCommitText(
  { series }: ResultDocument,
  buckets: readonly Bucket[],
): string | undefined {
  if (!series) return undefined;
  const places = buckets.flatMap(({ pair }) => placesOf(series, pair)?.[1] ?? []);
  if (places.length === 0) {
    const [{ pair }] = buckets;
    return `between ${pair.first} and ${pair.second}, by no commit alone`;
  }
  const { commit, subject } = series.commits[Math.min(...places)];
  return `first in ${commit} ("${printable(subject)}")`;
}

/** Commits that were not built: a title, and why with the last lines that were said. */
export function unbuiltTexts({ series }: ResultDocument): { title: string; text: string }[] {
  return (series?.commits ?? [])
    .filter(({ verdict }) => verdict === 'not built')
    .map(({ commit, subject, reason = '', seen = [] }) => ({
      title: `Not built: ${commit} ${printable(subject)}`,
      text: [reason, ...seen].map(printable).join('\n'),
    }));
}

/** What names a side on the command line: `c:linux@1234567890ab` for a commit of a series. */
export function sideArgument({ series }: ResultDocument, name: string): string {
  const isCommit = series?.commits.some(({ commit }) => commit === name);
  return isCommit ? `c:${series?.tree}@${name}` : name;
}
