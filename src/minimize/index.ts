// SPDX-License-Identifier: GPL-2.0-only
/** Minimising: the smallest trace that still shows a divergence. */

export type { Candidate, Step } from './candidate.js';
export { minimize, type Progress } from './minimize.js';
export { type Label, Oracle, type Target } from './oracle.js';
export { candidateOf, type TraceTitle, traceOf } from './trace.js';
