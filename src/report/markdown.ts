// SPDX-License-Identifier: GPL-2.0-only
/** The result as Markdown, as a GitHub job summary shows it. */

import type { ResultDocument } from '../result/index.js';
import { type Cause, causesOf, followOnsText, isDifference } from './causes.js';
import {
  certificateFacts,
  certificateTitle,
  certificateVerdict,
  invariantText,
  shortestText,
} from './certificate_words.js';
import { diffLines } from './diff_lines.js';
import { firstCommitText, pairHead, seriesLines } from './series_text.js';
import { shellLine } from './shell.js';
import { cellLines, tableRows } from './table.js';
import { theoremWords } from './theorem_words.js';
import { UNDEFINED_TITLE, undefinedTexts } from './undefined_text.js';
import {
  causeText,
  count,
  countLines,
  entryOf,
  placeText,
  reasonOf,
  staleTexts,
  verdictText,
} from './words.js';

export function markdownReport(document: ResultDocument): string {
  const known = causesOf(document, 'known');
  const fresh = causesOf(document, 'new');
  const differences = fresh.filter(isDifference);
  const notAsExpected = fresh.filter((cause) => !isDifference(cause));
  const blocks = [
    [`## pKVM trace diff: ${escape(verdictText(document))}`],
    document.series
      ? fenced('', seriesLines(document, SERIES_WIDTH))
      : implementationLines(document),
    ...theoremBlocks(document),
    countLines(document).map((line) => `- ${escape(line)}`),
    tableLines(document),
    differences.length > 0 ? ['### New differences'] : [],
    ...differences.map((cause) => newLines(document, cause)),
    notAsExpected.length > 0 ? ['### Not what a trace expects, both sides alike'] : [],
    ...notAsExpected.map((cause) => newLines(document, cause)),
    known.length > 0 ? ['### Known differences'] : [],
    known.map((cause) => knownLine(document, cause)),
    ...certificateBlocks(document),
    listLines(`### ${UNDEFINED_TITLE}`, undefinedTexts(document)),
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

const SERIES_WIDTH = 100;

function implementationLines({ implementations }: ResultDocument): string[] {
  return implementations.map(
    ({ name, commit, description }) =>
      `- **${escape(name)}**${commit === undefined ? '' : ` (\`${commit}\`)`}: ${escape(description)}`,
  );
}

function tableLines(document: ResultDocument): string[] {
  const heads = document.pairs.map((pair) => pairHead(document, pair).join(' / '));
  return [
    `| operations compared | ${heads.map(escape).join(' | ')} |`,
    `|---|${heads.map(() => '---:').join('|')}|`,
    ...tableRows(document).map(({ name, cells }) => {
      const texts = cells.map((cell) => cellLines(cell).join(', '));
      return `| ${name === 'all' ? '**all**' : `\`${name}\``} | ${texts.join(' | ')} |`;
    }),
  ];
}

function newLines(document: ResultDocument, cause: Cause): string[] {
  const { bucket, setting } = cause;
  const { example } = bucket;
  const followOns = followOnsText(cause);
  const firstCommit = firstCommitText(document, cause.buckets);
  return [
    `**${escape(causeText(bucket))}**`,
    '',
    ...(firstCommit === undefined ? [] : [escape(firstCommit), '']),
    `${escape(setting)}; ${count(cause.count, 'time')}; ${code(placeText(bucket))}: ${code(example.opText)}`,
    ...(example.before === undefined ? [] : ['', `Before it, ${escape(example.before)}.`]),
    '',
    ...fenced('diff', diffLines(bucket)),
    ...(followOns === undefined ? [] : ['', `${escape(followOns)}.`]),
  ];
}

function knownLine(document: ResultDocument, { bucket, setting, count: times }: Cause): string {
  const link = entryOf(document, bucket)?.link;
  const name = code(bucket.entry ?? '');
  const place = escape(`${setting}; ${count(times, 'divergence')}`);
  const more = link === undefined ? '' : ` (<${link}>)`;
  return `- ${name}: ${escape(causeText(bucket))} (${place}): ${escape(reasonOf(document, bucket))}${more}`;
}

function theoremBlocks(document: ResultDocument): string[][] {
  const { theorems, looked, arguments: letters, assumptions } = theoremWords(document);
  if (theorems.length === 0) return [];
  return [
    ...theorems.flatMap(({ title, verdict, conditions, remarks }) => [
      [`### Proved of ${escape(title)}`],
      [escape(verdict)],
      conditions.map(({ title: condition, after, lines }) =>
        [`- ${escape(condition)}`, ...(after === '' ? [] : [`after: ${after}`]), ...lines]
          .map((text, i) => (i === 0 ? text : `  - ${escape(text)}`))
          .join('\n'),
      ),
      remarks.map((text) => `- **${escape(text)}**`),
    ]),
    [escape(looked)],
    letters.map(([letter, text, n]) => `- (${letter}) ${escape(`${text} [${n}]`)}`),
    ['Assumed, and held to real executions:'],
    assumptions.map(([n, text, state]) => `${n}. ${escape(text)} ${escape(`[${state}]`)}`),
  ].filter((lines) => lines.length > 0 && lines[0] !== '');
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
