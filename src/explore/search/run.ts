// SPDX-License-Identifier: GPL-2.0-only
/** Runs a search to its end, or to a limit. */

import type { Exploration } from './exploration.js';

export interface Limits {
  readonly states?: number | undefined;
  readonly seconds?: number | undefined;
  /** Bytes of the states kept. */
  readonly bytes?: number | undefined;
}

/** Called between batches of states; an answer is why to stop. */
export type Pause = (search: Exploration, seconds: number) => Promise<string | undefined>;

/** States expanded between two looks at limits and signals. */
const BATCH = 500;

/** Runs a search until it is complete or stopped. Why it stopped, or undefined. */
export async function runSearch(
  search: Exploration,
  limits: Limits,
  pause: Pause,
): Promise<{ limit: string | undefined; seconds: number }> {
  const started = performance.now();
  for (;;) {
    await search.advance(BATCH);
    const seconds = (performance.now() - started) / 1000;
    if (search.isComplete) return { limit: undefined, seconds };
    const limit = limitReached(search, limits, seconds) ?? (await pause(search, seconds));
    if (limit !== undefined) return { limit, seconds };
  }
}

function limitReached(search: Exploration, limits: Limits, seconds: number): string | undefined {
  const { states, seconds: most, bytes } = limits;
  if (states !== undefined && search.states >= states) return `${states} states`;
  if (most !== undefined && seconds >= most) return `${most} s`;
  if (bytes !== undefined && search.bytes >= bytes) return `${Math.round(bytes / 2 ** 20)} MiB`;
  return undefined;
}
