// SPDX-License-Identifier: GPL-2.0-only
/** How far a search is, on one line of standard error, on a terminal only. */

import type { Exploration } from '../../explore/search/exploration.js';
import type { Context } from '../context.js';

const SECONDS_BETWEEN = 0.25;

export class SearchProgress {
  private shown = 0;

  constructor(private readonly context: Context) {}

  show(search: Exploration, seconds: number): void {
    if (!process.stderr.isTTY || this.context.stopped) return;
    if (seconds - this.shown < SECONDS_BETWEEN) return;
    this.shown = seconds;
    const { states, frontier, depth, transitions } = search;
    const rate = (transitions / seconds / 1e6).toFixed(1);
    const memory = Math.round(process.memoryUsage().rss / 2 ** 20);
    process.stderr.write(
      `\r\x1b[K${count(states)} states, ${count(frontier)} in the frontier, depth ${depth}, ` +
        `${rate} million transitions/s, ${memory} MiB, ${seconds.toFixed(0)} s`,
    );
  }

  clear(): void {
    if (this.shown > 0) process.stderr.write('\r\x1b[K');
  }
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
