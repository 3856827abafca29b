// SPDX-License-Identifier: GPL-2.0-only
/**
 * The result as plain text in the manner of the kernel lists, to be pasted under a patch: what was
 * compared at which commits, how much, the differences with their reasons, how to do it again. No
 * line is longer than 75 columns.
 */

import type { ResultDocument } from '../result/index.js';
import {
  type Cause,
  causesOf,
  followOnsText,
  isDifference,
  type KnownGroup,
  knownGroups,
} from './causes.js';
import { certificateLines } from './certificate_text.js';
import { diffLines } from './diff_lines.js';
import { firstCommitText, seriesLines } from './series_text.js';
import { notComparedTexts } from './not_compared.js';
import { shellLines } from './shell.js';
import { theoremLines } from './theorem_text.js';
import { UNDEFINED_TITLE, undefinedTexts } from './undefined_text.js';
import {
  causeText,
  count,
  debugText,
  levelText,
  number,
  placeText,
  reasonOf,
  staleTexts,
  verdictText,
} from './words.js';
import { wrapHard } from './wrap.js';

export const MAIL_WIDTH = 75;

export function mailReport(document: ResultDocument): string {
  const fresh = causesOf(document, 'new');
  const blocks = [
    wrapHard(verdictText(document), MAIL_WIDTH),
    document.series ? judgedLines(document) : comparedLines(document),
    theoremLines(document, MAIL_WIDTH),
    numberLines(document),
    newLines(document, 'New differences:', fresh.filter(isDifference)),
    newLines(
      document,
      'Not what a trace expects, both sides alike:',
      fresh.filter((cause) => !isDifference(cause)),
    ),
    knownLines(knownGroups(document)),
    certificatesLines(document),
    remarkLines(UNDEFINED_TITLE, undefinedTexts(document)),
    remarkLines('Stale baseline entries', staleTexts(document)),
    remarkLines('Required coverage not met', document.coverage?.missing ?? []),
    remarkLines(
      'Problems of the input',
      document.problems.map(({ file, line, message }) => `${file}:${line ?? 1}: ${message}`),
    ),
    ['To reproduce:', '', ...shellLines(document.command, MAIL_WIDTH, '  ')],
    ['-- ', `${document.tool.name} ${document.tool.version}`],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function comparedLines({ implementations, pairs }: ResultDocument): string[] {
  const lines = ['Compared, operation by operation, from the same state:', ''];
  for (const { name, commit, description } of implementations) {
    lines.push(
      ...wrapHard(`${name}${commit === undefined ? '' : ` (${commit})`}:`, MAIL_WIDTH, '  '),
    );
    lines.push(...wrapHard(description, MAIL_WIDTH, '    '));
  }
  if (pairs.length > 1) {
    const chains = pairs.map(({ first, second }) => `${first} with ${second}`).join(', ');
    lines.push(...wrapHard(`Pairs: ${chains}.`, MAIL_WIDTH, '  '));
  }
  return lines;
}

/** Of a series: each commit with the one before it that was built. */
function judgedLines(document: ResultDocument): string[] {
  return [
    document.series?.bisected
      ? 'Judged:'
      : 'Judged, each commit against the one before it that was built:',
    '',
    ...seriesLines(document, MAIL_WIDTH),
  ];
}

function numberLines(document: ResultDocument): string[] {
  const { counts, pairs, level, coverage, certificates } = document;
  const outcomes = new Set(
    pairs.flatMap(({ operations }) =>
      operations.flatMap((operation) =>
        operation.outcomes.map(({ outcome }) => `${operation.op} ${outcome}`),
      ),
    ),
  );
  const states = new Set(
    coverage?.implementations.flatMap(({ cells }) =>
      cells.map(({ op, host, hyp, guest }) => `${op} ${host} ${hyp} ${guest}`),
    ),
  );
  const { success, refused, panicked } = counts.agreed;
  const hasReplays = !certificates || counts.replays > 0;
  const rows: [string, number][] = [
    ...(hasReplays ? replayRows(document) : []),
    ...exploredRows(document),
    ['operations compared', counts.compared],
    ['  both sides did it', success],
    ['  both sides refused it', refused],
    ['  both sides panicked', panicked],
    ...ifAny(hasReplays, 'operations not compared', counts.notCompared),
    ['operation x outcome agreed on', outcomes.size],
    ...ifAny(coverage, 'operation x state before it met', states.size),
    ...ifAny(hasReplays, 'changed words of state compared', counts.words),
    ['known divergences', counts.known],
    ['new divergences', counts.new],
    ...ifAny(counts.followOns, '  unmet expectations that follow', counts.followOns),
    ...seededRows(document),
  ];
  if (counts.compared === 0 && document.theorems) return [];
  const setting = `What had to agree: outcome${level === 'outcome' ? '' : ` and state (${levelText(document)})`}; NVHE_EL2_DEBUG ${debugText(document)}.`;
  return [
    ...wrapHard(setting, MAIL_WIDTH),
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(36)}${number(value).padStart(15)}`),
    ...notComparedLines(document),
  ];
}

/** Why operations were not compared, where it is not only that a side had ended. */
function notComparedLines(document: ResultDocument): string[] {
  if (document.pairs.every(({ reasons = [] }) => reasons.length === 0)) return [];
  const texts = notComparedTexts(document);
  return ['', ...texts.flatMap((text) => wrapHard(text, MAIL_WIDTH))];
}

function ifAny(isThere: unknown, name: string, value: number): [string, number][] {
  return isThere ? [[name, value]] : [];
}

function replayRows({ counts }: ResultDocument): [string, number][] {
  return [
    ['traces', counts.traces],
    ['replays', counts.replays],
    ['replays that diverged', counts.diverged],
  ];
}

function exploredRows({ certificates }: ResultDocument): [string, number][] {
  if (!certificates) return [];
  return [
    ['certificates', certificates.length],
    ['states', certificates.reduce((sum, { states }) => sum + states, 0)],
  ];
}

function seededRows({ seededBugs }: ResultDocument): [string, number][] {
  if (!seededBugs) return [];
  const { bugs, found, proved } = seededBugs;
  return [
    ['seeded bugs', bugs],
    ['  found by these traces', found],
    ...ifAny(proved, '  found by prove', proved ?? 0),
  ];
}

function newLines(document: ResultDocument, title: string, causes: readonly Cause[]): string[] {
  if (causes.length === 0) return [];
  const lines = [title];
  causes.forEach((cause, index) => {
    const { bucket, buckets, setting } = cause;
    const add = (text: string) => lines.push(...wrapHard(text, MAIL_WIDTH, INDENT));
    lines.push('', ...numbered(index, causeText(bucket)));
    const firstCommit = firstCommitText(document, buckets);
    if (firstCommit !== undefined) add(firstCommit);
    add(`${setting}; ${count(cause.count, 'time')}`);
    add(placeText(bucket));
    add(bucket.example.opText);
    if (bucket.example.before !== undefined) add(`before it, ${bucket.example.before}`);
    lines.push(...diffLines(bucket).flatMap(diffLine));
    for (const line of cause.confirmations) add(line);
    const followOns = followOnsText(cause);
    if (followOns !== undefined) add(followOns);
  });
  return lines;
}

function knownLines(groups: readonly KnownGroup[]): string[] {
  if (groups.length === 0) return [];
  const lines = ['Known differences:'];
  groups.forEach(({ reason, link, causes }, index) => {
    lines.push('', ...numbered(index, reason));
    if (link !== undefined) lines.push(...wrapHard(link, MAIL_WIDTH, INDENT));
    for (const { bucket, setting, count: times, confirmations } of causes) {
      const [first, ...rest] = wrapHard(causeText(bucket), MAIL_WIDTH, `${INDENT}  `);
      lines.push(`${INDENT}- ${first.trimStart()}`, ...rest);
      const what = `${setting}; ${count(times, 'divergence')}`;
      lines.push(...wrapHard(what, MAIL_WIDTH, `${INDENT}  `));
      const { trace, opIndex } = bucket.example;
      lines.push(...wrapHard(`in ${trace}, op ${opIndex}`, MAIL_WIDTH, `${INDENT}  `));
      for (const line of confirmations) lines.push(...wrapHard(line, MAIL_WIDTH, `${INDENT}  `));
    }
  });
  return lines;
}

function certificatesLines(document: ResultDocument): string[] {
  const { certificates = [] } = document;
  if (certificates.length === 0) return [];
  const lines = ['Certificates:'];
  certificates.forEach((certificate, index) => {
    const width = MAIL_WIDTH - INDENT.length;
    const [first, ...rest] = certificateLines(certificate, width, (entry) =>
      reasonOf(document, { entry }),
    );
    lines.push('', `${`${index + 1}. `.padStart(INDENT.length)}${first}`);
    lines.push(...rest.map((line) => INDENT + line));
  });
  return lines;
}

const INDENT = '     ';

/** Text that hangs from its number. */
function numbered(index: number, text: string): string[] {
  const [first, ...rest] = wrapHard(text, MAIL_WIDTH, INDENT);
  return [`${`${index + 1}. `.padStart(INDENT.length)}${first.trimStart()}`, ...rest];
}

/** A line of a diff, broken where it is too long. */
function diffLine(line: string): string[] {
  const room = MAIL_WIDTH - 7;
  return (line.match(new RegExp(`.{1,${room}}`, 'gu')) ?? []).map((part) => `       ${part}`);
}

function remarkLines(title: string, remarks: readonly string[]): string[] {
  if (remarks.length === 0) return [];
  return [`${title}:`, '', ...remarks.flatMap((text) => wrapHard(text, MAIL_WIDTH, '  '))];
}
