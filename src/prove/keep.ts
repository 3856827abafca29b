// SPDX-License-Identifier: GPL-2.0-only
/** What settles conditions, as the text of the file it is kept in. */

import { MODEL_DIGEST } from './model.generated.js';
import type { Settled } from './settle.js';
import type { Kept, WatchedCounts } from './settled.js';
import { isLong } from './settled.js';
import type { SettledDocument } from './types.generated.js';

/** What the proof of a pair came to. */
export interface ToKeep {
  readonly settled: Settled;
  readonly watched: WatchedCounts;
  readonly worlds: SettledDocument['worlds'];
}

/** The file with the same traces, and with what was run now in place of what was run before. */
export function settledText({ document, traces }: Kept, proved: readonly ToKeep[]): string {
  const kept: SettledDocument = {
    format: 'pkvm-settled/1',
    model: MODEL_DIGEST,
    traces: document.traces,
    long: proved.flatMap(({ settled }) => longOf(settled, traces)),
    worlds: proved.flatMap(({ worlds }) => worlds),
    watched: proved.map(({ settled, watched }) => {
      const { calls, traces: replayed, states, fuzzRuns } = watched;
      return { pair: settled.theorem.pair.join(), calls, traces: replayed, states, fuzzRuns };
    }),
  };
  return `${JSON.stringify(kept, undefined, 2)}\n`;
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
