// SPDX-License-Identifier: GPL-2.0-only
/** The result for people at a terminal: known differences in short, new ones in full, counts last. */

import type { ChalkInstance } from 'chalk';
import type { Divergence } from '../compare/divergence.js';
import { shownName } from '../input/printable.js';
import type { Bucket, ResultDocument } from '../result/index.js';
import {
  type Cause,
  causesOf,
  followOnLines,
  followOnsText,
  type KnownGroup,
  knownGroups,
} from './causes.js';
import { certificateText } from './certificate_text.js';
import { coverageLines } from './coverage_text.js';
import { divergenceText } from './divergence_text.js';
import { firstCommitText, seriesLines } from './series_text.js';
import { theoremSummary } from './theorem_text.js';
import { tableText } from './table.js';
import {
  causeText,
  count,
  countLines,
  entryPlace,
  positionText,
  staleTexts,
  verdictText,
} from './words.js';
import { undefinedReplays, undefinedTexts } from './undefined_text.js';
import { wrap } from './wrap.js';

export interface TextOptions {
  readonly chalk: ChalkInstance;
  /** Counts and verdict only. */
  readonly brief?: boolean | undefined;
  /** A table of operations x pairs. */
  readonly table?: boolean | undefined;
  /** List what was never met and never fired. */
  readonly allCoverage?: boolean | undefined;
  /** List what follows from a cause, not only count it. */
  readonly followOns?: boolean | undefined;
}

const WIDTH = 80;

export function textReport(document: ResultDocument, options: TextOptions): string {
  const { chalk, brief = false, table = false, allCoverage = false, followOns = false } = options;
  const blocks: string[][] = [];
  if (!brief) {
    for (const certificate of document.certificates ?? []) {
      blocks.push(certificateText(certificate, chalk).split('\n'));
    }
    for (const cause of causesOf(document, 'new')) {
      const first = firstCommitText(document, cause.buckets);
      blocks.push(newLines(cause, first, followOns, chalk));
    }
    for (const group of knownGroups(document)) blocks.push(knownLines(group, chalk));
    blocks.push(undefinedLines(document, chalk));
    blocks.push(seriesLines(document, WIDTH));
    if (table) blocks.push(tableText(document, chalk).split('\n'));
  }
  blocks.push(staleTexts(document).map((text) => chalk.yellow(`stale baseline entry: ${text}`)));
  if (document.coverage) {
    blocks.push(coverageLines(document.coverage, { all: allCoverage && !brief, width: WIDTH }));
  }
  if (!brief) blocks.push(theoremSummary(document, WIDTH));
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

function knownLines({ reason, link, causes }: KnownGroup, chalk: ChalkInstance): string[] {
  const [first, ...rest] = wrap(reason, WIDTH - 6);
  return [
    `${chalk.yellow('known')} ${first}`,
    ...rest.map((line) => `      ${line}`),
    ...(link === undefined ? [] : [`      ${link}`]),
    ...causes.flatMap((cause) => {
      const { bucket, setting } = cause;
      const [what, ...more] = wrap(causeText(bucket), WIDTH, '    ');
      const rest = `${setting}; ${count(cause.count, 'divergence')}; ${bucket.entry}`;
      const asked = cause.confirmations.flatMap((line) => wrap(line, WIDTH, '    '));
      return [`  - ${what.trimStart()}`, ...more, ...wrap(rest, WIDTH, '    '), ...asked];
    }),
  ];
}

function newLines(
  cause: Cause,
  firstCommit: string | undefined,
  listsFollowOns: boolean,
  chalk: ChalkInstance,
): string[] {
  const { bucket, setting } = cause;
  const { pair, example } = bucket;
  const times = cause.count > 1 ? `; ${count(cause.count, 'time')}, the shortest:` : '';
  const followOns = followOnsText(cause);
  const hint = listsFollowOns ? '' : '; --follow-ons lists them';
  return [
    ...hanging(`${chalk.red.bold('new')} ${causeText(bucket)}`),
    ...(firstCommit === undefined ? [] : wrap(firstCommit, WIDTH, '  ')),
    ...wrap(`${setting}${times}`, WIDTH, '  '),
    `  trace ${shownName(example.trace)}`,
    `  at ${positionText(bucket)}`,
    divergenceText(exampleDivergence(bucket), [pair.first, pair.second], chalk),
    ...(example.moreDifferences > 0 ? [`    (${example.moreDifferences} more differences)`] : []),
    ...cause.confirmations.flatMap((line) => wrap(line, WIDTH, '  ')),
    ...(followOns === undefined ? [] : wrap(`${followOns}${hint}`, WIDTH, '  ')),
    ...(listsFollowOns ? followOnLines(cause).flatMap((line) => wrap(line, WIDTH, '    ')) : []),
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

function undefinedLines(document: ResultDocument, chalk: ChalkInstance): string[] {
  const replays = undefinedReplays(document).length;
  return undefinedTexts(document).flatMap((text, i) =>
    hanging(i < replays ? `undefined ${text}` : text).map((line) => chalk.yellow(line)),
  );
}

function notJudged({ baseline, counts }: ResultDocument): string[] {
  if (counts.compared === 0) return [];
  const open = baseline.entries.filter(
    ({ matches, matched }) => matched === 0 && !matches.some(({ judged }) => judged),
  );
  if (open.length === 0) return [];
  const first = open[0];
  const rest = open.length > 1 ? ` and ${open.length - 1} more` : '';
  return hanging(
    `not judged, for no trace ran that they are about: baseline entry ${first.id} (${entryPlace(first)})${rest}`,
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
