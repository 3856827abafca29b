// SPDX-License-Identifier: GPL-2.0-only
/** Divergences into buckets, each with a count and the example that the fewest operations lead to. */

import { createHash } from 'node:crypto';
import { type BucketKey, bucketKey, bucketText } from '../compare/bucket.js';
import type { Divergence } from '../compare/divergence.js';
import type { TraceResult } from '../compare/replay.js';
import type { Bucket, Example } from './types.generated.js';

/** Most decoded differences kept of an example. */
const DIFFERENCES_KEPT = 40;
const ID_DIGITS = 12;

export class Buckets {
  /** Divergences that no baseline has. */
  newCount = 0;
  private readonly byText = new Map<string, Bucket>();

  /** Counts a divergence; the id of its bucket. `entry`: the baseline entry that has it. */
  add(divergence: Divergence, result: TraceResult, entry: string | undefined): string {
    if (entry === undefined) this.newCount++;
    const key = bucketKey(divergence, result.debug, result.trace.constructed);
    const text = [...result.implementations, bucketText(key), entry ?? ''].join('\n');
    const known = this.byText.get(text);
    if (known === undefined) {
      const bucket = newBucket(key, text, divergence, result, entry);
      this.byText.set(text, bucket);
      return bucket.id;
    }
    known.count++;
    if (divergence.opIndex < known.example.opIndex) known.example = exampleOf(divergence, result);
    return known.id;
  }

  /** New ones first, then by how many there are; the order is the same in every run. */
  list(): Bucket[] {
    return [...this.byText.values()].sort(
      (a, b) =>
        Number(b.verdict === 'new') - Number(a.verdict === 'new') ||
        b.count - a.count ||
        (a.id < b.id ? -1 : 1),
    );
  }
}

function newBucket(
  key: BucketKey,
  text: string,
  divergence: Divergence,
  result: TraceResult,
  entry: string | undefined,
): Bucket {
  const [first, second] = result.implementations;
  return {
    id: createHash('sha256').update(text).digest('hex').slice(0, ID_DIGITS),
    verdict: entry === undefined ? 'new' : 'known',
    ...(entry === undefined ? {} : { entry }),
    pair: { first, second },
    op: key.op,
    kind: key.kind,
    outcomes: { first: key.outcomes[0], second: key.outcomes[1] },
    ...(key.expected ? { expected: expectedSides(key.expected) } : {}),
    columns: [...key.columns],
    debug: key.debug,
    constructed: key.constructed,
    count: 1,
    example: exampleOf(divergence, result),
  };
}

/** What was expected of each side that did something else. */
export function expectedSides([first, second]: readonly [
  string | undefined,
  string | undefined,
]): NonNullable<Bucket['expected']> {
  return {
    ...(first === undefined ? {} : { first }),
    ...(second === undefined ? {} : { second }),
  };
}

function exampleOf(divergence: Divergence, { trace }: TraceResult): Example {
  const { opIndex, opText, before, differences } = divergence;
  return {
    trace: trace.name,
    file: trace.file,
    line: trace.line,
    opIndex,
    opText,
    ...(before === undefined ? {} : { before }),
    differences: differences.slice(0, DIFFERENCES_KEPT).map((difference) => ({ ...difference })),
    moreDifferences: Math.max(0, differences.length - DIFFERENCES_KEPT),
  };
}
