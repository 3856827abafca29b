// SPDX-License-Identifier: GPL-2.0-only
/** Baselines and coverage of several documents as one. */

import { byKey, summed } from './merge_sums.js';
import type { Baseline, BaselineEntry, Coverage } from './types.generated.js';

/** As `Baseline.whyStale()` puts it; no more true where another part matched something. */
const MATCHED_NOTHING = 'it matched nothing';

export function mergeBaselines(baselines: readonly Baseline[]): Baseline {
  const entries = byKey(
    baselines.flatMap((baseline) => baseline.entries),
    ({ file, id }) => `${file}\n${id}`,
  ).map(mergeEntries);
  return {
    files: [...new Set(baselines.flatMap(({ files }) => files))],
    entries,
    stale: entries.filter(({ stale }) => stale.length > 0).length,
  };
}

function mergeEntries(same: readonly BaselineEntry[]): BaselineEntry {
  const { matched } = summed(same, ['matched']);
  const reasons = new Set(same.flatMap(({ stale }) => stale));
  if (matched > 0) reasons.delete(MATCHED_NOTHING);
  const outOfScope = same.every((entry) => entry.outOfScope);
  return { ...same[0], matched, stale: [...reasons], outOfScope };
}

export function mergeCoverage(sections: readonly Coverage[]): Coverage | undefined {
  if (sections.length === 0) return undefined;
  const implementations = byKey(
    sections.flatMap((section) => section.implementations),
    ({ name }) => name,
  ).map((same) => ({
    name: same[0].name,
    cells: byKey(
      same.flatMap(({ cells }) => cells),
      ({ count: _, ...cell }) => JSON.stringify(cell),
    ).map((cells) => ({ ...cells[0], ...summed(cells, ['count']) })),
    neverMet: inAll(same.map(({ neverMet }) => neverMet)),
    branches: byKey(
      same.flatMap(({ branches }) => branches),
      ({ name }) => name,
    ).map((branches) => ({ name: branches[0].name, ...summed(branches, ['count']) })),
    neverFired: inAll(same.map(({ neverFired }) => neverFired)),
  }));
  return { implementations, missing: inAll(sections.map(({ missing }) => missing)) };
}

function inAll(lists: readonly (readonly string[])[]): string[] {
  const [first, ...rest] = lists;
  return first.filter((text) => rest.every((list) => list.includes(text)));
}
