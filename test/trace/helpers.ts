// SPDX-License-Identifier: GPL-2.0-only
/** Traces and folders for the tests of src/trace. */

import { type Problem, problemText } from '../../src/input/problem.js';
import { type Item, Parser, type Trace } from '../../src/trace/index.js';

export const traceParser = Parser.ofTraces();

/** A trace document with these operations. */
export function documentOf(ops: unknown, rest: object = {}): object {
  return { format: 'pkvm-trace/1', name: 'a trace', ...rest, ops };
}

/** The trace a valid document gives. */
export function parsed(document: object): Trace {
  const result = traceParser.parse(JSON.stringify(document), 'a.json');
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'));
  return result.trace;
}

/** The problems a text gives. */
export function problemsOf(text: string): readonly Problem[] {
  const result = traceParser.parse(text, 'a.json');
  return result.ok ? [] : result.problems;
}

/** `pointer: message` of each problem of a document. */
export function messagesOf(document: unknown): string[] {
  return problemsOf(JSON.stringify(document)).map(
    ({ pointer, message }) => `${pointer}: ${message}`,
  );
}

/** Everything a reader yields: `name` of traces, the text of problems. */
export async function collect(items: AsyncIterable<Item<Trace>>): Promise<string[]> {
  const texts: string[] = [];
  for await (const item of items) {
    texts.push(item.kind === 'trace' ? item.trace.name : problemText(item.problem));
  }
  return texts;
}
