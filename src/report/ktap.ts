// SPDX-License-Identifier: GPL-2.0-only
/**
 * The result in the kernel's test format, KTAP version 1 (Documentation/dev-tools/ktap.rst): a test
 * for each pair and debug setting, in it a subtest for each replay. A known difference is a skipped
 * test with its reason; what a failure is about stands in diagnostic lines before its result line.
 */

import { printable } from '../input/printable.js';
import type { ResultDocument } from '../result/index.js';
import { shellLine } from './shell.js';
import { type Case, type Suite, suitesOf } from './suites.js';
import { undefinedTexts } from './undefined_text.js';
import { countLines, verdictText } from './words.js';

const INDENT = '  ';

export function ktapReport(document: ResultDocument): string {
  const suites = suitesOf(document);
  const lines = [
    ...heading(suites.length),
    ...diagnostics([verdictText(document), ...countLines(document), ...undefinedTexts(document)]),
    ...suites.flatMap(suiteLines),
  ];
  return `${lines.join('\n')}\n`;
}

function heading(tests: number): string[] {
  return ['KTAP version 1', `1..${tests}`];
}

/** A test with its subtests; it fails if one of them does. */
function suiteLines({ name, cases, output = [] }: Suite, index: number): string[] {
  const [version, plan] = heading(cases.length);
  const subtests = [version, `# Subtest: ${described(name)}`, plan, ...cases.flatMap(caseLines)];
  const isOk = cases.every(({ result }) => isPassed(result));
  return [
    ...subtests.map((line) => INDENT + line),
    ...diagnostics(output),
    `${isOk ? 'ok' : 'not ok'} ${index + 1} ${described(name)}`,
  ];
}

function caseLines({ name, place, result }: Case, index: number): string[] {
  const number = `${index + 1} ${described(name)}`;
  if (result === undefined) return [`ok ${number}`];
  const { kind, message, text, reproduce } = result;
  if (kind === 'skipped') return [`ok ${number} # SKIP ${oneLine(message)}`];
  return [
    ...diagnostics([place, ...(text ?? message).split('\n')]),
    ...(reproduce ? diagnostics([`to reproduce: ${shellLine(reproduce)}`]) : []),
    `not ok ${number}`,
  ];
}

function isPassed(result: Case['result']): boolean {
  return result === undefined || result.kind === 'skipped';
}

function diagnostics(lines: readonly string[]): string[] {
  return lines.map((line) => `# ${oneLine(line)}`.trimEnd());
}

function oneLine(text: string): string {
  return printable(text.replace(/\s*\n\s*/g, ' '));
}

/** The name of a test: readers take a `#` in it for the start of a directive. */
function described(name: string): string {
  return oneLine(name).replaceAll('#', '_');
}
