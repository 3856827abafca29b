// SPDX-License-Identifier: GPL-2.0-only
/** A bucket's example as the lines of a unified diff, without colour. */

import type { Bucket } from '../result/index.js';

/** Differences of one example that are spelled out in a report to be read. */
const DIFFERENCES_SHOWN = 12;

/** `--- legacy`, `+++ direct`, then a line for each side of what differs. */
export function diffLines(bucket: Bucket): string[] {
  const { pair, outcomes, expected, kind, example } = bucket;
  if (kind === 'expectation' && expected) {
    return (['first', 'second'] as const).flatMap((side) =>
      expected[side] === undefined
        ? []
        : [
            `--- ${pair[side]} expected`,
            `+++ ${pair[side]} got`,
            `-outcome ${expected[side]}`,
            `+outcome ${outcomes[side]}`,
          ],
    );
  }
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

function sides(subject: string, first: string, second: string): string[] {
  return first === second
    ? [` ${subject}${first}`]
    : [`-${subject}${first}`, `+${subject}${second}`];
}
