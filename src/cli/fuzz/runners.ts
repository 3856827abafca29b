// SPDX-License-Identifier: GPL-2.0-only
/** Who runs batches: this thread, or worker threads. */

import { Worker } from 'node:worker_threads';
import { type BatchResult, type Campaign, runBatch } from '../../fuzz/batch.js';
import type { Runner } from '../../fuzz/run.js';
import { PACKAGE_ROOT } from '../../package/root.js';
import type { WorkerAnswer, WorkerCampaign } from './worker.js';

/** Runs batches in this thread, one at a time; `breathe` is called before each. */
export function localRunner(campaign: Campaign, breathe: () => Promise<void>): Runner {
  return {
    jobs: 1,
    run: async (batch) => {
      await breathe();
      return runBatch(campaign, batch);
    },
    close: async () => {},
  };
}

/** Runs batches in worker threads, each as many as come to it. */
export function workerRunner(campaign: Campaign, jobs: number): Runner {
  const { first, second, seed, misuse, corpus } = campaign;
  const workerData: WorkerCampaign = {
    first: first.name,
    second: second.name,
    seed,
    misuse,
    corpus,
  };
  const idle: Worker[] = [];
  const workers: Worker[] = [];
  for (let i = 0; i < jobs; i++) {
    const worker = new Worker(new URL('dist/cli/fuzz_worker.js', PACKAGE_ROOT), { workerData });
    workers.push(worker);
    idle.push(worker);
  }
  return {
    jobs,
    run: async (batch) => {
      const worker = idle.pop();
      if (worker === undefined) throw new Error('more batches at a time than workers');
      const result = await answerOf(worker, batch);
      idle.push(worker);
      return result;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function answerOf(worker: Worker, batch: number): Promise<BatchResult> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      worker.off('message', onMessage);
      worker.off('error', onError);
    };
    const onMessage = (answer: WorkerAnswer) => {
      stop();
      resolve(answer);
    };
    const onError = (error: Error) => {
      stop();
      reject(error);
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(batch);
  });
}
