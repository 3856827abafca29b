// SPDX-License-Identifier: GPL-2.0-only
/** A bucket's example as the lines of a unified diff, without colour. */

import type { Bucket } from '../result/index.js';
import { isMissedAlike } from './words.js';

/** Differences of one example that are spelled out in a report to be read. */
const DIFFERENCES_SHOWN = 12;

/** `--- legacy`, `+++ direct`, then a line for each side of what differs. */
export function diffLines(bucket: Bucket): string[] {
  const { pair, outcomes, expected, kind, example } = bucket;
  if (kind === 'expectation' && expected) return expectationLines(pair, outcomes, expected);
  const shown = example.differences.slice(0, DIFFERENCES_SHOWN);
  const left = example.differences.length - shown.length + example.moreDifferences;
  return [
    `--- ${pair.first}`,
    `+++ ${pair.second}`,
    ...sides('outcome ', outcomes.first, outcomes.second),
    ...shown.flatMap(({ subject, first, second }) => sides(`${subject}: `, first, second)),
    ...(left > 0 ? [` (${left} more differences)`] : []),
  ];
}

/** What was expected, and what a side did that did something else; once where both did the same. */
export function expectationLines(
  pair: Bucket['pair'],
  outcomes: Bucket['outcomes'],
  expected: NonNullable<Bucket['expected']>,
): string[] {
  const lines = (who: string, side: 'first' | 'second') => [
    `--- expected of ${who}`,
    `+++ ${who} got`,
    ...expectedLines(String(expected[side]), outcomes[side]),
  ];
  if (isMissedAlike({ outcomes, expected })) return lines('both sides', 'first');
  return (['first', 'second'] as const).flatMap((side) =>
    expected[side] === undefined ? [] : lines(pair[side], side),
  );
}

/** An outcome, or parts of the state of pages (`page 0x40100: host OWNED; ...`), a line each. */
function expectedLines(expected: string, got: string): string[] {
  if (!expected.startsWith('page ')) return [`-outcome ${expected}`, `+outcome ${got}`];
  const has = got.split('; ');
  return expected.split('; ').flatMap((line, i) => [`-${line}`, `+${has[i]}`]);
}

function sides(subject: string, first: string, second: string): string[] {
  return first === second
    ? [` ${subject}${first}`]
    : [`-${subject}${first}`, `+${subject}${second}`];
}
