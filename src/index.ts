// SPDX-License-Identifier: GPL-2.0-only
/** The library: machines, implementations, traces and their comparison, for use from other code. */

export {
  Baseline,
  type BaselineDocument,
  baselineSchema,
  readBaselines,
} from './baseline/index.js';
export * from './branches/index.js';
export type { Difference, Divergence, DivergenceKind } from './compare/divergence.js';
export { COMPARE_LEVELS, type CompareLevel, Lockstep } from './compare/lockstep.js';
export { type ReplayOptions, replayTrace } from './compare/replay.js';
export type { TraceResult } from './compare/trace_result.js';
export { BootError } from './hyp/boot.js';
export { dumpState, type StateDump } from './hyp/dump.js';
export { Machine } from './hyp/machine.js';
export { type MachineConfig, type MemoryRegion, Op, OpCode, type OpName } from './hyp/op.js';
export { isPanic, outcomeText } from './hyp/outcome.js';
export type { Implementation, TransitionHelpers, Transitions } from './hyp/transitions.js';
export { findImplementation, IMPLEMENTATIONS } from './implementations.js';
export { type Problem, problemText } from './input/problem.js';
export { REPORTERS, type Reporter } from './report/registry.js';
export { type ResultDocument, resultSchema, Tally, type TallySettings } from './result/index.js';
export * from './trace/index.js';
