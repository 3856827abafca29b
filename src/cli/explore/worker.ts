// SPDX-License-Identifier: GPL-2.0-only
/** The thread of one part of a search: does what it is told, in order. */

import { parentPort } from 'node:worker_threads';
import { Partition, type Request } from '../../explore/partition.js';

const partition = new Partition();

parentPort?.on('message', (request: Request) => {
  const reply = partition.handle(request);
  const transferred = (reply.outgoing ?? []).map(({ buffer }) => buffer);
  parentPort?.postMessage(reply, transferred);
});
