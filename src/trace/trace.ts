// SPDX-License-Identifier: GPL-2.0-only
/**
 * A trace as the rest of the program sees it: compiled, with where it came from.
 */

import type { MachineConfig, Op } from '../hyp/op.js';
import type { Position } from '../input/locate.js';
import type { WrittenOp } from '../ops/index.js';
import type { ExpectedState } from './expect_state.js';
import type { RecordingDocument } from './types.generated.js';

/** One operation as a trace writes it. */
export type TraceOp = WrittenOp;

/** What an operation is expected to give: an outcome, or one by implementation name. */
export type Expected = number | ReadonlyMap<string, number> | undefined;

/** Finds parts of one trace in the text it was read from. */
export interface OpPlaces {
  /** Line and column of each operation, by its index, in the file. */
  of(ops: readonly number[]): Position[];
  /** Line and column of what a JSON pointer names, or of the nearest above it that is there. */
  at(pointer: string): Position;
}

/** A trace ready to be replayed. `ops`, `expects` and `source` go by operation index. */
export interface Trace {
  readonly name: string;
  readonly description: string | undefined;
  readonly machine: MachineConfig;
  readonly ops: readonly Op[];
  readonly expects: readonly Expected[];
  /** What pages are expected to be after each operation; undefined if nothing is of any. */
  readonly expectStates?: readonly (ExpectedState | undefined)[] | undefined;
  /** The operations as written. */
  readonly source: readonly TraceOp[];
  /** It pokes: what it shows need not be reachable. */
  readonly constructed: boolean;
  readonly file: string;
  /** The line the trace starts at, from 1. */
  readonly line: number;
  /** Where its operations stand in the file. */
  readonly places?: OpPlaces;
}

/** A trace with what the compiled kernel code did. Results are outcomes, a panic the last. */
export interface Recording extends Trace {
  readonly results: {
    readonly legacy: readonly number[];
    readonly direct: readonly number[] | undefined;
    readonly legacy_before_fix: readonly number[] | undefined;
  };
  /** State dumps as recorded; none where the trace ended in a FAULT. */
  readonly state: RecordingDocument['state'] | undefined;
}
