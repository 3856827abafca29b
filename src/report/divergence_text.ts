// SPDX-License-Identifier: GPL-2.0-only
/** A divergence as text: where, what, and a unified diff of the two sides. */

import type { ChalkInstance } from 'chalk';
import { formatPatch } from 'diff';
import type { Divergence } from '../compare/divergence.js';
import type { TraceResult } from '../compare/trace_result.js';
import { printable, shownName } from '../input/printable.js';
import { expectationLines } from './diff_lines.js';
import { wrap } from './wrap.js';

const WIDTH = 80;

const KIND_TEXT = {
  outcome: 'outcome differs',
  state: 'same outcome, state differs',
  'state-at-panic': 'both panicked, state at the panic differs',
  expectation: 'not what the trace expects',
} as const;

/** Most decoded differences of one divergence that are spelled out. */
const DIFFERENCES_SHOWN = 40;

/** `file:line: trace NAME` with what the trace is. */
export function traceHeading(result: TraceResult): string {
  const { trace } = result;
  const marks = [`debug ${result.debug ? 'on' : 'off'}`];
  if (trace.constructed) marks.push('constructed');
  return `${printable(trace.file)}:${trace.line}: ${shownName(trace.name)} (${marks.join(', ')})`;
}

/** All of a trace's divergences. */
export function divergencesText(result: TraceResult, chalk: ChalkInstance): string {
  const lines = [chalk.bold(traceHeading(result))];
  for (const divergence of result.divergences) {
    lines.push(divergenceText(divergence, result.implementations, chalk));
  }
  return lines.join('\n');
}

/** One divergence. */
export function divergenceText(
  divergence: Divergence,
  implementations: readonly [string, string],
  chalk: ChalkInstance,
): string {
  const lines = [
    ...opLines(`op ${divergence.opIndex}: ${divergence.opText}`),
    ...(divergence.before ? [`  before it, ${divergence.before}`] : []),
    `  ${KIND_TEXT[divergence.kind]}:`,
    ...diffLines(divergence, implementations).map((line) => `    ${colourLine(line, chalk)}`),
  ];
  if (divergence.resynced && divergence.words > 0) {
    const words = divergence.words === 1 ? '1 word' : `${divergence.words} words`;
    lines.push(
      chalk.dim(`  ${implementations[1]} was made equal to ${implementations[0]} again (${words})`),
    );
  }
  return lines.join('\n');
}

/** Within 80 columns; what goes on stands deeper. */
function opLines(text: string): string[] {
  const [first, ...rest] = wrap(text, WIDTH, '    ');
  return [first.slice(2), ...rest];
}

function diffLines(divergence: Divergence, names: readonly [string, string]): string[] {
  const { kind, outcomes, expected } = divergence;
  if (kind === 'expectation') {
    const [first, second] = expected ?? [];
    return expectationLines(sidesOf(names), sidesOf(outcomes), {
      ...(first === undefined ? {} : { first }),
      ...(second === undefined ? {} : { second }),
    });
  }
  const shown = divergence.differences.slice(0, DIFFERENCES_SHOWN);
  const lines = [
    ...pair('outcome ', divergence.outcomes[0], divergence.outcomes[1]),
    ...shown.flatMap(({ subject, first, second }) => pair(`${subject}: `, first, second)),
  ];
  const left = divergence.differences.length - shown.length;
  if (left > 0) lines.push(` (${left} more differences)`);
  return patchLines(names, lines);
}

function sidesOf([first, second]: readonly [string, string]): { first: string; second: string } {
  return { first, second };
}

/** A line of both sides, or one of each, next to each other. */
function pair(subject: string, first: string, second: string): string[] {
  if (first === second) return [` ${subject}${first}`];
  return [`-${subject}${first}`, `+${subject}${second}`];
}

/** A unified diff of one hunk, whose lines stay in the order in which they are given. */
function patchLines(names: readonly [string, string], lines: string[]): string[] {
  const linesOf = (mark: string) => lines.filter((line) => !line.startsWith(mark)).length;
  const patch = formatPatch({
    oldFileName: names[0],
    newFileName: names[1],
    oldHeader: undefined,
    newHeader: undefined,
    hunks: [{ oldStart: 1, oldLines: linesOf('+'), newStart: 1, newLines: linesOf('-'), lines }],
  });
  return patch.split('\n').filter((line) => line !== '' && !line.startsWith('==='));
}

/** A line of a unified diff in colour. */
export function colourLine(line: string, chalk: ChalkInstance): string {
  if (line.startsWith('---') || line.startsWith('+++')) return chalk.bold(line);
  if (line.startsWith('@@')) return chalk.cyan(line);
  if (line.startsWith('-')) return chalk.red(line);
  if (line.startsWith('+')) return chalk.green(line);
  return line;
}
