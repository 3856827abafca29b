// SPDX-License-Identifier: GPL-2.0-only
/** The workload as a file of JSON Lines. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { traceLines } from './workload.mjs';

/** So many operations are held in memory while a file is written. */
const CHUNK = 1_000_000;

/** Writes a file of `count` operations, `perTrace` a line. */
export function writeWorkload(path, count, perTrace) {
  const fd = openSync(path, 'w');
  for (let done = 0; done < count; done += CHUNK) {
    for (const line of traceLines(Math.min(CHUNK, count - done), perTrace)) {
      writeSync(fd, line.replace('"bench-', `"bench-${done}-`));
    }
  }
  closeSync(fd);
}
