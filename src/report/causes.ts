// SPDX-License-Identifier: GPL-2.0-only
/** Causes as reports list them: the buckets that differ in pair and debug setting only, together. */

import { printable } from '../input/printable.js';
import type { Bucket, ResultDocument } from '../result/index.js';
import { confirmationLines } from './confirmation_text.js';
import { count, entryOf, isMissedAlike, missedText, reasonOf } from './words.js';

/** Divergences with one root cause, between any of the pairs. */
export interface Cause {
  /** The first of its buckets: its example is shown. */
  readonly bucket: Bucket;
  /** All of them. */
  readonly buckets: readonly Bucket[];
  /** `legacy | direct, debug off` */
  readonly setting: string;
  /** Divergences. */
  readonly count: number;
  /** What is put down to them. */
  readonly followOns: number;
  /** What kernels that were asked do there, a line each. */
  readonly confirmations: readonly string[];
}

/** Causes with this verdict, in the order of the document. */
export function causesOf(document: ResultDocument, verdict: Bucket['verdict']): Cause[] {
  const groups = new Map<string, Bucket[]>();
  for (const bucket of document.buckets) {
    if (bucket.verdict !== verdict) continue;
    const { op, kind, outcomes, expected, columns, constructed, misuse, entry } = bucket;
    const key = JSON.stringify([op, kind, outcomes, expected, columns, constructed, misuse, entry]);
    const group = groups.get(key);
    if (group) group.push(bucket);
    else groups.set(key, [bucket]);
  }
  return [...groups.values()].map(causeOf);
}

/** The cause that buckets of one kind show. */
export function causeOf(buckets: readonly Bucket[]): Cause {
  const sum = (key: 'count' | 'followOns') => buckets.reduce((total, one) => total + one[key], 0);
  return {
    bucket: buckets[0],
    buckets,
    setting: settingsText(buckets),
    count: sum('count'),
    followOns: sum('followOns'),
    confirmations: confirmationLines(buckets),
  };
}

/** Known causes that have one reason. */
export interface KnownGroup {
  readonly reason: string;
  readonly link: string | undefined;
  readonly causes: readonly Cause[];
}

/** The known differences by reason, in the order of their first buckets. */
export function knownGroups(document: ResultDocument): KnownGroup[] {
  const groups = new Map<string, { reason: string; link: string | undefined; causes: Cause[] }>();
  for (const cause of causesOf(document, 'known')) {
    const reason = reasonOf(document, cause.bucket);
    const link = entryOf(document, cause.bucket)?.link;
    const key = `${link}\n${reason}`;
    const group = groups.get(key);
    if (group) group.causes.push(cause);
    else groups.set(key, { reason, link, causes: [cause] });
  }
  return [...groups.values()];
}

/** `legacy | direct, series-1 | direct, debug off and on, constructed`, or `misuse` */
export function settingsText(buckets: readonly Bucket[]): string {
  const settings = new Map<string, Set<string>>();
  for (const { pair, debug } of buckets) {
    const name = `${pair.first} | ${pair.second}`;
    const debugs = settings.get(name) ?? new Set();
    settings.set(name, debugs.add(debug ? 'on' : 'off'));
  }
  const pairs = new Map<string, string[]>();
  for (const [name, debugs] of settings) {
    const debug = [...debugs].sort().join(' and ');
    pairs.set(debug, [...(pairs.get(debug) ?? []), name]);
  }
  const texts = [...pairs].map(([debug, names]) => `${names.join(', ')}, debug ${debug}`);
  return texts.join('; ') + marksText(buckets[0]);
}

/** `, constructed` or `, misuse`: what a divergence leaves the contract of the transitions by. */
export function marksText({ constructed, misuse }: Bucket): string {
  return (constructed ? ', constructed' : '') + (misuse ? ', misuse' : '');
}

/** The two sides differ; else both did the same, and not what the trace expects. */
export function isDifference({ bucket }: Cause): boolean {
  return !isMissedAlike(bucket);
}

/** `5 unmet expectations follow from it: ops 1, 3, 5, 6 and 8`; undefined if there are none. */
export function followOnsText({ bucket, count: times, followOns }: Cause): string | undefined {
  if (followOns === 0) return undefined;
  const { example } = bucket;
  const here = example.followOns.map(({ opIndex }) => opIndex);
  const what = count(here.length, 'unmet expectation');
  const verb = here.length === 1 ? 'follows' : 'follow';
  if (here.length === 0) return `${count(followOns, 'unmet expectation')} in other replays follow`;
  const all = times > 1 ? ` (${followOns} in all ${times} replays)` : '';
  return `${what} ${verb} from it in this trace${all}: ${opsText(here)}`;
}

const MOST_OPS_NAMED = 6;

function opsText(ops: readonly number[]): string {
  const named = ops.slice(0, MOST_OPS_NAMED).join(', ');
  const more = ops.length > MOST_OPS_NAMED ? `, ... ${ops.at(-1)}` : '';
  return `${ops.length === 1 ? 'op' : 'ops'} ${named}${more}`;
}

/** A line for each of what follows from a cause in its example. */
export function followOnLines({ bucket }: Cause): string[] {
  const { file, followOns } = bucket.example;
  return followOns.map((followOn) => {
    const { line, column, opIndex, opText } = followOn;
    return `op ${opIndex} at ${printable(file)}:${line}:${column}: ${opText}: ${missedText(followOn, bucket.pair)}`;
  });
}
