// SPDX-License-Identifier: GPL-2.0-only
/** Runs the command line as a user does: seconds of wall clock and of processors, peak memory. */

import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/pkvm-tracediff', import.meta.url));

/** Prints what the command used on descriptor 3 when it ends. */
const REPORT_USE = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,JSON.stringify(process.resourceUsage())))`;

/** Start-up included; the output is thrown away. Divergences are no failure, all else is. */
export function run(args, bin = BIN) {
  return used([bin, ...args]);
}

/** What `node -e 0` takes, for comparison. */
export function runNothing() {
  return used(['-e', '0']);
}

/** Seconds of wall clock of several commands that run at the same time. */
export async function runBoth(commands, bin = BIN) {
  const start = performance.now();
  await Promise.all(
    commands.map((args) => {
      const child = spawn(process.execPath, [bin, ...args], { stdio: 'ignore' });
      return new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject));
    }),
  );
  return (performance.now() - start) / 1000;
}

function used(args) {
  const start = performance.now();
  const result = spawnSync(process.execPath, ['--import', REPORT_USE, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  if (result.status > 1) throw new Error(`${args.join(' ')} ended with ${result.status}`);
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(result.output[3]);
  return {
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    mib: maxRSS / 1024,
  };
}
