// SPDX-License-Identifier: GPL-2.0-only
/**
 * Divergences into buckets, each with a count and the example that the fewest operations lead to.
 * What is put down to a divergence goes with it.
 */

import { createHash } from 'node:crypto';
import { type BucketKey, bucketKey, bucketText } from '../compare/bucket.js';
import type { Divergence } from '../compare/divergence.js';
import type { TraceResult } from '../compare/trace_result.js';
import { opPositions } from '../trace/index.js';
import type { Bucket, Example, FollowOn } from './types.generated.js';

/** Most decoded differences kept of an example. */
const DIFFERENCES_KEPT = 40;
const ID_DIGITS = 12;

/** A bucket, and where it was met first. */
interface Kept {
  readonly bucket: Bucket;
  /** Number of the replay in the run. */
  readonly replay: number;
  readonly opIndex: number;
}

export class Buckets {
  /** Divergences that no baseline has. */
  newCount = 0;
  /** What is put down to a divergence. */
  followOns = 0;
  private replays = 0;
  private readonly byText = new Map<string, Kept>();

  /**
   * Counts the divergences of a replay; for each the id of its bucket, of a follow-on that of its
   * cause.
   * @param entries for each divergence the baseline entry that has it
   */
  add(result: TraceResult, entries: readonly (string | undefined)[]): string[] {
    this.replays++;
    const { divergences } = result;
    const followOns = new Map<number, Divergence[]>();
    for (const divergence of divergences) {
      if (divergence.cause === undefined) continue;
      const others = followOns.get(divergence.cause);
      if (others === undefined) followOns.set(divergence.cause, [divergence]);
      else others.push(divergence);
    }
    const ids = divergences.map((divergence, index) => {
      if (divergence.cause !== undefined) return '';
      return this.addCause(divergence, followOns.get(index) ?? [], result, entries[index]);
    });
    return divergences.map(({ cause }, index) => ids[cause ?? index]);
  }

  /** New ones first; within them in the order in which they were met. The same in every run. */
  list(): Bucket[] {
    return [...this.byText.values()]
      .sort(
        (a, b) =>
          Number(b.bucket.verdict === 'new') - Number(a.bucket.verdict === 'new') ||
          a.replay - b.replay ||
          a.opIndex - b.opIndex,
      )
      .map(({ bucket }) => bucket);
  }

  private addCause(
    divergence: Divergence,
    followOns: readonly Divergence[],
    result: TraceResult,
    entry: string | undefined,
  ): string {
    if (entry === undefined) this.newCount++;
    this.followOns += followOns.length;
    const key = bucketKey(divergence, result.debug, result.trace.constructed);
    const text = [...result.implementations, bucketText(key), entry ?? ''].join('\n');
    const kept = this.byText.get(text);
    if (kept === undefined) {
      const bucket = newBucket(key, text, divergence, followOns, result, entry);
      const { opIndex } = divergence;
      this.byText.set(text, { bucket, replay: this.replays, opIndex });
      return bucket.id;
    }
    const { bucket } = kept;
    bucket.count++;
    bucket.followOns += followOns.length;
    if (divergence.opIndex < bucket.example.opIndex) {
      bucket.example = exampleOf(divergence, followOns, result);
    }
    return bucket.id;
  }
}

function newBucket(
  key: BucketKey,
  text: string,
  divergence: Divergence,
  followOns: readonly Divergence[],
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
    ...(key.misuse ? { misuse: true } : {}),
    count: 1,
    followOns: followOns.length,
    example: exampleOf(divergence, followOns, result),
  };
}

/** What was expected of each side that did something else. */
function expectedSides([first, second]: readonly [
  string | undefined,
  string | undefined,
]): NonNullable<Bucket['expected']> {
  return {
    ...(first === undefined ? {} : { first }),
    ...(second === undefined ? {} : { second }),
  };
}

function exampleOf(
  divergence: Divergence,
  followOns: readonly Divergence[],
  { trace }: TraceResult,
): Example {
  const { opIndex, opText, before, differences } = divergence;
  const [at, ...others] = opPositions(
    trace,
    [divergence, ...followOns].map((one) => one.opIndex),
  );
  return {
    trace: trace.name,
    file: trace.file,
    line: at.line,
    column: at.column,
    opIndex,
    opText,
    ...(before === undefined ? {} : { before }),
    differences: differences.slice(0, DIFFERENCES_KEPT).map((difference) => ({ ...difference })),
    moreDifferences: Math.max(0, differences.length - DIFFERENCES_KEPT),
    followOns: followOns.map(
      (one, i): FollowOn => ({
        opIndex: one.opIndex,
        line: others[i].line,
        column: others[i].column,
        opText: one.opText,
        outcomes: { first: one.outcomes[0], second: one.outcomes[1] },
        expected: expectedSides(one.expected ?? [undefined, undefined]),
      }),
    ),
  };
}
