// SPDX-License-Identifier: GPL-2.0-only
/** Which traces tell a mutant from what it is a mutant of. */

import { Replayer } from '../compare/replay.js';
import { BootError } from '../hyp/boot.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Trace } from '../trace/index.js';

/** A trace that kills: replaying base and mutant side by side diverges. */
export interface Kill {
  readonly trace: string;
  readonly file: string;
  readonly debug: boolean;
  /** Operations up to the divergence, that one included. */
  readonly length: number;
}

/** Traces, the shortest first: the first that kills is then about the shortest that does. */
export function shortestFirst(traces: readonly Trace[]): Trace[] {
  return traces.toSorted(
    (a, b) => Number(isHuge(a)) - Number(isHuge(b)) || a.ops.length - b.ops.length,
  );
}

/** Takes seconds to replay. */
function isHuge(trace: Trace): boolean {
  return pagesOf(trace) > HUGE_PAGES;
}

/** Machines of more pages take a second a replay: looked at when nothing else kills. */
const HUGE_PAGES = 2 ** 17;

/**
 * The shortest trace that kills a mutant, each with debug off and on; undefined if none does. Traces
 * must be sorted by `shortestFirst`.
 */
export function killOf(
  base: Implementation,
  mutant: Implementation,
  traces: readonly Trace[],
): Kill | undefined {
  const replayer = new Replayer(base, mutant, 'exact');
  let best: Kill | undefined;
  for (const trace of traces) {
    if (best && (isHuge(trace) || best.length <= 1)) break;
    for (const debug of [false, true]) {
      const length = divergesAt(replayer, trace, debug);
      if (length === undefined || (best && length >= best.length)) continue;
      best = { trace: trace.name, file: trace.file, debug, length };
    }
  }
  return best;
}

/** How many operations it takes to diverge; undefined if the trace does not, or cannot boot. */
function divergesAt(replayer: Replayer, trace: Trace, debug: boolean): number | undefined {
  try {
    const { divergences } = replayer.replay(trace, debug);
    const first = divergences.find(({ kind }) => kind !== 'expectation');
    return first && first.opIndex + 1;
  } catch (error) {
    if (error instanceof BootError) return undefined;
    throw error;
  }
}

function pagesOf({ machine }: Trace): number {
  return machine.memory.reduce((total, { pages }) => total + pages, 0);
}
