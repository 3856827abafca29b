// SPDX-License-Identifier: GPL-2.0-only
/** The result as Markdown, as a GitHub job summary shows it. */

import type { Bucket, ResultDocument } from '../result/index.js';
import {
  certificateFacts,
  certificateTitle,
  certificateVerdict,
  invariantText,
  shortestText,
} from './certificate_words.js';
import { diffLines } from './diff_lines.js';
import { shellLine } from './shell.js';
import { cellLines, tableRows } from './table.js';
import {
  causeText,
  count,
  countLines,
  entryOf,
  placeText,
  reasonOf,
  settingText,
  staleTexts,
  verdictText,
} from './words.js';

export function markdownReport(document: ResultDocument): string {
  const known = document.buckets.filter(({ verdict }) => verdict === 'known');
  const fresh = document.buckets.filter(({ verdict }) => verdict === 'new');
  const blocks = [
    [`## pKVM trace diff: ${escape(verdictText(document))}`],
    implementationLines(document),
    countLines(document).map((line) => `- ${escape(line)}`),
    tableLines(document),
    fresh.length > 0 ? ['### New differences'] : [],
    ...fresh.map(newLines),
    known.length > 0 ? ['### Known differences'] : [],
    known.map((bucket) => knownLine(document, bucket)),
    ...certificateBlocks(document),
    listLines('### Stale baseline entries', staleTexts(document)),
    listLines('### Required coverage not met', document.coverage?.missing ?? []),
    listLines(
      '### Problems of the input',
      document.problems.map(({ file, line, message }) => `${file}:${line ?? 1}: ${message}`),
    ),
    ['To reproduce:', '', ...fenced('sh', [shellLine(document.command)])],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function implementationLines({ implementations }: ResultDocument): string[] {
  return implementations.map(
    ({ name, commit, description }) =>
      `- **${escape(name)}**${commit === undefined ? '' : ` (\`${commit}\`)`}: ${escape(description)}`,
  );
}

function tableLines(document: ResultDocument): string[] {
  const heads = document.pairs.map(({ first, second }) => `${first} / ${second}`);
  return [
    `| operations compared | ${heads.map(escape).join(' | ')} |`,
    `|---|${heads.map(() => '---:').join('|')}|`,
    ...tableRows(document).map(({ name, cells }) => {
      const texts = cells.map((cell) => cellLines(cell).join(', '));
      return `| ${name === 'all' ? '**all**' : `\`${name}\``} | ${texts.join(' | ')} |`;
    }),
  ];
}

function newLines(bucket: Bucket): string[] {
  const { example } = bucket;
  return [
    `**${escape(causeText(bucket))}**`,
    '',
    `${escape(settingText(bucket))}; ${count(bucket.count, 'divergence')}; ${code(placeText(bucket))}: ${code(example.opText)}`,
    ...(example.before === undefined ? [] : ['', `Before it, ${escape(example.before)}.`]),
    '',
    ...fenced('diff', diffLines(bucket)),
  ];
}

function knownLine(document: ResultDocument, bucket: Bucket): string {
  const link = entryOf(document, bucket)?.link;
  const name = code(bucket.entry ?? '');
  const place = escape(`${settingText(bucket)}; ${count(bucket.count, 'divergence')}`);
  const more = link === undefined ? '' : ` (<${link}>)`;
  return `- ${name}: ${escape(causeText(bucket))} (${place}): ${escape(reasonOf(document, bucket))}${more}`;
}

function certificateBlocks(document: ResultDocument): string[][] {
  const { certificates = [] } = document;
  return certificates.flatMap((certificate) => [
    [`### ${escape(certificateTitle(certificate))}: ${escape(certificateVerdict(certificate))}`],
    certificateFacts(certificate).map(([label, text]) => `- ${label}: ${escape(text)}`),
    ...certificate.buckets.map((bucket) => [
      `${bucket.entry === undefined ? '**new**' : `known (${code(bucket.entry)})`}: ${escape(bucket.bucket)}; ${shortestText(bucket)}:`,
      ...(bucket.entry === undefined ? [] : ['', escape(reasonOf(document, bucket))]),
      '',
      ...fenced('', bucket.trace),
    ]),
    (certificate.invariants ?? []).map((invariant) => `- ${escape(invariantText(invariant))}`),
  ]);
}

function listLines(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [title, '', ...items.map((item) => `- ${escape(item)}`)];
}

/** A fenced block; the fence is longer than any row of backticks in it. */
function fenced(language: string, lines: readonly string[]): string[] {
  const longest = Math.max(2, ...(lines.join('\n').match(/`+/g) ?? []).map((row) => row.length));
  const fence = '`'.repeat(longest + 1);
  return [fence + language, ...lines, fence];
}

function code(text: string): string {
  return text.includes('`') ? escape(text) : `\`${text}\``;
}

/** Text in which nothing is markup. Underscores within words are none. */
function escape(text: string): string {
  return text
    .replace(/[\\`*[\]<>|#]/g, '\\$&')
    .replace(/(^|[^A-Za-z0-9])(_+)/g, (_, before: string, row: string) => {
      return before + row.replaceAll('_', '\\_');
    })
    .replaceAll('\n', ' ');
}
