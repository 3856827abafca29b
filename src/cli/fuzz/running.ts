// SPDX-License-Identifier: GPL-2.0-only
/** A campaign on its way: batches by one thread or several, shown, and kept for another time. */

import { createHash } from 'node:crypto';
import type { Campaign } from '../../fuzz/batch.js';
import type { CampaignProgress } from '../../fuzz/campaign.js';
import { type Limits, runCampaign } from '../../fuzz/run.js';
import type { Context } from '../context.js';
import type { Findings } from './findings.js';
import { FuzzProgress } from './progress.js';
import { localRunner, workerRunner } from './runners.js';
import type { StateFile } from './state_file.js';

const SECONDS_BETWEEN_STATES = 5;

export interface FuzzRun {
  readonly campaign: Campaign;
  readonly progress: CampaignProgress;
  readonly findings: Findings;
  /** Threads; code that is compiled is run by one. */
  readonly jobs: number;
  /** Where it is kept while it runs. */
  readonly state: StateFile | undefined;
}

/** Runs a campaign to its limits; false if it was stopped before. */
export async function fuzzTo(
  limits: Limits,
  { campaign, progress, findings, jobs, state }: FuzzRun,
  context: Context,
): Promise<boolean> {
  const runner =
    jobs === 1 ? localRunner(campaign, () => context.breathe()) : workerRunner(campaign, jobs);
  const line = new FuzzProgress(context);
  let lastState = 0;
  try {
    return await runCampaign(progress, runner, limits, {
      found: async (found) => {
        line.clear();
        await findings.add(found);
      },
      progressed: async (seconds) => {
        line.show(progress, seconds);
        if (state === undefined || seconds - lastState < SECONDS_BETWEEN_STATES) return;
        lastState = seconds;
        await state.write(progress.state());
      },
      get stopped() {
        return context.stopped;
      },
    });
  } finally {
    line.clear();
    await runner.close();
  }
}

/** Names a corpus in results, and in the state that a campaign goes on from. */
export function corpusDigest(corpus: Campaign['corpus']): string {
  return createHash('sha256').update(JSON.stringify(corpus)).digest('hex').slice(0, 12);
}
