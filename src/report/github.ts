// SPDX-License-Identifier: GPL-2.0-only
/** The result as GitHub annotations: workflow commands, one a line, on standard output of a step. */

import type { Bucket, ResultDocument } from '../result/index.js';
import {
  certificateFacts,
  certificateTitle,
  certificateVerdict,
  standingOf,
} from './certificate_words.js';
import { diffLines } from './diff_lines.js';
import {
  causeText,
  count,
  countLines,
  reasonOf,
  settingText,
  verdictText,
  whyInconclusive,
} from './words.js';

type Level = 'error' | 'warning' | 'notice';

export function githubReport(document: ResultDocument): string {
  const lines: string[] = [];
  for (const bucket of document.buckets) lines.push(bucketAnnotation(document, bucket));
  for (const certificate of document.certificates ?? []) {
    const level = standingOf(certificate) === 'bad' ? 'error' : 'notice';
    const facts = certificateFacts(certificate).map(([label, text]) => `${label}: ${text}`);
    const text = [certificateVerdict(certificate), ...facts].join('\n');
    lines.push(annotation(level, certificateTitle(certificate), text));
  }
  for (const { id, file, line, stale } of document.baseline.entries) {
    if (stale.length === 0) continue;
    lines.push(annotation('error', `Stale baseline entry ${id}`, stale.join('\n'), file, line));
  }
  for (const { file, line, message } of document.problems) {
    lines.push(annotation('error', 'Bad input', message, file, line));
  }
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

function bucketAnnotation(document: ResultDocument, bucket: Bucket): string {
  const { verdict, example, entry } = bucket;
  const isNew = verdict === 'new';
  const detail = isNew
    ? [`op ${example.opIndex}: ${example.opText}`, ...diffLines(bucket)]
    : [`${entry}: ${reasonOf(document, bucket)}`];
  const text = [
    causeText(bucket),
    `${settingText(bucket)}; ${count(bucket.count, 'divergence')}`,
    ...detail,
  ].join('\n');
  const title = isNew ? `New difference: ${bucket.op}` : `Known difference: ${bucket.op}`;
  return annotation(isNew ? 'error' : 'notice', title, text, example.file, example.line);
}

function annotation(
  level: Level,
  title: string,
  message: string,
  file?: string,
  line?: number,
): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
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
