// SPDX-License-Identifier: GPL-2.0-only
/** An explanation as text: the two trees, their effects aligned, and what it comes to. */

import type { ChalkInstance } from 'chalk';
import type { Row } from '../explain/align.js';
import { type Explanation, sameEffects } from '../explain/explanation.js';
import type { Cost } from '../explain/trace_tree.js';
import { treeLines, wrapped } from './explain_tree.js';

export interface ExplainTextOptions {
  readonly chalk: ChalkInstance;
  /** Columns of the terminal. */
  readonly columns: number;
  readonly cost: boolean;
}

/** From this width on the two trees stand side by side. */
const SIDE_BY_SIDE = 132;
const GAP = ' | ';
/** Rows that are the same on both sides shown around one that is not. */
const CONTEXT = 2;
/** Rows of one kind and step that are spelled out. */
const MOST_ALIKE = 12;

/** Everything there is to say about one operation. */
export function explanationText(explanation: Explanation, options: ExplainTextOptions): string {
  const { chalk } = options;
  const heading = `${explanation.trace}, op ${explanation.opIndex}: ${explanation.opText}`;
  const marks = `debug ${explanation.debug ? 'on' : 'off'}`;
  const before = explanation.before ? `; before it, ${explanation.before}` : '';
  return [
    ...wrapped(heading, 0, options.columns).map((line) => chalk.bold(line)),
    ...wrapped(marks + before, 2, options.columns),
    '',
    ...treesLines(explanation, options),
    '',
    ...effectLines(explanation, options),
    '',
    ...summaryLines(explanation, options),
    ...(options.cost ? ['', ...costLines(explanation, chalk)] : []),
  ].join('\n');
}

function treesLines({ sides }: Explanation, { chalk, columns }: ExplainTextOptions): string[] {
  if (columns < SIDE_BY_SIDE) {
    return sides.flatMap((side, i) => [
      ...(i > 0 ? [''] : []),
      chalk.bold(`${side.implementation}: ${side.outcome}`),
      ...treeLines(side.tree, columns, chalk),
    ]);
  }
  const width = (columns - GAP.length) >> 1;
  const [left, right] = sides.map((side) => [
    chalk.bold(`${side.implementation}: ${side.outcome}`),
    ...treeLines(side.tree, width, chalk),
  ]);
  const rows = Math.max(left.length, right.length);
  return Array.from({ length: rows }, (_, i) =>
    `${pad(left[i] ?? '', width)}${GAP}${right[i] ?? ''}`.trimEnd(),
  );
}

/** Fills a line, which may be coloured, with spaces up to a width. */
function pad(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - visibleLength(line)));
}

const ESCAPE = String.fromCharCode(27);
const COLOURS = new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g');

function visibleLength(line: string): number {
  return line.replace(COLOURS, '').length;
}

const MARKS: Readonly<Record<Row['kind'], string>> = {
  same: ' ',
  'moved-from': '<',
  'moved-to': '>',
  first: '-',
  second: '+',
};

function effectLines(explanation: Explanation, options: ExplainTextOptions): string[] {
  const { chalk, columns } = options;
  const [first, second] = explanation.sides.map((side) => side.implementation);
  const { rows } = explanation.alignment;
  const lines = [chalk.bold('effects, aligned')];
  if (rows.some((row) => row.kind.startsWith('moved'))) {
    lines.push(chalk.dim(`  < moved: here in ${first}   > moved: here in ${second}`));
  }
  if (rows.some((row) => row.kind === 'first' || row.kind === 'second')) {
    lines.push(chalk.dim(`  - only in ${first}   + only in ${second}`));
  }
  let hidden = 0;
  let alike = 0;
  let what = '';
  const showHidden = () => {
    if (hidden > 0) lines.push(chalk.dim(`      ... ${hidden.toLocaleString('en-US')} ${what}`));
    hidden = 0;
  };
  rows.forEach((row, i) => {
    const last = rows[i - 1];
    const isSame = row.kind === 'same';
    const isAlike = last?.kind === row.kind && (isSame || last.effect.phase === row.effect.phase);
    if (!isAlike) showHidden();
    alike = isAlike ? alike + 1 : 1;
    if (!isNearDifference(rows, i) || (!isSame && alike > MOST_ALIKE)) {
      hidden++;
      what = isSame ? 'the same' : 'more';
      return;
    }
    showHidden();
    const text = `${MARKS[row.kind]} ${row.effect.phase.padEnd(14)} ${row.effect.text}`;
    for (const line of wrapped(text, 2, columns)) lines.push(colourRow(row, chalk)(line));
  });
  showHidden();
  return lines;
}

function isNearDifference(rows: readonly Row[], index: number): boolean {
  const from = Math.max(0, index - CONTEXT);
  for (let i = from; i <= index + CONTEXT && i < rows.length; i++) {
    if (rows[i].kind !== 'same') return true;
  }
  return false;
}

function colourRow(row: Row, chalk: ChalkInstance): (text: string) => string {
  if (row.kind === 'same') return chalk.dim;
  if (row.kind === 'first') return chalk.red;
  return row.kind === 'second' ? chalk.green : chalk.magenta;
}

function summaryLines(explanation: Explanation, options: ExplainTextOptions): string[] {
  const { sides, alignment } = explanation;
  const [first, second] = sides;
  const same = sameEffects(explanation);
  const all = alignment.same + alignment.moved;
  const line = (label: string, text: string) =>
    wrapped(`${label.padEnd(13)}${text}`, 0, options.columns);
  const lines = line('outcome', outcomesText(explanation));
  lines.push(
    ...line(
      'effects',
      same
        ? `the same on both sides: ${all}`
        : `${all} on both sides, ${alignment.firstOnly} only in ${first.implementation}, ` +
            `${alignment.secondOnly} only in ${second.implementation}`,
    ),
    ...line('order', alignment.moved === 0 ? 'the same' : `not the same: ${alignment.moved} moved`),
  );
  for (const text of orderChanges(explanation)) lines.push(...line('', text));
  lines.push(...line('state after', explanation.sameState ? 'the same' : 'not the same'));
  return lines;
}

/** `0 on both sides`, or each side's outcome. */
export function outcomesText({ sides: [first, second] }: Explanation): string {
  if (first.outcome === second.outcome) return `${first.outcome} on both sides`;
  return `${first.implementation} ${first.outcome}, ${second.implementation} ${second.outcome}`;
}

/** Which steps have changed places. */
export function orderChanges({ sides: [first, second] }: Explanation): string[] {
  const firstOrder = [...new Set(first.phases)];
  const secondOrder = [...new Set(second.phases)];
  const texts: string[] = [];
  firstOrder.forEach((phase, i) => {
    for (const later of firstOrder.slice(i + 1)) {
      const at = secondOrder.indexOf(phase);
      const laterAt = secondOrder.indexOf(later);
      if (at < 0 || laterAt < 0 || at < laterAt) continue;
      texts.push(
        `${phase}: before ${later} in ${first.implementation}, after it in ${second.implementation}`,
      );
    }
  });
  return texts;
}

export const COST_LABELS: readonly (readonly [keyof Cost, string])[] = [
  ['calls', 'calls'],
  ['depth', 'deepest call'],
  ['walks', 'table walks'],
  ['pteReads', 'PTE reads'],
  ['pteWrites', 'PTE writes'],
  ['tlbi', 'TLB invalidations'],
];

function costLines({ sides }: Explanation, chalk: ChalkInstance): string[] {
  const [first, second] = sides;
  const widths = sides.map((side) => Math.max(8, side.implementation.length) + 2);
  const heads = sides.map((side, i) => side.implementation.padStart(widths[i])).join('');
  return [
    chalk.bold(`cost              ${heads}`),
    ...COST_LABELS.map(([key, label]) => {
      const figures = [first, second].map((side, i) => String(side.cost[key]).padStart(widths[i]));
      const change = second.cost[key] - first.cost[key];
      const note = change === 0 ? '' : `  ${change > 0 ? '+' : ''}${change}`;
      return `${label.padEnd(18)}${figures.join('')}${note}`;
    }),
  ];
}
