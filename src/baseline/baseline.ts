// SPDX-License-Identifier: GPL-2.0-only
/** A run held against baselines: which entry has a divergence, and which entries are stale. */

import { causeColumns } from '../compare/bucket.js';
import type { Divergence } from '../compare/divergence.js';
import type {
  Baseline as BaselineSection,
  KnownDifferences,
  KnownEntries,
  Occurrence,
  Ran,
  Run,
} from '../result/index.js';
import type { PlacedEntry } from './read.js';
import type { Entry, Match } from './types.generated.js';

export class Baseline implements KnownDifferences, KnownEntries {
  private readonly matchers: readonly Matcher[];

  /** @param today the day it is (UTC), YYYY-MM-DD */
  constructor(
    private readonly files: readonly string[],
    entries: readonly PlacedEntry[],
    private readonly today: string,
  ) {
    this.matchers = entries.map((placed) => new Matcher(placed));
  }

  match(divergence: Divergence, occurrence: Occurrence): string | undefined {
    let found: string | undefined;
    for (const matcher of this.matchers) {
      if (!matcher.matches(divergence, occurrence)) continue;
      if (!matcher.couldMatch(occurrence)) matcher.metElsewhere = true;
      else if (found === undefined) {
        matcher.matched++;
        found = matcher.placed.entry.id;
      }
    }
    return found;
  }

  entryOf(divergence: Divergence, occurrence: Occurrence): string | undefined {
    const found = this.matchers.find(
      (matcher) => matcher.couldMatch(occurrence) && matcher.matches(divergence, occurrence),
    );
    return found?.placed.entry.id;
  }

  section({ ran, bothSettings, whole }: Run): BaselineSection {
    const entries = this.matchers.map((matcher) => {
      const { entry, file, line } = matcher.placed;
      const inScope =
        ran.some((setting) => matcher.couldMatch(setting)) &&
        (bothSettings || matcher.matched > 0 || !matcher.metElsewhere);
      const { id, reason, owner, link, expires } = entry;
      return {
        id,
        file,
        line,
        reason,
        owner,
        ...(link.trim() === '' ? {} : { link }),
        ...(expires === undefined ? {} : { expires }),
        matched: matcher.matched,
        stale: this.whyStale(entry, matcher.matched, inScope && whole),
        outOfScope: !inScope,
      };
    });
    const stale = entries.filter((entry) => entry.stale.length > 0).length;
    return { files: [...this.files], entries, stale };
  }

  /** @param judged whether matching nothing says anything */
  private whyStale(entry: Entry, matched: number, judged: boolean): string[] {
    const why: string[] = [];
    if (matched === 0 && judged) why.push('it matched nothing');
    if (entry.count !== undefined && matched > entry.count) {
      why.push(`it matched ${matched} divergences and names ${entry.count}`);
    }
    if (entry.expires !== undefined && entry.expires < this.today) {
      why.push(`it expired on ${entry.expires}`);
    }
    if (entry.reason.trim() === '') why.push('it has no reason');
    if (entry.owner.trim() === '') why.push('it has no owner');
    return why;
  }
}

class Matcher {
  matched = 0;
  /** What it names was met, with a pair or a debug setting it does not name. */
  metElsewhere = false;
  private readonly match: Match;
  private readonly columns: string | undefined;
  private readonly where: readonly RegExp[] | undefined;

  constructor(readonly placed: PlacedEntry) {
    this.match = placed.entry.match;
    const { kind, columns } = this.match;
    this.columns = columns && causeColumns(kind, [...columns].sort()).join();
    this.where = this.match.where?.map(globPattern);
  }

  /** Whether a divergence is what it names, but for the pair and the debug setting. */
  matches(divergence: Divergence, occurrence: Occurrence): boolean {
    const { match } = this;
    return (
      match.op === divergence.op &&
      match.kind === divergence.kind &&
      match.outcomes[0] === divergence.outcomes[0] &&
      match.outcomes[1] === divergence.outcomes[1] &&
      (match.expected === undefined || sameExpectations(match.expected, divergence)) &&
      (this.columns === undefined ||
        this.columns === causeColumns(match.kind, divergence.columns).join()) &&
      (match.constructed === undefined || match.constructed === occurrence.constructed) &&
      (this.where === undefined || this.where.some((pattern) => pattern.test(occurrence.trace)))
    );
  }

  /** Whether anything met with this pair and debug setting could match. */
  couldMatch({ pair, debug }: Ran): boolean {
    const { match } = this;
    return (
      (match.debug === undefined || match.debug === debug) &&
      (match.pairs === undefined || match.pairs.includes(pair.join(',')))
    );
  }
}

function sameExpectations(expected: readonly (string | null)[], divergence: Divergence): boolean {
  const [first, second] = divergence.expected ?? [];
  return expected[0] === (first ?? null) && expected[1] === (second ?? null);
}

/** The names a pattern stands for: `*` is any text, everything else itself. */
function globPattern(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
