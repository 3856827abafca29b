// SPDX-License-Identifier: GPL-2.0-only
/** What every report says in the same words: counts, causes, the verdict. */

import { count, number, shareText } from './number_words.js';
import { notComparedTexts } from './not_compared.js';
import {
  newConditions,
  possibleConditions,
  theoremTitle,
  theoremVerdict,
} from './theorem_words.js';
import { printable, shownName } from '../input/printable.js';
import { countIn, isAllRefused, isSameCode } from '../result/document.js';
import type {
  BaselineEntry,
  Bucket,
  Certificate,
  ResultDocument,
  SeededBugs,
} from '../result/index.js';

export { count, number, shareText };

/** `legacy and direct`; of a chain `legacy, series-1 and series-2`. */
export function namesText({ implementations }: ResultDocument): string {
  const names = implementations.map(({ name }) => name);
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** `on` or `off`, `as the traces say`. */
export function debugText({ debug }: ResultDocument): string {
  if (debug === 'trace') return 'as the traces say';
  return debug === 'both' ? 'on and off' : debug;
}

/** What a bucket's divergences have in common, in one line. */
export function causeText({ op, kind, outcomes, expected, columns, pair }: Bucket): string {
  if (kind === 'expectation' && expected) {
    return `${op}: ${missedText({ outcomes, expected }, pair)}`;
  }
  const parts = [`${op}: ${kindText(kind)}${outcomes.first} | ${outcomes.second}`];
  if (columns.length > 0) parts.push(columns.join(', '));
  return parts.join('; ');
}

function kindText(kind: Bucket['kind']): string {
  return kind === 'outcome' ? '' : `${kind}, `;
}

type Missed = Pick<Bucket['example']['followOns'][number], 'outcomes' | 'expected'>;

/** `expected 0, both sides got -EPERM`, or what was expected of each side that did not do it. */
export function missedText({ outcomes, expected }: Missed, names: Bucket['pair']): string {
  if (isMissedAlike({ outcomes, expected })) {
    return `expected ${expected.first}, both sides got ${outcomes.first}`;
  }
  return (['first', 'second'] as const)
    .filter((side) => expected[side] !== undefined)
    .map((side) => `expected ${expected[side]} of ${names[side]}, got ${outcomes[side]}`)
    .join('; ');
}

/** An expectation that both sides miss with one outcome: a problem of the trace, no difference. */
export function isMissedAlike({ outcomes, expected }: Partial<Missed>): boolean {
  return (
    expected?.first !== undefined &&
    expected.first === expected.second &&
    outcomes?.first === outcomes?.second
  );
}

/** `file:line:column` of an example's operation. */
export function positionText({ example }: Bucket): string {
  return `${printable(example.file)}:${example.line}:${example.column}`;
}

/** `a-trace, op 6, at traces/a.json:14:5` */
export function placeText(bucket: Bucket): string {
  const { trace, opIndex } = bucket.example;
  return `${shownName(trace)}, op ${opIndex}, at ${positionText(bucket)}`;
}

/** Why an inconclusive result is one; empty for the others. */
export function whyInconclusive(document: ResultDocument): string[] {
  const { counts, interrupted, coverage, certificates = [] } = document;
  const why: string[] = [];
  if (interrupted) why.push('interrupted');
  if (counts.problems > 0) why.push(`${count(counts.problems, 'problem')} of the input`);
  const { theorems = [] } = document;
  const { series } = document;
  const broken = series?.commits.filter(({ verdict }) => verdict === 'not built').length ?? 0;
  if (broken > 0) why.push(`${count(broken, 'commit')} not built`);
  if (counts.compared === 0 && theorems.length === 0 && !isSameCode(series))
    why.push('nothing was compared');
  const unproved = theorems.filter((theorem) => theorem.verdict === 'not proved').length;
  if (unproved > 0) why.push(`${count(unproved, 'pair')} of which nothing is proved`);
  const left = (document.undefined?.replays ?? 0) - (document.undefined?.expected ?? 0);
  if (left > 0) why.push(`${count(left, 'replay')} undefined from some operation on`);
  if (isAllRefused(counts)) why.push('both sides refused every operation');
  const missing = coverage?.missing.length ?? 0;
  if (missing > 0) why.push(`${count(missing, 'required cell')} of coverage not met`);
  for (const { complete, limit, world, states } of certificates) {
    if (complete) continue;
    const debug = `debug ${world.debug ? 'on' : 'off'}`;
    why.push(`${debug} stopped at ${limit ?? 'a limit'} with ${count(states, 'state')}`);
  }
  return why;
}

/** The verdict in one line: its name, then what it stands on. */
export function verdictText(document: ResultDocument): string {
  const { verdict, baseline } = document;
  const stale = baseline.stale > 0 ? `; ${count(baseline.stale, 'stale baseline entry')}` : '';
  const text = {
    equal: `equal: no divergence${exploredWhere(document)}`,
    known: `known: ${divergedText(document)}, each in a baseline`,
    new: newVerdict(document),
    inconclusive: `inconclusive: ${whyInconclusive(document).join(', ')}`,
  }[verdict];
  const early = document.interrupted && verdict !== 'inconclusive' ? '; interrupted' : '';
  return `${text}${stale}${early}`.replace(/entrys$/, 'entries');
}

/** `diverged: 3 new`; where both sides do the same throughout, nothing diverged. */
function newText({ counts, buckets }: ResultDocument): string {
  const fresh = buckets.filter(({ verdict }) => verdict === 'new');
  const alike = countIn(fresh, isMissedAlike);
  if (alike === 0) return `diverged: ${number(counts.new)} new`;
  if (alike === counts.new) return `not as expected: ${count(alike, 'time')}, both sides alike,`;
  return `diverged: ${number(counts.new)} new (${number(alike)} not as expected, both sides alike)`;
}

/** Divergences met and conditions proved, that a baseline has. */
function divergedText(document: ResultDocument): string {
  const { counts } = document;
  const met = `${count(counts.known, 'divergence')} ${whereText(document)}`;
  const conditions = possibleConditions(document);
  if (conditions === 0) return met;
  const proved = count(conditions, 'condition');
  return counts.compared === 0 ? proved : `${met}, ${proved}`;
}

/** What is new of what was met, and of what is proved. */
function newVerdict(document: ResultDocument): string {
  const { counts } = document;
  const known = counts.known > 0 ? ` and ${number(counts.known)} known` : '';
  const met = `${newText(document)}${known} ${whereText(document)}`;
  const conditions = newConditions(document);
  if (conditions === 0) return met;
  const proved = `${count(conditions, 'condition')} in no baseline`;
  return counts.compared === 0 ? `diverged: ${proved}` : `${met}, ${proved}`;
}

/** Of what was explored: ` in 2 certificates`, and whether they say nothing of something. */
function exploredWhere({ certificates }: ResultDocument): string {
  if (!certificates) return '';
  const vacuous = certificates.filter((certificate) => certificate.vacuous).length;
  const suffix = vacuous > 0 ? `, ${number(vacuous)} of them vacuous` : '';
  return ` in ${count(certificates.length, 'certificate')}${suffix}`;
}

/** Replays and certificates with a divergence, of all there are. */
function whereText({ counts, certificates }: ResultDocument): string {
  const replays = `in ${number(counts.diverged)} of ${count(counts.replays, 'replay')}`;
  if (!certificates) return replays;
  const diverged = certificates.filter(({ buckets }) => buckets.length > 0).length;
  const explored = `in ${number(diverged)} of ${count(certificates.length, 'certificate')}`;
  return counts.replays > 0 ? `${replays} and ${explored}` : explored;
}

/** `exact`; `ownership` or `exact, ownership in replays of 2 of 3 pairs` where sides tell no more. */
export function levelText({ level, pairs, certificates }: ResultDocument): string {
  const less = pairs.filter((pair) => pair.level !== undefined);
  if (less.length === 0) return level;
  const levels = [...new Set(less.map((pair) => pair.level))].join(', ');
  const isAll = less.length === pairs.length;
  if (isAll && !certificates) return levels;
  const which = isAll ? '' : ` of ${less.length} of ${pairs.length} pairs`;
  return `${level}, ${levels} in replays${which}`;
}

/** The lines every report has: what was compared, in numbers. */
export function countLines(document: ResultDocument): string[] {
  const { counts, certificates, theorems = [] } = document;
  const proved = theorems.map((one) => `proved of ${theoremTitle(one)}: ${theoremVerdict(one)}`);
  if (counts.compared === 0 && proved.length > 0) return proved;
  const hasReplays = !certificates || counts.replays > 0;
  const lines = [
    ...(hasReplays
      ? [
          `${count(counts.replays, 'replay')} of ${count(counts.traces, 'trace')} through ${namesText(document)}`,
        ]
      : []),
    ...(certificates ? [exploredText(certificates, namesText(document))] : []),
    `level ${levelText(document)}, NVHE_EL2_DEBUG ${debugText(document)}`,
    `${count(counts.compared, 'operation')} compared: ${agreedText(document)}`,
    ...(hasReplays ? [`${count(counts.words, 'changed word')} of state compared`] : []),
    `${count(counts.known, 'known divergence')}, ${number(counts.new)} new${followOnCount(document)}`,
  ];
  lines.push(...notComparedTexts(document));
  if (document.seededBugs) lines.push(seededText(document.seededBugs));
  return lines;
}

/** `2 certificates of legacy and direct: 169,224 states, 8,646,891 transitions` */
function exploredText(certificates: readonly Certificate[], names: string): string {
  const sum = (pick: (certificate: Certificate) => number) =>
    certificates.reduce((total, certificate) => total + pick(certificate), 0);
  const states = count(
    sum((one) => one.states),
    'state',
  );
  const transitions = count(
    sum((one) => one.transitions),
    'transition',
  );
  return `${count(certificates.length, 'certificate')} of ${names}: ${states}, ${transitions}`;
}

function followOnCount({ counts }: ResultDocument): string {
  const { followOns } = counts;
  if (followOns === 0) return '';
  return `; ${count(followOns, 'unmet expectation')} more ${followOns === 1 ? 'follows' : 'follow'} from them`;
}

/** How good the traces are at finding bugs. */
export function seededText({ bugs, found, equivalent }: SeededBugs): string {
  const more = equivalent === 0 ? '' : `; ${equivalent} more cannot be told from the original`;
  return `these traces find ${shareText(found, bugs)} seeded bugs${more}`;
}

/** Agreement on success, on refusal and on a panic, apart. */
export function agreedText({ counts }: ResultDocument): string {
  const { success, refused, panicked } = counts.agreed;
  return `both did ${number(success)}, refused ${number(refused)}, panicked in ${number(panicked)}`;
}

/** `FILE:LINE: ID: it matched nothing` for each stale entry. */
export function staleTexts({ baseline }: ResultDocument): string[] {
  return baseline.entries
    .filter(({ stale }) => stale.length > 0)
    .map((entry) => `${entryPlace(entry)}: ${entry.id}: ${entry.stale.join(', ')}`);
}

export function entryPlace({ file, line }: BaselineEntry): string {
  return `${file}:${line}`;
}

/** The entry that has a bucket. */
export function entryOf(document: ResultDocument, bucket: Bucket): BaselineEntry | undefined {
  return document.baseline.entries.find(({ id }) => id === bucket.entry);
}

/** The reason a known bucket's entry gives. */
export function reasonOf(document: ResultDocument, { entry }: Pick<Bucket, 'entry'>): string {
  const found = document.baseline.entries.find(({ id }) => id === entry);
  return found?.reason.trim() || '(no reason given)';
}
