// SPDX-License-Identifier: GPL-2.0-only
/** Sums over things that are the same but for their counts. */

import type { Bucket } from './types.generated.js';

/** The items with the same key together, in the order the keys come. */
export function byKey<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

/** The sums of some numbers of the items. */
export function summed<K extends string>(
  items: readonly Readonly<Record<K, number>>[],
  keys: readonly K[],
): Record<K, number> {
  const entries = keys.map((key) => [key, items.reduce((sum, item) => sum + item[key], 0)]);
  return Object.fromEntries(entries) as Record<K, number>;
}

/** New ones first, then by how many there are: as in a document of one run. */
export function byImportance(a: Bucket, b: Bucket): number {
  return (
    Number(b.verdict === 'new') - Number(a.verdict === 'new') ||
    b.count - a.count ||
    (a.id < b.id ? -1 : 1)
  );
}
