// SPDX-License-Identifier: GPL-2.0-only
/** New entries for the differences a run found new: without a reason, so that somebody must look. */

import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { Bucket, ResultDocument } from '../result/index.js';
import type { Entry, Match } from './types.generated.js';

/** Buckets for what is proved and in no baseline, as if its traces had been replayed. */
export function bucketsOfConditions({ theorems = [] }: ResultDocument): Bucket[] {
  return theorems.flatMap(({ pair, conditions }) =>
    conditions
      .filter(({ status }) => status === 'new')
      .flatMap(({ debug, cases }) =>
        cases.flatMap(({ trace, kind, outcomes }): Bucket[] => {
          if (!trace) return [];
          const { name, file, op, opIndex, columns, constructed, misuse } = trace;
          const example = { trace: name, file, line: 1, column: 1, opIndex, opText: op };
          return [
            {
              ...{ id: '', verdict: 'new', pair, op, kind, outcomes, columns, debug, constructed },
              ...(misuse ? { misuse } : {}),
              count: 1,
              followOns: 0,
              example: { ...example, differences: [], moreDifferences: 0, followOns: [] },
            },
          ];
        }),
      ),
  );
}

/** One entry for each cause, whatever the pairs and debug settings it was met with. */
export function entriesFor(buckets: readonly Bucket[], taken: ReadonlySet<string>): Entry[] {
  const causes = new Map<string, Bucket[]>();
  for (const bucket of buckets) {
    if (bucket.verdict !== 'new') continue;
    const { op, kind, outcomes, expected, columns } = bucket;
    const key = JSON.stringify([op, kind, outcomes, expected, columns]);
    const same = causes.get(key);
    if (same === undefined) causes.set(key, [bucket]);
    else same.push(bucket);
  }
  const used = new Set(taken);
  return [...causes.values()].map((same) => {
    const id = newId(same[0], used);
    used.add(id);
    return { id, match: matchOf(same), reason: '', owner: '', link: '' };
  });
}

function matchOf(same: readonly Bucket[]): Match {
  const { op, kind, outcomes, expected, columns, constructed, misuse = false } = same[0];
  const isAlways = same.every((bucket) => bucket.constructed === constructed);
  const isMisuse = same.every((bucket) => (bucket.misuse ?? false) === misuse);
  return {
    op,
    kind,
    outcomes: [outcomes.first, outcomes.second],
    ...(expected ? { expected: [expected.first ?? null, expected.second ?? null] } : {}),
    columns,
    ...(isAlways ? { constructed } : {}),
    ...(isMisuse && misuse ? { misuse } : {}),
    pairs: [...new Set(same.map(({ pair }) => `${pair.first},${pair.second}`))],
    shownBy: [...new Set(same.map(({ example }) => example.trace))],
  };
}

/** `host-unshare-hyp-ebusy-eperm`, with a number where that is taken. */
function newId(bucket: Bucket, used: ReadonlySet<string>): string {
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

const NO_ENTRIES = '{\n  "format": "pkvm-baseline/1",\n  "entries": []\n}\n';

/**
 * The text of a baseline with entries added at the end of it; everything else stays as it is.
 * @param text of a file that keeps to the schema; undefined makes a new one
 */
export function withEntries(text: string | undefined, added: readonly Entry[]): string {
  const before = text ?? NO_ENTRIES;
  const root = parseTree(before);
  const entries = root && findNodeAtLocation(root, ['entries']);
  if (!entries) throw new Error('a baseline without entries');
  const last = entries.children?.at(-1);
  const texts = added.map((entry) => `\n${entryText(entry)}`).join(',');
  if (last === undefined) {
    const end = entries.offset + entries.length;
    return `${before.slice(0, entries.offset)}[${texts}\n  ]${before.slice(end)}`;
  }
  const end = last.offset + last.length;
  return `${before.slice(0, end)},${texts}${before.slice(end)}`;
}

/** An entry as it stands in a file: short lists on one line. */
function entryText(entry: Entry): string {
  const text = JSON.stringify(entry, null, 2).replace(
    /\[\n\s+((?:"[^"\n]*"|null)(?:,\n\s+(?:"[^"\n]*"|null))*)\n\s+\]/g,
    (_, items: string) => `[${items.replace(/,\n\s+/g, ', ')}]`,
  );
  return text.replace(/^/gm, '    ');
}
