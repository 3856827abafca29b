// SPDX-License-Identifier: GPL-2.0-only
/** The seam between a tally and the baselines it is held against. */

import type { Divergence } from '../compare/divergence.js';
import type { Baseline } from './types.generated.js';

/** Where a divergence was met. */
export interface Occurrence {
  /** Names of the two implementations. */
  readonly pair: readonly [string, string];
  readonly debug: boolean;
  readonly constructed: boolean;
  /** Name of the trace. */
  readonly trace: string;
}

/** Differences somebody has looked at. */
export interface KnownDifferences {
  /** The entry that has this divergence, which is counted on it; undefined for a new one. */
  match(divergence: Divergence, occurrence: Occurrence): string | undefined;
  /** Each entry with what it matched, after a run. */
  section(run: Run): Baseline;
}

/** Differences somebody has looked at, to be looked up without counting. */
export interface KnownEntries {
  /** The entry that has this divergence. */
  entryOf(divergence: Divergence, occurrence: Occurrence): string | undefined;
}

/** What a run was, as far as it says whether an entry should have matched. */
export interface Run {
  readonly ran: readonly Ran[];
  /** Every trace was replayed with debug on and off. */
  readonly bothSettings: boolean;
  /** It ran to its end, on good input, and compared something. */
  readonly whole: boolean;
}

/** A pair and a debug setting that at least one trace was replayed with. */
export interface Ran {
  readonly pair: readonly [string, string];
  readonly debug: boolean;
}

/** No baseline: every difference is new. */
export const NOTHING_KNOWN: KnownDifferences & KnownEntries = {
  entryOf: () => undefined,
  match: () => undefined,
  section: () => ({ files: [], entries: [], stale: 0 }),
};
