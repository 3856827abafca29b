// SPDX-License-Identifier: GPL-2.0-only
/** Whole commands, as a user runs them: from JSON Lines to a verdict, start-up included. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { row } from './figures.mjs';
import { traceLines } from './workload.mjs';

const BIN = fileURLToPath(new URL('../bin/pkvm-tracediff', import.meta.url));
const OPS = 10_000_000;
const CHUNK = 1_000_000;
const PER_TRACE = 1000;

/** Prints the peak resident set in KiB on descriptor 3 when the command ends. */
const REPORT_MEMORY = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS)))`;

function run(args) {
  const start = performance.now();
  const result = spawnSync(process.execPath, ['--import', REPORT_MEMORY, BIN, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  return {
    seconds: (performance.now() - start) / 1000,
    status: result.status,
    mib: Number(result.output[3]) / 1024,
  };
}

export function cliFigures() {
  const folder = mkdtempSync(join(tmpdir(), 'pkvm-tracediff-bench-'));
  try {
    const file = join(folder, 'ops.jsonl');
    const fd = openSync(file, 'w');
    for (let done = 0; done < OPS; done += CHUNK) {
      for (const line of traceLines(CHUNK, PER_TRACE)) {
        writeSync(fd, line.replace('"bench-', `"bench-${done}-`));
      }
    }
    const { seconds, status, mib } = run(['replay', '--quiet', file]);
    if (status !== 0) throw new Error(`replay ended with ${status}`);
    row(`replay of ${OPS / 1e6} M operations of JSON Lines`, 'M ops/s', OPS / seconds / 1e6);
    row('peak resident memory of it', 'MiB', mib);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const bundled = run(['replay', '--quiet']);
  row('replay of the bundled traces', 's', bundled.seconds);
}
