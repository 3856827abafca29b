// SPDX-License-Identifier: GPL-2.0-only
import { fileURLToPath } from 'node:url';
import { problemText } from '../../src/input/problem.js';
import { isLong } from '../../src/prove/settled.js';
import { Parser, readInputs, type Trace } from '../../src/trace/index.js';

/** The bundled traces of a folder, but for those that take seconds. */
export async function bundledTraces(folder = '.'): Promise<Trace[]> {
  const path = fileURLToPath(new URL(`../../traces/${folder}`, import.meta.url));
  const traces: Trace[] = [];
  for await (const item of readInputs(Parser.ofTraces(), [path])) {
    if (item.kind === 'problem') throw new Error(problemText(item.problem));
    if (!isLong(item.trace)) traces.push(item.trace);
  }
  return traces;
}
