// SPDX-License-Identifier: GPL-2.0-only
/**
 * Traces and recordings: their format, reading, writing and showing them.
 */

export { compileOp, decompileOp, opText, PAGE_STATE } from '../ops/index.js';
export { type FoundFiles, findTraceFiles, type TraceFile } from './find.js';
export type { Item } from './item.js';
export { expectsRefusal, type LikelyAddress, likelyAddresses } from './likely_page.js';
export { DEFAULT_MACHINE } from './machine.js';
export { madeTrace, type TraceParts } from './made.js';
export { opPositions, pointerPosition } from './op_places.js';
export { type ParseResult, Parser } from './parse.js';
export {
  DEFAULT_LIMITS,
  type Limits,
  type ReadOptions,
  readFiles,
  readInputs,
} from './read.js';
export { traceSchema } from './schema.generated.js';
export type { Expected, Recording, Trace, TraceOp } from './trace.js';
export type { Machine, RecordingDocument, StateDump, TraceDocument } from './types.generated.js';
export type { Mode } from './validate.js';
export { type TraceContent, traceToJson, writeTrace } from './write.js';
