// SPDX-License-Identifier: GPL-2.0-only
/** Baselines and coverage of several documents as one. */

import { byKey, summed } from './merge_sums.js';
import { matchReasons } from './stale.js';
import type { Baseline, BaselineEntry, Coverage } from './types.generated.js';

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

/** Another part may have matched what one did not: only all of them together tell. */
function mergeEntries(same: readonly BaselineEntry[]): BaselineEntry {
  const others = same.flatMap((entry) => {
    const ofMatches = matchReasons(entry);
    return entry.stale.filter((reason) => !ofMatches.includes(reason));
  });
  const matches = same[0].matches.map(({ text }, i) => ({
    text,
    ...summed(
      same.map((entry) => entry.matches[i]),
      ['matched'],
    ),
    judged: same.some((entry) => entry.matches[i].judged),
  }));
  const entry = { ...same[0], ...summed(same, ['matched']), matches };
  return { ...entry, stale: [...matchReasons(entry), ...new Set(others)] };
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
