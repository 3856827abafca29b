// SPDX-License-Identifier: GPL-2.0-only
/** A worker thread of a campaign: is told numbers of batches, answers with their results. */

import { parentPort, workerData } from 'node:worker_threads';
import { type BatchResult, type Campaign, runBatch, type Seedling } from '../../fuzz/batch.js';
import { findImplementation } from '../../implementations.js';
import { opFrom } from '../../ops/index.js';

/** A campaign as it crosses to a thread: implementations by name, operations without their class. */
export interface WorkerCampaign {
  readonly first: string;
  readonly second: string;
  readonly seed: number;
  readonly misuse: boolean;
  readonly corpus: readonly Seedling[];
}

export type WorkerAnswer = BatchResult;

function campaignOf(data: WorkerCampaign): Campaign {
  const first = findImplementation(data.first);
  const second = findImplementation(data.second);
  if (!first || !second) throw new Error(`no implementation ${data.first} or ${data.second}`);
  const corpus = data.corpus.map(({ machine, ops }) => ({ machine, ops: ops.map(opFrom) }));
  return { first, second, seed: data.seed, misuse: data.misuse, corpus };
}

const campaign = campaignOf(workerData as WorkerCampaign);
parentPort?.on('message', (batch: number) => parentPort?.postMessage(runBatch(campaign, batch)));
