// SPDX-License-Identifier: GPL-2.0-only
/** Traces and explanations for the tests of src/explain. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explainOp } from '../../src/explain/explain.js';
import type { Explanation } from '../../src/explain/explanation.js';
import type { CallNode, TreeNode } from '../../src/explain/trace_tree.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { findImplementation } from '../../src/implementations.js';
import { problemText } from '../../src/input/problem.js';
import { Parser, type Trace } from '../../src/trace/index.js';

const parser = Parser.ofTraces();

/** A trace of these operations, the machine's parts that are given and the defaults. */
export function traceOf(ops: readonly object[], machine: object = {}): Trace {
  const document = { format: 'pkvm-trace/1', name: 'a trace', machine, ops };
  return parse(JSON.stringify(document), 'a.json');
}

/** A bundled trace by its path below traces/. */
export function bundled(path: string): Trace {
  const file = fileURLToPath(new URL(`../../traces/${path}`, import.meta.url));
  return parse(readFileSync(file, 'utf8'), file);
}

function parse(text: string, file: string): Trace {
  const result = parser.parse(text, file);
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'));
  return result.trace;
}

export function implementation(name: string): Implementation {
  const found = findImplementation(name);
  if (!found) throw new Error(`no implementation ${name}`);
  return found;
}

/** Legacy against direct in one operation of a trace; the last one if no index is given. */
export function explained(
  trace: Trace,
  index = trace.ops.length - 1,
  names: readonly [string, string] = ['legacy', 'direct'],
): Explanation {
  return explainOp(trace, implementation(names[0]), implementation(names[1]), index);
}

/** Every node of a tree, each before those below it. */
export function* nodes(tree: readonly TreeNode[]): Generator<TreeNode> {
  for (const node of tree) {
    yield node;
    if (node.kind === 'call') yield* nodes(node.body);
  }
}

/** Every call of a tree by name, in the order they were made. */
export function calls(tree: readonly TreeNode[], name: string): CallNode[] {
  return [...nodes(tree)].filter((node): node is CallNode => {
    return node.kind === 'call' && node.name === name;
  });
}

/** `phase: text` of the effects that moved, as the first side has them. */
export function movedEffects({ alignment }: Explanation): string[] {
  return alignment.rows
    .filter((row) => row.kind === 'moved-from')
    .map(({ effect }) => `${effect.phase}: ${effect.text}`);
}
