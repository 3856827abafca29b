// SPDX-License-Identifier: GPL-2.0-only
/** What every operation of a trace cost each side, a line an operation, within 80 columns. */

import type { ChalkInstance } from 'chalk';
import { type Explanation, sameEffects } from '../explain/explanation.js';
import type { Cost } from '../explain/trace_tree.js';

const COLUMNS: readonly (readonly [string, keyof Cost])[] = [
  ['calls', 'calls'],
  ['depth', 'depth'],
  ['walks', 'walks'],
  ['reads', 'pteReads'],
  ['writes', 'pteWrites'],
  ['tlbi', 'tlbi'],
];

/** Widest a column of operations gets; the name of the operation fits. */
const OP_WIDTH = 34;

/** A table with a row an operation; pairs are `first/second`, one figure where both are equal. */
export function costTable(explanations: readonly Explanation[], chalk: ChalkInstance): string {
  const rows = explanations.map(rowOf);
  const head = ['', 'operation', 'effects', ...COLUMNS.map(([label]) => label)];
  const widths = head.map((label, i) =>
    Math.max(label.length, ...rows.map((row) => Math.min(row[i].length, OP_WIDTH))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 1 || i === 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join(' ')
      .trimEnd();
  const names = explanations[0]?.sides.map((side) => side.implementation) ?? [];
  return [
    chalk.dim(`${names.join('/')}, one figure where both are the same`),
    chalk.bold(line(head)),
    ...rows.map((row, i) => {
      const isSame = row[2] === 'same';
      return isSame ? line(row) : colour(explanations[i], chalk)(line(row));
    }),
  ].join('\n');
}

function colour(explanation: Explanation, chalk: ChalkInstance): (text: string) => string {
  return sameEffects(explanation) && explanation.sameState ? chalk.magenta : chalk.red;
}

function rowOf(explanation: Explanation): string[] {
  const { sides, opIndex, opText } = explanation;
  const name = opText.replace(/\(.*$/s, '');
  return [
    String(opIndex),
    name.slice(0, OP_WIDTH),
    effectsWord(explanation),
    ...COLUMNS.map(([, key]) => {
      const [first, second] = sides.map((side) => side.cost[key]);
      return first === second ? String(first) : `${first}/${second}`;
    }),
  ];
}

/** `same`, `moved`, or `differ` when a side has an effect the other has not. */
export function effectsWord(explanation: Explanation): string {
  if (!sameEffects(explanation)) return 'differ';
  return explanation.alignment.moved > 0 ? 'moved' : 'same';
}
