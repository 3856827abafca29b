// SPDX-License-Identifier: GPL-2.0-only
/** Why some operations were not compared. */

import type { ResultDocument } from '../result/index.js';
import { count } from './number_words.js';

/**
 * `3 operations not compared: the tree has no __pkvm_init_vm`, for each reason; the most first. Of a series
 * without the commit: its neighbours lack the same.
 */
export function notComparedTexts({ counts, pairs, series }: ResultDocument): string[] {
  const reasons = new Map<string, number>();
  let left = counts.notCompared;
  const commits = new Set(series?.commits.map(({ commit }) => commit));
  for (const { reason: told, operations } of pairs.flatMap((pair) => pair.reasons ?? [])) {
    const [side, ...rest] = told.split(': ');
    const reason = commits.has(side) ? rest.join(': ') : told;
    reasons.set(reason, (reasons.get(reason) ?? 0) + operations);
    left -= operations;
  }
  if (left > 0) reasons.set('a side had ended or was undefined', left);
  return [...reasons]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, operations]) => `${count(operations, 'operation')} not compared: ${reason}`);
}
