// SPDX-License-Identifier: GPL-2.0-only
import type { Part } from '../../../src/explore/threads/coordinator.js';
import { type Request, SearchWorker } from '../../../src/explore/threads/worker.js';

/** Workers that run here, but get and give copies as threads do. */
export function localWorkers(count: number): Part[] {
  return Array.from({ length: count }, () => {
    const worker = new SearchWorker();
    return {
      ask: async (request: Request) => structuredClone(worker.handle(structuredClone(request))),
    };
  });
}
