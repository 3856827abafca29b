// SPDX-License-Identifier: GPL-2.0-only
/** From a validated document to a trace, or a recording, that can be replayed. */

import { type Op, OpCode } from '../hyp/op.js';
import { compileOp } from '../ops/index.js';
import { compileExpect, compileOutcome } from './compile.js';
import { compileExpectStates } from './expect_state.js';
import { machineConfig } from './machine.js';
import type { ScannedOps } from './scan_document.js';
import type { Expected, OpPlaces, Recording, Trace, TraceOp } from './trace.js';
import type { RecordingDocument, TraceDocument } from './types.generated.js';
import type { Documents, Mode } from './validate.js';

/** The compiled form of each mode's document. */
export interface Parsed {
  trace: Trace;
  recording: Recording;
}

export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A place, and where to look for what stands there. */
export interface SourcePlace extends Place {
  readonly places: OpPlaces;
}

/** The operations of a trace, read one way or the other. */
interface CompiledOps extends ScannedOps {
  readonly expectStates: Trace['expectStates'];
  /** The operations as written. */
  readonly source: readonly TraceOp[];
}

/** Operations that were scanned; the text is parsed when somebody asks how they are written. */
export class ScannedOperations implements CompiledOps {
  readonly ops: Op[];
  readonly expects: Expected[];
  readonly expectStates = undefined;
  private written: readonly TraceOp[] | undefined;

  constructor(
    { ops, expects }: ScannedOps,
    private readonly text: () => string,
  ) {
    this.ops = ops;
    this.expects = expects;
  }

  get source(): readonly TraceOp[] {
    this.written ??= (JSON.parse(this.text()) as TraceDocument).ops;
    return this.written;
  }
}

/** A document whose operations have been compiled, to a trace. */
export type Compile<M extends Mode> = (
  document: Documents[M],
  operations: CompiledOps,
  place: SourcePlace,
) => Parsed[M];

export function compiledOps(source: readonly TraceOp[]): CompiledOps {
  const ops = new Array(source.length);
  const expects = new Array(source.length);
  for (let i = 0; i < source.length; i++) {
    ops[i] = compileOp(source[i]);
    expects[i] = compileExpect(source[i].expect);
  }
  return { ops, expects, expectStates: compileExpectStates(source), source };
}

export function compileTrace(
  document: TraceDocument | RecordingDocument,
  operations: CompiledOps,
  place: SourcePlace,
): Trace {
  const { ops, expects } = operations;
  return {
    name: document.name,
    description: document.description,
    machine: machineConfig(document.machine),
    ops,
    expects,
    expectStates: operations.expectStates,
    get source() {
      return operations.source;
    },
    constructed: ops.some(({ code }) => code === OpCode.poke),
    file: place.file,
    line: place.line,
    places: place.places,
  };
}

export function compileRecording(
  document: RecordingDocument,
  operations: CompiledOps,
  place: SourcePlace,
): Recording {
  const { legacy, direct, legacy_before_fix } = document.results;
  return Object.assign(compileTrace(document, operations, place), {
    results: {
      legacy: legacy.map(compileOutcome),
      direct: direct?.map(compileOutcome),
      legacy_before_fix: legacy_before_fix?.map(compileOutcome),
    },
    state: document.state,
  });
}
