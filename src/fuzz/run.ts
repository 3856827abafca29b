// SPDX-License-Identifier: GPL-2.0-only
/** Runs a campaign to its limits. */

import { BATCH_RUNS, type BatchResult } from './batch.js';
import type { CampaignProgress, Found } from './campaign.js';

/** Who runs batches: this thread, or worker threads. */
export interface Runner {
  /** Batches it works on at a time. */
  readonly jobs: number;
  run(batch: number): Promise<BatchResult>;
  close(): Promise<void>;
}

/** When a campaign ends; what is left out does not end it. */
export interface Limits {
  /** Runs of all shards together, rounded up to whole batches. */
  readonly runs?: number | undefined;
  /** Operations of this shard. */
  readonly ops?: number | undefined;
  readonly seconds?: number | undefined;
}

/** What a campaign tells while it runs. */
export interface Hooks {
  /** A cause was met for the first time; the next batch is taken after this. */
  found(found: Found): Promise<void>;
  /** Called after each batch that was taken, with the seconds since the start. */
  progressed(seconds: number): Promise<void>;
  /** Asked before each batch. */
  readonly stopped: boolean;
}

/** Runs batches until a limit is met or the hooks stop it. True if it came to a limit. */
export async function runCampaign(
  progress: CampaignProgress,
  runner: Runner,
  limits: Limits,
  hooks: Hooks,
): Promise<boolean> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const batches = Math.ceil((limits.runs ?? Number.MAX_SAFE_INTEGER) / BATCH_RUNS);
  const isOver = () =>
    progress.ops >= (limits.ops ?? Number.POSITIVE_INFINITY) ||
    seconds() >= (limits.seconds ?? Number.POSITIVE_INFINITY);
  const running = new Map<number, Promise<BatchResult>>();
  let next = progress.done;
  for (;;) {
    const mayGoOn = () => !hooks.stopped && !isOver() && progress.batchOf(next) < batches;
    while (running.size < runner.jobs && mayGoOn()) {
      const batch = progress.batchOf(next++);
      running.set(batch, runner.run(batch));
    }
    if (running.size === 0) return !hooks.stopped;
    const result = await Promise.race(running.values());
    running.delete(result.batch);
    const isPast = progress.ops >= (limits.ops ?? Number.POSITIVE_INFINITY);
    if (isPast) continue;
    for (const found of progress.take(result)) await hooks.found(found);
    await hooks.progressed(seconds());
  }
}
