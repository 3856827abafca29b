// SPDX-License-Identifier: GPL-2.0-only
/** New entries for the differences a run found new: without a reason, so that somebody must look. */

import type { Bucket } from '../result/index.js';
import type { BaselineDocument, Entry } from './types.generated.js';

/** One entry for each cause, whatever the number of pairs it was met between. */
export function entriesFor(buckets: readonly Bucket[], taken: ReadonlySet<string>): Entry[] {
  const byMatch = new Map<string, Entry>();
  for (const bucket of buckets) {
    if (bucket.verdict !== 'new') continue;
    const match = matchOf(bucket);
    const key = JSON.stringify(match);
    const pair = `${bucket.pair.first},${bucket.pair.second}`;
    const entry = byMatch.get(key);
    if (entry === undefined) {
      const id = newId(bucket, taken, byMatch.values());
      const { op, kind, outcomes, ...rest } = match;
      byMatch.set(key, {
        id,
        match: { op, kind, outcomes, ...rest, pairs: [pair] },
        reason: '',
        owner: '',
        link: '',
      });
    } else if (!entry.match.pairs?.includes(pair)) entry.match.pairs?.push(pair);
  }
  return [...byMatch.values()];
}

function matchOf(bucket: Bucket): Entry['match'] {
  const { op, kind, outcomes, expected, columns, debug, constructed } = bucket;
  return {
    op,
    kind,
    outcomes: [outcomes.first, outcomes.second],
    ...(expected ? { expected: [expected.first ?? null, expected.second ?? null] } : {}),
    columns,
    debug,
    constructed,
  };
}

/** `host-unshare-hyp-ebusy-eperm`, with a number where that is taken. */
function newId(bucket: Bucket, taken: ReadonlySet<string>, others: Iterable<Entry>): string {
  const used = new Set([...taken, ...[...others].map(({ id }) => id)]);
  const words = `${bucket.op} ${bucket.outcomes.first} ${bucket.outcomes.second}`;
  const stem = words
    .replace(/^_*pkvm_/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (!used.has(stem)) return stem;
  let number = 2;
  while (used.has(`${stem}-${number}`)) number++;
  return `${stem}-${number}`;
}

/** A baseline as a file: short lists on one line, ends with a newline. */
export function baselineText(document: BaselineDocument): string {
  const text = JSON.stringify(document, null, 2);
  return `${text.replace(
    /\[\n\s+((?:"[^"\n]*"|null)(?:,\n\s+(?:"[^"\n]*"|null))*)\n\s+\]/g,
    (_, items: string) => {
      return `[${items.replace(/,\n\s+/g, ', ')}]`;
    },
  )}\n`;
}
