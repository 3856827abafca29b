// SPDX-License-Identifier: GPL-2.0-only
/** Traces that no file was read for: made by a program. */

import type { MachineConfig } from '../hyp/op.js';
import { compileOp } from '../ops/index.js';
import { compileExpect } from './compile.js';
import { compileExpectStates } from './expect_state.js';
import type { Trace, TraceOp } from './trace.js';

export interface TraceParts {
  readonly name: string;
  readonly description?: string | undefined;
  readonly machine: MachineConfig;
  readonly source: readonly TraceOp[];
  /** The file it is to be saved as, or what stands for one in reports. */
  readonly file: string;
}

/** A trace, ready to be replayed and to be written. */
export function madeTrace({ name, description, machine, source, file }: TraceParts): Trace {
  return {
    name,
    description,
    machine,
    ops: source.map(compileOp),
    expects: source.map((op) => compileExpect(op.expect)),
    expectStates: compileExpectStates(source),
    source,
    constructed: source.some(({ op }) => op === 'poke'),
    file,
    line: 1,
  };
}
