// SPDX-License-Identifier: GPL-2.0-only
/** The thread of one part of a search: does what it is told, in order. */

import { parentPort } from 'node:worker_threads';
import { SearchWorker, type Request } from '../../explore/threads/worker.js';

const worker = new SearchWorker();

parentPort?.on('message', (request: Request) => {
  const reply = worker.handle(request);
  const transferred = (reply.outgoing ?? []).map(({ buffer }) => buffer);
  parentPort?.postMessage(reply, transferred);
});
