// SPDX-License-Identifier: GPL-2.0-only
/** A range of commits, judged commit by commit. */

export type { BuiltCommit, CommitBuilder, NotBuilt, Tools } from './builder.js';
export { CodeBuilder } from './code_builder.js';
export { findCrossCompiler } from './cross_compiler.js';
export { type Commit, type Range, RangeError, readRange, uncommitted } from './git.js';
export { bisect, type Judge, type Judged, judgeAll } from './judge.js';
export { KernelBuilder } from './kernel_builder.js';
export { KeptResults } from './kept_results.js';
export { isOfHypervisor, whySkipped } from './touched.js';
