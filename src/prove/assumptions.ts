// SPDX-License-Identifier: GPL-2.0-only
/**
 * What the theorem takes for granted about the helpers and the machine around them, and what holds each
 * to real executions: bundled traces, a world explored from boot, every constructed state of the
 * smallest worlds, and random traces.
 */

import { Replayer } from '../compare/replay.js';
import { Search } from '../explore/search/search.js';
import { DEFAULT_WORLD } from '../explore/world/options.js';
import { makeWorld } from '../explore/world/world.js';
import { runBatch } from '../fuzz/batch.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Trace } from '../trace/index.js';
import { pokesCarveout } from './misuse.js';
import { isLong } from './settled.js';
import { type Watched, Watcher } from './watch.js';

export interface Assumption {
  readonly number: number;
  readonly text: string;
  /** What it was held to, in words. */
  readonly checkedBy: (watched: Counts) => string;
}

type Counts = Pick<Watched, 'calls' | 'traces' | 'states' | 'fuzzRuns'>;

function watchedText({ calls, traces, states, fuzzRuns }: Counts): string {
  const n = (count: number) => count.toLocaleString('en-US');
  return (
    `${n(calls)} helper calls watched in ${n(traces)} traces, an explored world of ${n(states)} ` +
    `states and ${n(fuzzRuns)} random traces`
  );
}

export const ASSUMPTIONS: readonly Assumption[] = [
  {
    number: 1,
    text: 'A check changes nothing and answers by the state alone.',
    checkedBy: (watched) => `${watchedText(watched)}: no change, and the same answer asked again`,
  },
  {
    number: 2,
    text:
      'The helpers of the host (host_state, host stage 2 with its pool) and those of hyp (stage 1 ' +
      'with its pool) touch nothing of each other, so they can change places; the reference count ' +
      'of a page is apart from both.',
    checkedBy: () => 'the same calls: every word read or written is of the helper’s own columns',
  },
  {
    number: 3,
    text: 'A helper returns 0, an error that its C code can return, or panics.',
    checkedBy: () => 'the same calls: every answer is listed',
  },
  {
    number: 4,
    text:
      'All other operations reach an implementation through the six transitions only, and those ' +
      'keep nothing between calls, so what holds of the six holds of traces of any length.',
    checkedBy: () =>
      'nothing else is lent the helpers; each combination is run twice, the second time on an ' +
      'instance that has run nothing',
  },
  {
    number: 5,
    text:
      'No misuse: no page that is a live table or in a pool is given away, shared or poked. The host ' +
      'cannot do that to the carve-out.',
    checkedBy: () => 'traces that do so are told apart; nothing is claimed of what follows',
  },
];

const STATES_AT_A_TIME = 500;
/** Batches of random traces, the huge machines of the third left out. */
const BATCHES = [0, 1, 3];
const SEED = 1;

/** Watches two implementations in all there is. */
export function watchAll(
  pair: readonly [Implementation, Implementation],
  traces: readonly Trace[],
): Watched {
  const watcher = new Watcher();
  const [first, second] = [watcher.around(pair[0]), watcher.around(pair[1])];
  let replayed = 0;
  for (const trace of traces) {
    if (isLong(trace) || trace.source.some((op) => pokesCarveout(trace.machine, op))) continue;
    replayed++;
    for (const debug of [false, true]) {
      watcher.begin();
      new Replayer(first, second, 'exact').replay(trace, debug);
    }
  }
  const states = [false, true].reduce((sum, debug) => sum + watchWorld(watcher, pair, debug), 0);
  let fuzzRuns = 0;
  for (const batch of BATCHES) {
    watcher.begin();
    fuzzRuns += runBatch({ first, second, seed: SEED, misuse: false, corpus: [] }, batch).runs;
  }
  const { violations, calls, answers } = watcher;
  return { violations, calls, traces: replayed, states, fuzzRuns, answers };
}

/** Explores a small world from boot; its states. */
function watchWorld(
  watcher: Watcher,
  pair: readonly [Implementation, Implementation],
  debug: boolean,
): number {
  watcher.begin();
  const world = makeWorld({ ...DEFAULT_WORLD, pages: 2, vms: 0, debug });
  const search = new Search(world, [watcher.around(pair[0]), watcher.around(pair[1])], {
    level: 'exact',
    view: 'exact',
    footprints: true,
    symmetry: false,
    invariants: false,
  });
  while (!search.isComplete) search.advance(STATES_AT_A_TIME);
  return search.states;
}
