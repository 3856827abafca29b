// SPDX-License-Identifier: GPL-2.0-only
/** What settles conditions, as the text of the file it is kept in. */

import { MODEL_DIGEST } from './model.generated.js';
import type { Settled } from './settle.js';
import type { Kept, WatchedCounts } from './settled.js';
import { isCurrent, isLong } from './settled.js';
import type { SettledDocument } from './types.generated.js';

/** What the proof of a pair came to. */
export interface ToKeep {
  readonly settled: Settled;
  readonly watched: WatchedCounts;
}

/**
 * The file with the same traces, and with what was run now in place of what was run before; of other
 * pairs, what it had of this model.
 */
export function settledText({ document, traces }: Kept, proved: readonly ToKeep[]): string {
  const names = new Set(proved.map(({ settled }) => settled.theorem.pair.join()));
  const isOther = ({ pair }: { pair: string }) => isCurrent(document) && !names.has(pair);
  const watched = proved.find((one) => one.watched.calls > 0)?.watched;
  const kept: SettledDocument = {
    format: 'pkvm-settled/1',
    model: MODEL_DIGEST,
    traces: document.traces,
    long: [
      ...document.long.filter(isOther),
      ...proved.flatMap(({ settled }) => longOf(settled, traces)),
    ],
    searched: [
      ...document.searched.filter(isOther),
      ...proved.flatMap(({ settled }) => searchedOf(settled)),
    ],
    worlds: [
      ...document.worlds.filter(isOther),
      ...proved.flatMap(({ settled }) => worldsOf(settled)),
    ],
    watched: watched ? countsOf(watched) : document.watched,
  };
  return `${JSON.stringify(kept, undefined, 2)}\n`;
}

function countsOf({ calls, traces, states, fuzzRuns }: WatchedCounts): SettledDocument['watched'] {
  return { calls, traces, states, fuzzRuns };
}

function searchedOf({ theorem, searched }: Settled): SettledDocument['searched'] {
  return searched.map(({ condition: { debug, operation }, case: one, states }) => ({
    pair: theorem.pair.join(),
    debug,
    operation,
    kind: one.difference,
    outcomes: [...one.outcomes],
    states,
  }));
}

function worldsOf({ theorem, looked }: Settled): SettledDocument['worlds'] {
  return looked.map(({ debug, operations, states, executions }) => ({
    pair: theorem.pair.join(),
    debug,
    operations: [...operations],
    states,
    executions,
  }));
}

function longOf({ theorem, witnessed }: Settled, traces: Kept['traces']): SettledDocument['long'] {
  return witnessed.flatMap(({ condition, witness }) => {
    const trace = traces.get(witness.file);
    if (!trace || !isLong(trace)) return [];
    const { replayed: _, outcomes, columns, ...rest } = witness;
    return [
      {
        pair: theorem.pair.join(),
        operation: condition.operation,
        ...rest,
        outcomes: [...outcomes],
        columns: [...columns],
      },
    ];
  });
}
