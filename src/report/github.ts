// SPDX-License-Identifier: GPL-2.0-only
/** The result as GitHub annotations: workflow commands, one a line, on standard output of a step. */

import type { ResultDocument } from '../result/index.js';
import { type Cause, causesOf, followOnsText, isDifference } from './causes.js';
import {
  certificateFacts,
  certificateTitle,
  certificateVerdict,
  standingOf,
} from './certificate_words.js';
import { firstCommitText, unbuiltTexts } from './series_text.js';
import { theoremWords } from './theorem_words.js';
import { diffLines } from './diff_lines.js';
import { UNDEFINED_TITLE, undefinedReplays, undefinedTexts } from './undefined_text.js';
import { causeText, count, countLines, reasonOf, verdictText, whyInconclusive } from './words.js';

type Level = 'error' | 'warning' | 'notice';

export function githubReport(document: ResultDocument): string {
  const lines: string[] = [];
  for (const cause of [...causesOf(document, 'new'), ...causesOf(document, 'known')]) {
    lines.push(causeAnnotation(document, cause));
  }
  for (const certificate of document.certificates ?? []) {
    const level = standingOf(certificate) === 'bad' ? 'error' : 'notice';
    const facts = certificateFacts(certificate).map(([label, text]) => `${label}: ${text}`);
    const text = [certificateVerdict(certificate), ...facts].join('\n');
    lines.push(annotation(level, certificateTitle(certificate), text));
  }
  for (const { title, verdict, standing, conditions, remarks } of theoremWords(document).theorems) {
    const isBad = standing === 'new' || standing === 'not proved';
    const possible = conditions.filter(({ canHappen }) => canHappen).map((one) => one.title);
    const text = [verdict, ...possible, ...remarks].join('\n');
    lines.push(annotation(isBad ? 'error' : 'notice', `Proved of ${title}`, text));
  }
  const replays = undefinedReplays(document);
  for (const { text, expected, ...place } of replays) {
    lines.push(annotation(expected ? 'notice' : 'warning', UNDEFINED_TITLE, text, place));
  }
  for (const text of undefinedTexts(document).slice(replays.length)) {
    lines.push(annotation('notice', UNDEFINED_TITLE, text));
  }
  for (const { id, file, line, stale } of document.baseline.entries) {
    if (stale.length === 0) continue;
    lines.push(annotation('error', `Stale baseline entry ${id}`, stale.join('\n'), { file, line }));
  }
  for (const { file, line, column, message } of document.problems) {
    lines.push(annotation('error', 'Bad input', message, { file, line, column }));
  }
  for (const { title, text } of unbuiltTexts(document))
    lines.push(annotation('error', title, text));
  for (const cell of document.coverage?.missing ?? []) {
    lines.push(annotation('error', 'Required coverage not met', cell));
  }
  const isInconclusive = document.verdict === 'inconclusive';
  const text = [verdictText(document), ...countLines(document)].join('\n');
  const title = isInconclusive
    ? `pKVM trace diff: ${whyInconclusive(document).join(', ')}`
    : 'pKVM trace diff';
  const level = isInconclusive || document.verdict === 'new' ? 'error' : 'notice';
  lines.push(annotation(level, title, text));
  return `${lines.join('\n')}\n`;
}

function causeAnnotation(document: ResultDocument, cause: Cause): string {
  const { bucket, setting } = cause;
  const { verdict, example, entry } = bucket;
  const isNew = verdict === 'new';
  const followOns = followOnsText(cause);
  const detail = isNew
    ? [
        `op ${example.opIndex}: ${example.opText}`,
        ...diffLines(bucket),
        ...(followOns === undefined ? [] : [followOns]),
      ]
    : [`${entry}: ${reasonOf(document, bucket)}`];
  const first = firstCommitText(document, cause.buckets);
  const text = [
    causeText(bucket),
    ...(first === undefined ? [] : [first]),
    `${setting}; ${count(cause.count, 'time')}`,
    ...cause.confirmations,
    ...detail,
  ].join('\n');
  const title = isNew ? newTitle(cause) : `Known difference: ${bucket.op}`;
  return annotation(isNew ? 'error' : 'notice', title, text, example);
}

function newTitle(cause: Cause): string {
  const what = isDifference(cause) ? 'New difference' : 'Not as expected, both sides alike';
  return `${what}: ${cause.bucket.op}`;
}

interface Place {
  readonly file?: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

function annotation(
  level: Level,
  title: string,
  message: string,
  { file, line, column }: Place = {},
): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    ...(column === undefined ? [] : [`col=${column}`]),
    `title=${property(title)}`,
  ];
  return `::${level} ${properties.join(',')}::${data(message)}`;
}

/** As GitHub's toolkit escapes the message of a command. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** As GitHub's toolkit escapes a property of a command. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
