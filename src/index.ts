// SPDX-License-Identifier: GPL-2.0-only
/**
 * The library: load traces, compare them through two sides, make reports of the result, bring a side
 * or an implementation of one's own. docs/library.md shows it at work; what is exported here keeps to
 * semantic versioning, and nothing else does.
 */

export type { CompareLevel } from './compare/lockstep.js';
export type { MachineConfig, Op } from './hyp/op.js';
export type { Implementation, TransitionHelpers, Transitions } from './hyp/transitions.js';
export { findImplementation, IMPLEMENTATIONS } from './implementations.js';
export { type Problem, problemText } from './input/problem.js';
export { type Comparable, type CompareOptions, compareTraces } from './library/compare.js';
export { InputError } from './library/input_error.js';
export { loadTraces, makeTrace, type Traces } from './library/load.js';
export { REPORTS, renderReport } from './library/reports.js';
export { type Variant, variantOf } from './library/variant.js';
export type { ResultDocument } from './result/index.js';
export type { PageOwnership, Placement, Side, SideRun, SideStep, SideView } from './side/side.js';
export type { Trace, TraceDocument } from './trace/index.js';
