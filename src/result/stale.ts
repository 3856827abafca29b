// SPDX-License-Identifier: GPL-2.0-only
/** Why a baseline entry no longer says what is so, as far as what it matched tells. */

import type { BaselineEntry } from './types.generated.js';

/** Of one run, or of several that were joined. */
export function matchReasons({
  matched,
  matches,
  count,
}: Pick<BaselineEntry, 'matched' | 'matches' | 'count'>): string[] {
  const why = unmatchedReasons(matches);
  if (count !== undefined && matched > count) {
    why.push(`it matched ${matched} divergences and names ${count}`);
  }
  return why;
}

function unmatchedReasons(matches: BaselineEntry['matches']): string[] {
  const missing = matches.filter(({ matched, judged }) => judged && matched === 0);
  if (missing.length === 0) return [];
  if (missing.length === matches.length) return ['it matched nothing'];
  return missing.map(({ text }) => `its match "${text}" matched nothing`);
}
