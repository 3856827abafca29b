// SPDX-License-Identifier: GPL-2.0-only
/**
 * What settled the conditions before, kept in a file. Its traces are replayed each time and believed in
 * nothing. What takes seconds or more (long traces, the constructed states, the watching) is taken over
 * as long as the model is the same, by a digest of its source, and done again when it is not.
 */

import type { Operation } from '../branches/index.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Trace } from '../trace/index.js';
import { MODEL_DIGEST } from './model.generated.js';
import { conditionOf } from './observed.js';
import { Contradiction, Settled } from './settle.js';
import type { SettledDocument } from './types.generated.js';
import type { Watched } from './watch.js';
import { runWorld } from './world.js';

/** Machines of more pages take a second a replay. */
const LONG_PAGES = 2 ** 17;

export function isLong({ machine }: Pick<Trace, 'machine'>): boolean {
  return machine.memory.reduce((pages, region) => pages + region.pages, 0) > LONG_PAGES;
}

/** What settles, in memory. */
export interface Kept {
  readonly document: SettledDocument;
  /** The traces it names, by file. */
  readonly traces: ReadonlyMap<string, Trace>;
}

/** What was watched: counts, and what does not hold. */
export type WatchedCounts = Pick<
  Watched,
  'calls' | 'traces' | 'states' | 'fuzzRuns' | 'violations'
>;

/** Is what a file has of the model as it is now? */
export function isCurrent({ model }: SettledDocument): boolean {
  return model === MODEL_DIGEST;
}

/** Settles what the file settles; with `takesOld`, also what it has of another model. */
export function settleFrom(kept: Kept, settled: Settled, takesOld: boolean): void {
  const { theorem } = settled;
  const name = theorem.pair.join();
  if (takesOld || isCurrent(kept.document)) {
    for (const { pair, operation, ...long } of kept.document.long) {
      if (pair !== name) continue;
      const [first, second] = long.outcomes;
      settled.accept(operation as Operation, {
        ...long,
        op: long.op as 'poke',
        outcomes: [first, second],
        columns: long.columns as [],
        replayed: false,
      });
    }
    for (const { pair, operation, states, ...search } of kept.document.searched) {
      if (pair !== name) continue;
      for (const one of settled.casesOf(operation, search)) settled.addSearch(one, states);
    }
    for (const { pair, debug, operations, states, executions } of kept.document.worlds) {
      if (pair !== name) continue;
      settled.addWorld(debug, operations as Operation[], { states, executions });
    }
  }
  for (const { file, debug } of kept.document.traces) {
    const trace = kept.traces.get(file);
    if (trace && !isLong(trace) && isWanted(trace, debug, settled)) settled.replay(trace, debug);
  }
  // What no trace leads to that names the transition, one may that calls it.
  for (const { file, debug } of kept.document.traces) {
    const trace = kept.traces.get(file);
    const isLeft = settled.unwitnessed.some(({ condition }) => condition.debug === debug);
    if (trace && !isLong(trace) && isLeft) settled.replay(trace, debug);
  }
}

/** Can a trace lead to what nothing leads to yet, or only a trace that stands on more? */
function isWanted({ source, constructed }: Trace, debug: boolean, settled: Settled): boolean {
  return settled.unreached.some(
    ({ condition, case: one }) =>
      condition.debug === debug &&
      source.some(({ op }) => op === condition.operation) &&
      !(constructed && settled.isConstructed(one)),
  );
}

/** Replays the long traces of a file that are not settled by it. */
export function replayLong(kept: Kept, settled: Settled): void {
  for (const { file, debug } of kept.document.traces) {
    const trace = kept.traces.get(file);
    const isWanted = settled.unwitnessed.some(({ condition }) => condition.debug === debug);
    if (trace && isLong(trace) && isWanted) settled.replay(trace, debug);
  }
}

/**
 * Runs every constructed state of the smallest worlds, for what is not settled yet. Traces to cases
 * that nothing else leads to are handed to `found`.
 * @throws Contradiction when something comes up that an argument excludes, or that no condition covers
 */
export function runWorlds(
  settled: Settled,
  pair: readonly [Implementation, Implementation],
  found: (ops: ConstructedCase) => void,
): void {
  const { theorem } = settled;
  for (const debug of theorem.debugs) {
    const operations = settled.unsettled(debug);
    if (operations.length === 0) continue;
    const seen = new Set<unknown>();
    const run = runWorld(pair, debug, operations, (parting) => {
      const met = conditionOf(parting, theorem.conditions, debug);
      if (!met)
        throw new Contradiction('a constructed state parts the two where no condition holds');
      const isNew = !seen.has(met.case);
      seen.add(met.case);
      return isNew;
    });
    const [refuted] = run.refuted;
    if (refuted) {
      throw new Contradiction(`a constructed state shows what cannot be: ${refuted.argument.text}`);
    }
    const { states, executions } = run;
    settled.addWorld(debug, operations, { states, executions });
    for (const { machine, ops } of run.partings) found({ machine, ops, debug });
  }
}

/** A trace that was made of a constructed state. */
export type ConstructedCase = Pick<Trace, 'machine' | 'ops'> & { readonly debug: boolean };

/** What was watched, from the file where it holds. */
export function watchedFrom({ document }: Kept, takesOld: boolean): WatchedCounts | undefined {
  return takesOld || isCurrent(document) ? { ...document.watched, violations: [] } : undefined;
}
