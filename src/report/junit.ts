// SPDX-License-Identifier: GPL-2.0-only
/**
 * The result as JUnit XML: a suite for each pair and debug setting, in it a test case for each
 * replay. A known difference is a skipped case with its reason, a new one a failure; bad input,
 * stale baseline entries, a replay that became undefined where no trace says so, and a run that
 * compared nothing are errors, so that they never pass.
 */

import { createRequire } from 'node:module';
import type { ResultDocument } from '../result/index.js';
import { seriesLines } from './series_text.js';
import { type Case, suitesOf } from './suites.js';
import { undefinedTexts } from './undefined_text.js';
import { countLines, verdictText } from './words.js';

/** The library takes a quarter of the program's start, and few runs want XML. */
function loadXmlBuilder(): typeof import('xmlbuilder2') {
  return createRequire(import.meta.url)('xmlbuilder2');
}

export function junitReport(document: ResultDocument): string {
  const { create } = loadXmlBuilder();
  const suites = suitesOf(document);
  const root = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '?' }).ele(
    'testsuites',
    { name: clean(document.tool.name), ...totals(suites.flatMap(({ cases }) => cases)) },
  );
  suites.forEach((suite, index) => {
    const element = root.ele('testsuite', {
      name: clean(suite.name),
      ...totals(suite.cases),
      skipped: String(suite.cases.filter(({ result }) => result?.kind === 'skipped').length),
    });
    if (index === 0) addProperties(element, document);
    for (const one of suite.cases) addCase(element, one);
    const output = [
      ...(index === 0
        ? [
            verdictText(document),
            ...seriesLines(document, SERIES_WIDTH),
            ...countLines(document),
            ...undefinedTexts(document),
          ]
        : []),
      ...(suite.output ?? []),
    ];
    if (output.length > 0) element.ele('system-out').txt(clean(output.join('\n')));
  });
  return `${root.end({ prettyPrint: true })}\n`;
}

const SERIES_WIDTH = 100;

type Element = ReturnType<typeof import('xmlbuilder2').create>;

function addProperties(element: Element, document: ResultDocument): void {
  const { counts, verdict } = document;
  const { agreed, ...rest } = counts;
  const all = { verdict, ...rest, ...agreed, command: document.command.join(' ') };
  const properties = element.ele('properties');
  for (const [name, value] of Object.entries(all)) {
    properties.ele('property', { name, value: clean(String(value)) });
  }
}

function addCase(element: Element, { name, place, result }: Case): void {
  const one = element.ele('testcase', { name: clean(name), classname: clean(place) });
  if (result === undefined) return;
  const { kind, message, text } = result;
  const type = kind === 'skipped' ? {} : { type: kind };
  const child = one.ele(kind, { ...type, message: clean(message) });
  if (text !== undefined) child.txt(clean(text));
}

function totals(cases: readonly Case[]): Record<string, string> {
  const of = (kind: string) => String(cases.filter(({ result }) => result?.kind === kind).length);
  return {
    tests: String(cases.length),
    failures: of('failure'),
    errors: of('error'),
  };
}

/** Text without the control characters that XML 1.0 cannot hold. */
function clean(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
