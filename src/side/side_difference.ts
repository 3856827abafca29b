// SPDX-License-Identifier: GPL-2.0-only
/** What two sides say of one operation, as decoded differences: page by page, or word by word. */

import { decodeDifferences } from '../compare/decode.js';
import type { Column, Difference } from '../compare/divergence.js';
import { PageRuns } from '../compare/page_runs.js';
import { Layout } from '../hyp/layout.js';
import { Machine } from '../hyp/machine.js';
import type { MachineConfig } from '../hyp/op.js';
import {
  PAGE_STATE_NAMES,
  PKVM_ID_HOST,
  PKVM_ID_HYP,
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
} from '../hyp/page_state.js';
import type { Implementation } from '../hyp/transitions.js';
import { layoutWord } from './canonical_words.js';
import { sameOwnership } from './ownership_watch.js';
import type { PageOwnership, SideStep } from './side.js';

/** Do two steps leave the pages they changed alike? */
export function samePages(a: SideStep, b: SideStep): boolean {
  if (a.pages.size !== b.pages.size) return false;
  for (const [pfn, page] of a.pages) if (!sameOwnership(page, b.pages.get(pfn))) return false;
  return true;
}

/** Do two steps leave the words they changed alike? */
export function sameWords(a: SideStep, b: SideStep): boolean {
  const first = a.words ?? new Map();
  const second = b.words ?? new Map();
  if (first.size !== second.size) return false;
  for (const [word, value] of first) if (second.get(word) !== value) return false;
  return true;
}

/** How `PageOwnership` shows, and in which column it is a difference. */
const FIELDS: readonly (readonly [Column, (page: PageOwnership) => string])[] = [
  ['host_state', ({ host }) => PAGE_STATE_NAMES[host] ?? String(host)],
  ['hyp_s1', ({ hyp }) => PAGE_STATE_NAMES[hyp] ?? String(hyp)],
  ['refcount', ({ refcount }) => `${refcount}`],
  ['host_s2', ({ owner }) => `owner ${owner}`],
  ['host_share_guest_count', ({ shareCount }) => `${shareCount}`],
  ['guest_s2', ({ guests }) => guests.join(', ') || 'none'],
];

/**
 * The pages of which the last of the steps of two sides leave different things. What a side left
 * alone is as the step before left it on both, or as boot did.
 */
export function pageDifferences(
  { carveout }: MachineConfig,
  a: readonly SideStep[],
  b: readonly SideStep[],
): Difference[] {
  const end = carveout.pfn + carveout.hpool_pages + carveout.host_s2_pages;
  const booted = (pfn: number) => (pfn >= carveout.pfn && pfn < end ? HYPS_OWN : HOSTS_OWN);
  const before = (pfn: number) =>
    [...a.slice(0, -1)]
      .reverse()
      .find(({ pages }) => pages.has(pfn))
      ?.pages.get(pfn) ?? booted(pfn);
  const first = a[a.length - 1].pages;
  const second = b[b.length - 1].pages;
  const pages = [...new Set([...first.keys(), ...second.keys()])].sort((x, y) => x - y);
  const runs = new PageRuns();
  for (const [column, show] of FIELDS) {
    for (const pfn of pages) {
      const left = show(first.get(pfn) ?? before(pfn));
      const right = show(second.get(pfn) ?? before(pfn));
      if (left !== right) runs.add(column, pfn, left, right, '');
    }
  }
  return runs.finish();
}

/** A page after boot: the host's, or one of the carve-out. */
const HOSTS_OWN: PageOwnership = {
  host: PKVM_PAGE_OWNED,
  hyp: PKVM_NOPAGE,
  refcount: 0,
  owner: PKVM_ID_HOST,
  shareCount: 0,
  guests: [],
};
const HYPS_OWN: PageOwnership = {
  ...HOSTS_OWN,
  host: PKVM_NOPAGE,
  hyp: PKVM_PAGE_OWNED,
  owner: PKVM_ID_HYP,
};

/**
 * The words in which two sides differ after their steps, decoded: both start from the state after
 * boot, and `a` and `b` are all their steps up to the one that differs.
 */
export function wordDifferences(
  config: MachineConfig,
  implementation: Implementation,
  a: readonly SideStep[],
  b: readonly SideStep[],
): Difference[] {
  const layout = new Layout(config);
  const first = Machine.of(layout, implementation);
  const second = Machine.of(layout, implementation);
  const touched = new Set<number>();
  for (const [machine, steps] of [[first, a] as const, [second, b] as const]) {
    for (const { words } of steps) {
      for (const [canonical, value] of words ?? []) {
        const word = layoutWord(layout, canonical);
        machine.state.ensure();
        machine.state.words[word] = value;
        touched.add(word);
      }
    }
  }
  first.state.ensure();
  second.state.ensure();
  const differing = [...touched].filter(
    (word) => first.state.words[word] !== second.state.words[word],
  );
  return decodeDifferences(first, second, Int32Array.from(differing).sort());
}
