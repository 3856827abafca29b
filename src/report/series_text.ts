// SPDX-License-Identifier: GPL-2.0-only
/** A series of commits in words: each with its verdict, and which commit shows a cause first. */

import { printable } from '../input/printable.js';
import type { Bucket, ResultDocument, SeriesCommit } from '../result/index.js';
import { wrapHard } from './wrap.js';

/** `series v6.13..topic of linux, compiled by gcc ...`, then a line for each commit. */
export function seriesLines({ series }: ResultDocument, width: number): string[] {
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
  ];
}

const BISECTED =
  'Bisected: each was compared with the base, at last the one found with the one before it; nothing is said of those not judged.';

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

/** `first in 1234567890ab ("a subject")`, of a cause; undefined if the run was no series. */
export function firstCommitText({ series }: ResultDocument, { pair }: Bucket): string | undefined {
  const commit = series?.commits.find((one) => one.commit === pair.second);
  return commit && `first in ${commit.commit} ("${printable(commit.subject)}")`;
}
