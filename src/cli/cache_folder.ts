// SPDX-License-Identifier: GPL-2.0-only
/** Where what is built once is kept: compiled trees, saved states of kernels, settled conditions. */

import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder of this program below $XDG_CACHE_HOME, or ~/.cache. It need not be there. */
export function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'pkvm-tracediff');
}
