// SPDX-License-Identifier: GPL-2.0-only
/** The seam between a tally and the baselines it is held against. */

import type { Divergence } from '../compare/divergence.js';
import type { CompareLevel } from '../compare/lockstep.js';
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

/** A replay to its end, as far as it says whether an entry should have matched. */
export interface Ran extends Occurrence {
  readonly level: CompareLevel;
  /** It ran with the nvhe_el2_debug that the trace itself names. */
  readonly isOwnDebug: boolean;
}

/** Differences somebody has looked at. */
export interface KnownDifferences {
  /** The entry that has this divergence; undefined for a new one. */
  find(divergence: Divergence, occurrence: Occurrence): string | undefined;
  /** As `find()`; counts the divergence on the entry. */
  match(divergence: Divergence, occurrence: Occurrence): string | undefined;
  /** Notes a replay: entries that are about its trace can be judged from now on. */
  ran(replay: Ran): void;
  /**
   * Each entry with what it matched, after a run.
   * @param whole the run came to its end, on good input, and compared something
   */
  section(whole: boolean): Baseline;
}

/** No baseline: every difference is new. */
export const NOTHING_KNOWN: KnownDifferences = {
  find: () => undefined,
  match: () => undefined,
  ran: () => undefined,
  section: () => ({ files: [], entries: [], stale: 0 }),
};
