// SPDX-License-Identifier: GPL-2.0-only
/** An explanation in the compact form of the result document: lines of text by their index. */

import { type Explanation, sameEffects } from '../explain/explanation.js';
import type { TreeNode } from '../explain/trace_tree.js';
import { orderChanges } from '../report/explain_text.js';
import { nodeText } from '../report/explain_tree.js';
import type { ExplanationEvidence } from '../result/index.js';
import { LINE_KINDS, ROW_KINDS } from './kinds.js';
import type { Pool } from './trace_evidence.js';

/** Most lines of a tree, and rows of an alignment, that are kept. */
const MOST_LINES = 400;
const MOST_ROWS = 200;

export function explanationEvidence(pool: Pool, explanation: Explanation): ExplanationEvidence {
  const { sides, alignment, sameState } = explanation;
  const rows = alignment.rows.slice(0, MOST_ROWS);
  const [first, second] = sides;
  return {
    trees: sides.map(({ tree }) => treeLines(pool, tree)),
    rows: rows.flatMap(({ kind, effect }) => [
      ROW_KINDS.indexOf(kind),
      pool.text(effect.phase),
      pool.text(effect.text),
    ]),
    rowsLeftOut: alignment.rows.length - rows.length,
    costs: [first, second].map(({ cost }) => [
      cost.calls,
      cost.depth,
      cost.walks,
      cost.pteReads,
      cost.pteWrites,
      cost.tlbi,
    ]),
    orderChanges: orderChanges(explanation).map((text) => pool.text(text)),
    moved: alignment.moved,
    sameEffects: sameEffects(explanation),
    sameState,
  };
}

/** Depth, kind and text of each line, one after the other. */
function treeLines(pool: Pool, tree: readonly TreeNode[]): number[] {
  const lines: number[] = [];
  const add = (depth: number, kind: (typeof LINE_KINDS)[number], text: string) => {
    if (lines.length < 3 * MOST_LINES) lines.push(depth, LINE_KINDS.indexOf(kind), pool.text(text));
  };
  const visit = (node: TreeNode, depth: number) => {
    const isPanic = node.kind === 'call' && node.panic?.here === true;
    add(depth, isPanic ? 'panic' : node.kind, nodeText(node));
    if (node.kind !== 'call') return;
    for (const child of node.body) visit(child, depth + 1);
    if (node.found !== undefined) add(depth + 1, 'found', `saw ${node.found}`);
  };
  for (const node of tree) visit(node, 0);
  return lines;
}
