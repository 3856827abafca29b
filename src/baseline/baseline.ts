// SPDX-License-Identifier: GPL-2.0-only
/** A run held against baselines: which entry has a divergence, and which entries are stale. */

import type { Divergence } from '../compare/divergence.js';
import {
  type Baseline as BaselineSection,
  type KnownDifferences,
  matchReasons,
  type Occurrence,
  type Ran,
} from '../result/index.js';
import { Matcher, matchesOf } from './matcher.js';
import type { PlacedEntry } from './read.js';
import type { Entry } from './types.generated.js';

interface Held {
  readonly placed: PlacedEntry;
  readonly matchers: readonly Matcher[];
}

export class Baseline implements KnownDifferences {
  private readonly held: readonly Held[];

  /** @param today the day it is (UTC), YYYY-MM-DD */
  constructor(
    private readonly files: readonly string[],
    entries: readonly PlacedEntry[],
    private readonly today: string,
  ) {
    this.held = entries.map((placed) => ({
      placed,
      matchers: matchesOf(placed.entry).map((match) => new Matcher(match)),
    }));
  }

  find(divergence: Divergence, occurrence: Occurrence): string | undefined {
    return this.first(divergence, occurrence)?.held.placed.entry.id;
  }

  match(divergence: Divergence, occurrence: Occurrence): string | undefined {
    const found = this.first(divergence, occurrence);
    if (found) found.matcher.matched++;
    return found?.held.placed.entry.id;
  }

  ran(replay: Ran): void {
    for (const { matchers } of this.held) for (const matcher of matchers) matcher.ran(replay);
  }

  section(whole: boolean): BaselineSection {
    const entries = this.held.map(({ placed, matchers }) => {
      const { id, reason, owner, link, expires, count } = placed.entry;
      const matches = matchers.map(({ text, matched, wasDue }) => ({
        text,
        matched,
        judged: whole && wasDue,
      }));
      const entry = {
        id,
        file: placed.file,
        line: placed.line,
        reason,
        owner,
        ...(link.trim() === '' ? {} : { link }),
        ...(expires === undefined ? {} : { expires }),
        ...(count === undefined ? {} : { count }),
        matched: matches.reduce((sum, { matched }) => sum + matched, 0),
        matches,
      };
      return { ...entry, stale: [...matchReasons(entry), ...this.entryReasons(placed.entry)] };
    });
    return {
      files: [...this.files],
      entries,
      stale: entries.filter(({ stale }) => stale.length > 0).length,
    };
  }

  private entryReasons({ expires, reason, owner }: Entry): string[] {
    const why: string[] = [];
    if (expires !== undefined && expires < this.today) why.push(`it expired on ${expires}`);
    if (reason.trim() === '') why.push('it has no reason');
    if (owner.trim() === '') why.push('it has no owner');
    return why;
  }

  private first(
    divergence: Divergence,
    occurrence: Occurrence,
  ): { held: Held; matcher: Matcher } | undefined {
    for (const held of this.held) {
      const matcher = held.matchers.find((one) => one.matches(divergence, occurrence));
      if (matcher) return { held, matcher };
    }
    return undefined;
  }
}
