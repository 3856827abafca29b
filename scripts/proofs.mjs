// SPDX-License-Identifier: GPL-2.0-only
/**
 * Settles the conditions of every pair of the history again, and keeps what came of it in
 * proofs/settled.json: to be run after a change to the model. Takes a minute.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const CHAINS = ['legacy-before-fix,legacy,series-1,series-2,direct', 'legacy,direct'];

CHAINS.forEach((chain, i) => {
  const args = ['prove', '--impl', chain, '--keep', 'proofs/settled.json', '--force', '--quiet'];
  // The second chain leaves what the first one kept.
  const all = ['bin/pkvm-tracediff', ...args, ...(i === 0 ? ['--afresh'] : [])];
  const { status } = spawnSync(process.execPath, all, { cwd: root, stdio: 'inherit' });
  // 1: a condition that no baseline has, and none was named.
  if (status !== 0 && status !== 1) process.exit(status ?? 1);
});
