// SPDX-License-Identifier: GPL-2.0-only
/** Runs the command line as a user does: seconds of wall clock, peak memory. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/pkvm-tracediff', import.meta.url));

/** Prints the peak resident set in KiB on descriptor 3 when the command ends. */
const REPORT_MEMORY = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS)))`;

/** Start-up included; the output is thrown away. Divergences are no failure, all else is. */
export function run(args) {
  const start = performance.now();
  const result = spawnSync(process.execPath, ['--import', REPORT_MEMORY, BIN, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  if (result.status > 1) throw new Error(`${args.join(' ')} ended with ${result.status}`);
  return {
    seconds: (performance.now() - start) / 1000,
    mib: Number(result.output[3]) / 1024,
  };
}
