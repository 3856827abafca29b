// SPDX-License-Identifier: GPL-2.0-only
/** One match of a baseline entry: what it has, and whether the run should have shown it. */

import { causeColumns } from '../compare/bucket.js';
import type { Divergence } from '../compare/divergence.js';
import type { Occurrence, Ran } from '../result/index.js';
import type { Entry, Match } from './types.generated.js';

/** Every match of an entry. */
export function matchesOf({ match }: Entry): readonly Match[] {
  return Array.isArray(match) ? match : [match];
}

/** Which way round a run has the two implementations of an entry. */
type Way = 'as written' | 'other way round';

export class Matcher {
  matched = 0;
  /** Something ran that should have shown it. */
  wasDue = false;
  /** What it matches, in short: names it among the matches of its entry. */
  readonly text: string;
  private readonly columns: string | undefined;
  private readonly where: readonly RegExp[] | undefined;
  private readonly about: readonly RegExp[] | undefined;

  constructor(private readonly match: Match) {
    const { op, kind, outcomes, columns, where, shownBy } = match;
    this.text = `${op} ${outcomes.join(' | ')}${columns?.length ? `, ${columns.join(', ')}` : ''}`;
    this.columns = columns && causeColumns(kind, [...columns].sort()).join();
    this.where = where?.map(globPattern);
    this.about = (shownBy ?? where)?.map(globPattern);
  }

  /** Whether it has a divergence. */
  matches(divergence: Divergence, occurrence: Occurrence): boolean {
    const { match } = this;
    if (match.op !== divergence.op || match.kind !== divergence.kind) return false;
    const way = this.wayOf(occurrence.pair);
    return (
      way !== undefined &&
      areSame(inOrder(divergence.outcomes, way), match.outcomes) &&
      (match.expected === undefined || this.hasExpected(divergence, way)) &&
      (this.columns === undefined ||
        this.columns === causeColumns(match.kind, divergence.columns).join()) &&
      (match.debug === undefined || match.debug === occurrence.debug) &&
      (match.constructed === undefined || match.constructed === occurrence.constructed) &&
      (match.misuse === undefined || match.misuse === (divergence.misuse ?? false)) &&
      (this.where === undefined || this.where.some((pattern) => pattern.test(occurrence.trace)))
    );
  }

  /**
   * Notes a replay. One of a trace that shows the difference should have shown it, if it ran with the
   * setting it is met with (that of the trace, if the match names none), and compared what differs.
   */
  ran({ pair, debug, isOwnDebug, level, constructed, trace }: Ran): void {
    const { match } = this;
    const isState = match.kind === 'state' || match.kind === 'state-at-panic';
    this.wasDue ||=
      this.wayOf(pair) !== undefined &&
      (match.debug === undefined ? isOwnDebug : match.debug === debug) &&
      (match.constructed === undefined || match.constructed === constructed) &&
      (match.kind !== 'expectation' || isOwnDebug) &&
      (!isState || level === 'exact') &&
      (this.about === undefined || this.about.some((pattern) => pattern.test(trace)));
  }

  /** Only a pair that is named can be the other way round. */
  private wayOf([first, second]: readonly [string, string]): Way | undefined {
    const { pairs } = this.match;
    if (pairs === undefined || pairs.includes(`${first},${second}`)) return 'as written';
    return pairs.includes(`${second},${first}`) ? 'other way round' : undefined;
  }

  private hasExpected({ expected }: Divergence, way: Way): boolean {
    const sides = inOrder([expected?.[0] ?? null, expected?.[1] ?? null], way);
    return areSame(sides, this.match.expected ?? []);
  }
}

function inOrder<T>([first, second]: readonly [T, T], way: Way): readonly [T, T] {
  return way === 'as written' ? [first, second] : [second, first];
}

function areSame<T>(sides: readonly [T, T], others: readonly T[]): boolean {
  return sides[0] === others[0] && sides[1] === others[1];
}

/** The names a pattern stands for: `*` is any text, everything else itself. */
function globPattern(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
