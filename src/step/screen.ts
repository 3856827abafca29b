// SPDX-License-Identifier: GPL-2.0-only
/** The screen as lines: the operations above, the panel below, the keys at the bottom. */

import type { ChalkInstance } from 'chalk';
import { shownName } from '../input/printable.js';
import { opText } from '../ops/index.js';
import { COMMANDS } from './commands.js';
import { panelLines } from './panels.js';
import type { StepState } from './state.js';
import type { Walker } from './walker.js';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Lines of the screen that are neither operations nor panel: title, two rules, message, keys. */
const FRAME = 5;
/** Operations shown while the panel is what matters. */
const FEW_OPS = 3;

/** A screen, and how far its panel could be scrolled of what was asked for. */
export interface Screen {
  readonly lines: readonly string[];
  readonly scroll: number;
}

/** The whole screen; `prompt` stands in for the message while a question is open. */
export function drawScreen(
  walker: Walker,
  state: StepState,
  size: ScreenSize,
  chalk: ChalkInstance,
  prompt?: string,
): Screen {
  const { columns } = size;
  const space = Math.max(2, size.rows - FRAME);
  const wantsRoom = state.panel.kind !== 'op' && state.panel.kind !== 'page';
  const opRows = Math.min(wantsRoom ? FEW_OPS : space >> 1, walker.trace.ops.length + 1);
  const panelRows = space - opRows;
  const panel = panelLines(walker, state, columns, chalk);
  const scroll = Math.min(state.scroll, Math.max(0, panel.length - panelRows));
  const shown = panel.slice(scroll, scroll + panelRows);
  const below = panel.length - scroll - shown.length;
  const rule = chalk.dim('-'.repeat(columns));
  const lines = [
    chalk.bold(clip(titleText(walker), columns)),
    ...opLines(walker, state.at, opRows, columns, chalk),
    rule,
    ...fill(
      shown.map((line) => clip(line, columns)),
      panelRows,
    ),
    below > 0 ? chalk.dim(clip(moreText(below, columns), columns)) : rule,
    clip(prompt ?? state.message, columns),
    chalk.inverse(keysText(columns)),
  ];
  return { lines, scroll };
}

function titleText({ trace, names, debug, facts }: Walker): string {
  const marks = [`debug ${debug ? 'on' : 'off'}`];
  if (trace.constructed) marks.push('constructed');
  const count = facts.divergent.length;
  marks.push(`${count} divergence${count === 1 ? '' : 's'}`);
  return `${shownName(trace.name)}: ${names.join(' | ')} (${marks.join(', ')})`;
}

/** A window of operations with the one that has just run in sight. */
function opLines(
  walker: Walker,
  at: number,
  rows: number,
  columns: number,
  chalk: ChalkInstance,
): string[] {
  const count = walker.trace.ops.length;
  const first = Math.max(-1, Math.min(at - (rows >> 1), count - rows));
  const lines: string[] = [];
  for (let index = first; index < count && lines.length < rows; index++) {
    const text = clip(opLine(walker, index, index === at), columns);
    const isDivergent = walker.ran[index]?.diverged ?? false;
    const coloured = isDivergent ? chalk.red(text) : index > at ? chalk.dim(text) : text;
    lines.push(index === at ? chalk.bold(coloured) : coloured);
  }
  return fill(lines, rows);
}

/** One operation in a line: `> ! 3  unshare_hyp(...) = -EBUSY | -EPERM`. */
export function opLine(walker: Walker, index: number, isCurrent = false): string {
  const cursor = isCurrent ? '>' : ' ';
  if (index < 0) return `${cursor}      boot`;
  const ran = walker.ran[index];
  const text = `${cursor} ${ran?.diverged ? '!' : ' '}${String(index).padStart(3)}  ${opText(walker.trace.source[index])}`;
  if (!ran) return `${text} did not run`;
  const [first, second] = ran.outcomes;
  return `${text} = ${first === second ? first : `${first} | ${second}`}`;
}

/** The line of keys: as many commands as fit. */
function keysText(columns: number): string {
  const parts = COMMANDS.filter(({ label }) => label !== '').map(({ key, label }) => {
    return `${key}:${label}`;
  });
  while (parts.length > 2 && parts.join(' ').length > columns) parts.splice(-3, 1);
  return clip(parts.join(' '), columns).padEnd(columns);
}

function moreText(lines: number, columns: number): string {
  return `-- ${lines} more line${lines === 1 ? '' : 's'} below `.padEnd(columns, '-');
}

function fill(lines: string[], rows: number): string[] {
  while (lines.length < rows) lines.push('');
  return lines.slice(0, rows);
}

const ESCAPE = String.fromCharCode(27);
const COLOURS = new RegExp(`(${ESCAPE}\\[[0-9;]*m)`);

/** A line cut to a width, colours not counted. */
export function clip(line: string, columns: number): string {
  let left = columns;
  let out = '';
  for (const part of line.split(COLOURS)) {
    if (part.startsWith(ESCAPE)) out += part;
    else {
      out += part.slice(0, left);
      left = Math.max(0, left - part.length);
    }
  }
  return out;
}
