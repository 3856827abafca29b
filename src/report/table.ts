// SPDX-License-Identifier: GPL-2.0-only
/** Operations against pairs: how much was compared, and what differed. */

import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import { OP_NAMES } from '../hyp/op.js';
import type { Operation, ResultDocument } from '../result/index.js';
import { pairHead } from './series_text.js';
import { number } from './words.js';

/** One row of the table: an operation, or the sum of all. */
export interface Row {
  readonly name: string;
  /** By pair; undefined where it was not compared. */
  readonly cells: readonly (Cell | undefined)[];
}

export type Cell = Pick<Operation, 'compared' | 'known' | 'new'>;

/** The rows of the table, in the order of the operations, the sums last. */
export function tableRows({ pairs }: ResultDocument): Row[] {
  const byPair = pairs.map(({ operations }) => new Map(operations.map((op) => [op.op, op])));
  const names = OP_NAMES.filter((name) => byPair.some((operations) => operations.has(name)));
  const rows: Row[] = names.map((name) => ({
    name,
    cells: byPair.map((operations) => operations.get(name)),
  }));
  return [...rows, { name: 'all', cells: pairs }];
}

/** `1,234`, and below it what differed. */
export function cellLines(cell: Cell | undefined): string[] {
  if (cell === undefined) return ['-'];
  const lines = [number(cell.compared)];
  if (cell.known > 0) lines.push(`${number(cell.known)} known`);
  if (cell.new > 0) lines.push(`${number(cell.new)} new`);
  return lines;
}

const COLUMNS_IN_80 = 3;

/** The table as text of at most 80 columns, or several of them when there are many pairs. */
export function tableText(document: ResultDocument, chalk: ChalkInstance): string {
  const rows = tableRows(document);
  const parts: string[] = [];
  for (let start = 0; start < document.pairs.length; start += COLUMNS_IN_80) {
    const pairs = document.pairs.slice(start, start + COLUMNS_IN_80);
    const table = new Table({
      head: ['operations compared', ...pairs.map((pair) => pairHead(document, pair).join('\n'))],
      colAligns: ['left', ...pairs.map(() => 'right' as const)],
      style: { head: [], border: [], compact: true },
      chars: PLAIN,
    });
    for (const { name, cells } of rows) {
      const shown = cells.slice(start, start + COLUMNS_IN_80);
      table.push([name, ...shown.map((cell) => colouredCell(cell, chalk))]);
    }
    parts.push(withoutTrailingBlanks(table.toString()));
  }
  return parts.join('\n\n');
}

function colouredCell(cell: Cell | undefined, chalk: ChalkInstance): string {
  return cellLines(cell)
    .map((line) => {
      if (line.endsWith('new')) return chalk.red(line);
      return line.endsWith('known') ? chalk.yellow(line) : line;
    })
    .join('\n');
}

function withoutTrailingBlanks(text: string): string {
  return text.replace(/[ \t]+$/gm, '');
}

/** No borders but a rule under the head. */
const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '-',
  'mid-mid': '-',
  right: '',
  'right-mid': '',
  middle: ' ',
};
