// SPDX-License-Identifier: GPL-2.0-only
/** The result for people at a terminal: known differences in short, new ones in full, counts last. */

import type { ChalkInstance } from 'chalk';
import type { Divergence } from '../compare/divergence.js';
import { printable, shownName } from '../input/printable.js';
import type { Bucket, ResultDocument } from '../result/index.js';
import { certificateText } from './certificate_text.js';
import { coverageLines } from './coverage_text.js';
import { divergenceText } from './divergence_text.js';
import { tableText } from './table.js';
import {
  causeText,
  count,
  countLines,
  entryPlace,
  type KnownGroup,
  knownGroups,
  settingText,
  staleTexts,
  verdictText,
} from './words.js';
import { undefinedLines } from './undefined_text.js';
import { wrap } from './wrap.js';

export interface TextOptions {
  readonly chalk: ChalkInstance;
  /** Counts and verdict only. */
  readonly brief?: boolean | undefined;
  /** A table of operations x pairs. */
  readonly table?: boolean | undefined;
  /** List what was never met and never fired. */
  readonly allCoverage?: boolean | undefined;
}

const WIDTH = 80;

export function textReport(document: ResultDocument, options: TextOptions): string {
  const { chalk, brief = false, table = false, allCoverage = false } = options;
  const blocks: string[][] = [];
  if (!brief) {
    for (const certificate of document.certificates ?? []) {
      blocks.push(certificateText(certificate, chalk).split('\n'));
    }
    const fresh = document.buckets.filter(({ verdict }) => verdict === 'new');
    for (const group of knownGroups(document)) blocks.push(knownLines(group, chalk));
    for (const bucket of fresh) blocks.push(newLines(bucket, chalk));
    blocks.push(undefinedLines(document).flatMap((line) => hanging(chalk.yellow(line))));
    if (table) blocks.push(tableText(document, chalk).split('\n'));
  }
  blocks.push(staleTexts(document).map((text) => chalk.yellow(`stale baseline entry: ${text}`)));
  if (document.coverage) {
    blocks.push(coverageLines(document.coverage, { all: allCoverage && !brief, width: WIDTH }));
  }
  blocks.push([
    ...notJudged(document),
    ...countLines(document).flatMap((line) => hanging(line)),
    ...hanging(verdictText(document)).map((line) => verdictColour(document, chalk)(line)),
  ]);
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function knownLines({ reason, link, buckets }: KnownGroup, chalk: ChalkInstance): string[] {
  const [first, ...rest] = wrap(reason, WIDTH - 6);
  return [
    `${chalk.yellow('known')} ${first}`,
    ...rest.map((line) => `      ${line}`),
    ...(link === undefined ? [] : [`      ${link}`]),
    ...buckets.flatMap((bucket) => {
      const [cause, ...more] = wrap(causeText(bucket), WIDTH, '    ');
      const rest = `${settingText(bucket)}; ${count(bucket.count, 'divergence')}; ${bucket.entry}`;
      return [`  - ${cause.trimStart()}`, ...more, ...wrap(rest, WIDTH, '    ')];
    }),
  ];
}

function newLines(bucket: Bucket, chalk: ChalkInstance): string[] {
  const times = bucket.count > 1 ? `; ${count(bucket.count, 'divergence')}, the shortest:` : '';
  const { pair, example } = bucket;
  return [
    ...hanging(`${chalk.red.bold('new')} ${causeText(bucket)}`),
    `  ${settingText(bucket)}${times}`,
    `  trace ${shownName(example.trace)}`,
    `  at ${printable(example.file)}:${example.line}`,
    divergenceText(exampleDivergence(bucket), [pair.first, pair.second], chalk),
    ...(example.moreDifferences > 0 ? [`    (${example.moreDifferences} more differences)`] : []),
  ];
}

/** A bucket's example in the form a comparison gives. */
function exampleDivergence({ kind, op, outcomes, expected, columns, example }: Bucket): Divergence {
  const { opIndex, opText, before, differences } = example;
  return {
    kind,
    op,
    opIndex,
    opText,
    outcomes: [outcomes.first, outcomes.second],
    ...(expected ? { expected: [expected.first, expected.second] as const } : {}),
    before,
    columns,
    differences,
    words: 0,
    resynced: false,
  };
}

function notJudged({ baseline }: ResultDocument): string[] {
  const outside = baseline.entries.filter(({ outOfScope }) => outOfScope);
  if (outside.length === 0) return [];
  const first = outside[0];
  const rest = outside.length > 1 ? ` and ${outside.length - 1} more` : '';
  return hanging(
    `baseline entries for pairs or settings that were not run: ${first.id} (${entryPlace(first)})${rest}`,
  );
}

function hanging(line: string): string[] {
  const [first, ...rest] = wrap(line, WIDTH - 2);
  return [first, ...rest.map((more) => `  ${more}`)];
}

function verdictColour({ verdict }: ResultDocument, chalk: ChalkInstance): ChalkInstance {
  if (verdict === 'equal' || verdict === 'known') return chalk.green.bold;
  return verdict === 'new' ? chalk.red.bold : chalk.yellow.bold;
}
