// SPDX-License-Identifier: GPL-2.0-only
/** A range of commits, judged commit by commit. */

export { type Commit, type Range, RangeError, readRange, uncommitted } from './git.js';
export { bisect, type Judge, type Judged, judgeAll, type NotBuilt } from './judge.js';
export { KeptResults } from './kept_results.js';
export { HYPERVISOR_PATHS, whySkipped } from './touched.js';
