// SPDX-License-Identifier: GPL-2.0-only
/** Traces for a program: from files, or made by it. */

import { fileURLToPath } from 'node:url';
import type { Problem } from '../input/problem.js';
import { PACKAGE_ROOT } from '../package/root.js';
import { Parser, readInputs, type Trace, type TraceDocument } from '../trace/index.js';
import { InputError } from './input_error.js';

/** What was read. The problems go into the result with the traces: input with a mistake cannot pass. */
export interface Traces {
  readonly traces: readonly Trace[];
  readonly problems: readonly Problem[];
}

/** Every trace of files, folders and globs, in order; without any, the traces of this package. */
export async function loadTraces(inputs: readonly string[] = [BUNDLED]): Promise<Traces> {
  const traces: Trace[] = [];
  const problems: Problem[] = [];
  for await (const item of readInputs(Parser.ofTraces(), inputs)) {
    if (item.kind === 'trace') traces.push(item.trace);
    else problems.push(item.problem);
  }
  return { traces, problems };
}

const BUNDLED = fileURLToPath(new URL('traces', PACKAGE_ROOT));

/**
 * A trace from what would stand in its file.
 * @throws InputError with every problem that it has
 */
export function makeTrace(document: TraceDocument): Trace {
  const result = Parser.ofTraces().parse(JSON.stringify(document, null, 2), document.name);
  if (!result.ok) throw new InputError(result.problems);
  return result.trace;
}
