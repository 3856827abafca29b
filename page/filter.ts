// SPDX-License-Identifier: GPL-2.0-only
/** Which replays are listed. */

import type { Cause } from '../src/report/causes.js';
import type { ResultDocument } from '../src/result/index.js';
import type { OpView, ReplayView } from './model.js';

export interface Filters {
  /** Part of the name or file of a trace. */
  readonly text: string;
  /** An operation's name; empty for any. */
  readonly op: string;
  /** A page number in hex or decimal; empty for any. */
  readonly page: string;
  /** Index of a pair in the result document; empty for any. */
  readonly pair: '' | `${number}`;
  /** An outcome, of either side; empty for any. */
  readonly outcome: string;
  readonly verdict: '' | ReplayView['verdict'];
}

export const NO_FILTERS: Filters = {
  text: '',
  op: '',
  page: '',
  pair: '',
  outcome: '',
  verdict: '',
};

/** The replays that pass; operation and outcome must be those of one and the same operation. */
export function filterReplays(
  replays: readonly ReplayView[],
  filters: Filters,
): readonly ReplayView[] {
  const text = filters.text.trim().toLowerCase();
  const page = filters.page.trim() === '' ? undefined : Number(filters.page);
  return replays.filter((replay) => {
    if (filters.verdict !== '' && replay.verdict !== filters.verdict) return false;
    if (text !== '' && !`${replay.name} ${replay.file}`.toLowerCase().includes(text)) return false;
    if (page !== undefined && !replay.pages.some(({ pfn }) => pfn === page)) return false;
    if (filters.pair !== '' && String(replay.pair) !== filters.pair) return false;
    if (filters.op === '' && filters.outcome === '') return true;
    return replay.ops.some((op) => matchesOp(op, filters));
  });
}

/** Whether an operation is one of those asked for. */
export function matchesOp(op: OpView, { op: name, outcome }: Filters): boolean {
  return (name === '' || op.name === name) && (outcome === '' || op.outcomes.includes(outcome));
}

/** Whether a cause is about the operation and the pair asked for. */
export function passesCause(
  { bucket, buckets }: Cause,
  pairs: ResultDocument['pairs'],
  { op, pair }: Filters,
): boolean {
  if (op !== '' && bucket.op !== op) return false;
  if (pair === '') return true;
  const { first, second } = pairs[Number(pair)];
  return buckets.some((one) => one.pair.first === first && one.pair.second === second);
}

/** Every operation name and outcome there is, to choose from. */
export function choices(replays: readonly ReplayView[]): { ops: string[]; outcomes: string[] } {
  const ops = new Set<string>();
  const outcomes = new Set<string>();
  for (const replay of replays) {
    for (const op of replay.ops) {
      ops.add(op.name);
      for (const outcome of op.outcomes) outcomes.add(outcome);
    }
  }
  return { ops: [...ops].sort(), outcomes: [...outcomes].sort() };
}
