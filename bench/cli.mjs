// SPDX-License-Identifier: GPL-2.0-only
/** Whole commands, as a user runs them: from JSON Lines to a verdict, start-up included. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.mjs';
import { row } from './figures.mjs';
import { writeWorkload } from './workload_file.mjs';

const OPS = 10_000_000;
const PER_TRACE = 1000;

export function cliFigures() {
  const folder = mkdtempSync(join(tmpdir(), 'pkvm-tracediff-bench-'));
  try {
    const file = join(folder, 'ops.jsonl');
    writeWorkload(file, OPS, PER_TRACE);
    const { seconds, mib } = run(['replay', '--quiet', file]);
    row(`replay of ${OPS / 1e6} M operations of JSON Lines`, 'M ops/s', OPS / seconds / 1e6);
    row('peak resident memory of it', 'MiB', mib);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const bundled = run(['replay', '--quiet']);
  row('replay of the bundled traces', 's', bundled.seconds);
}
