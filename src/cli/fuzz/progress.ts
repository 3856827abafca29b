// SPDX-License-Identifier: GPL-2.0-only
/** How far a campaign is, on one line of standard error, on a terminal only. */

import type { CampaignProgress } from '../../fuzz/campaign.js';
import type { Context } from '../context.js';

const SECONDS_BETWEEN = 0.25;

export class FuzzProgress {
  private shown = 0;

  constructor(private readonly context: Context) {}

  show(progress: CampaignProgress, seconds: number): void {
    if (!process.stderr.isTTY || this.context.stopped) return;
    if (seconds - this.shown < SECONDS_BETWEEN) return;
    this.shown = seconds;
    const { runs, ops, cellCount, found } = progress;
    process.stderr.write(
      `\r\x1b[K${text(runs)} runs, ${text(ops)} operations, ${text(cellCount)} cells, ` +
        `${found.length} causes, ${seconds.toFixed(0)} s`,
    );
  }

  clear(): void {
    if (this.shown > 0) process.stderr.write('\r\x1b[K');
    this.shown = 0;
  }
}

function text(n: number): string {
  return n.toLocaleString('en-US');
}
