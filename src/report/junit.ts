// SPDX-License-Identifier: GPL-2.0-only
/**
 * The result as JUnit XML: a suite for each pair and debug setting, in it a test case for each
 * replay. A known difference is a skipped case with its reason, a new one a failure; bad input,
 * stale baseline entries and a run that compared nothing are errors, so that they never pass.
 */

import { createRequire } from 'node:module';
import type { Bucket, Certificate, Pair, Replay, ResultDocument } from '../result/index.js';
import { causeOf, followOnsText, settingsText } from './causes.js';
import {
  certificateFacts,
  certificateTitle,
  certificateVerdict,
  standingOf,
} from './certificate_words.js';
import { theoremLines } from './theorem_text.js';
import { theoremWords } from './theorem_words.js';
import { diffLines } from './diff_lines.js';
import {
  causeText,
  countLines,
  placeText,
  reasonOf,
  verdictText,
  whyInconclusive,
} from './words.js';

/** The library takes a quarter of the program's start, and few runs want XML. */
function loadXmlBuilder(): typeof import('xmlbuilder2') {
  return createRequire(import.meta.url)('xmlbuilder2');
}

/** What became of a test case. */
interface Case {
  readonly name: string;
  readonly classname: string;
  readonly result?: {
    readonly kind: 'skipped' | 'failure' | 'error';
    readonly message: string;
    readonly text?: string;
  };
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
  readonly output?: readonly string[];
}

export function junitReport(document: ResultDocument): string {
  const { create } = loadXmlBuilder();
  const suites = [
    ...replaySuites(document),
    ...certificateSuites(document),
    ...theoremSuites(document),
    ...troubleSuites(document),
  ];
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
      ...(index === 0 ? [verdictText(document), ...countLines(document)] : []),
      ...(suite.output ?? []),
    ];
    if (output.length > 0) element.ele('system-out').txt(clean(output.join('\n')));
  });
  return `${root.end({ prettyPrint: true })}\n`;
}

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

function addCase(element: Element, { name, classname, result }: Case): void {
  const one = element.ele('testcase', { name: clean(name), classname: clean(classname) });
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

function replaySuites(document: ResultDocument): Suite[] {
  const buckets = new Map(document.buckets.map((bucket) => [bucket.id, bucket]));
  const suites = new Map<string, { name: string; cases: Case[] }>();
  for (const replay of document.traces) {
    const pair = document.pairs[replay.pair];
    const name = suiteName(pair, replay);
    let suite = suites.get(name);
    if (suite === undefined) {
      suite = { name, cases: [] };
      suites.set(name, suite);
    }
    suite.cases.push(replayCase(document, replay, buckets));
  }
  return [...suites.values()];
}

function suiteName({ first, second }: Pair, { debug }: Replay): string {
  return `${first} | ${second}, debug ${debug ? 'on' : 'off'}`;
}

function replayCase(
  document: ResultDocument,
  replay: Replay,
  buckets: ReadonlyMap<string, Bucket>,
): Case {
  const place = { name: replay.name, classname: `${replay.file}:${replay.line}` };
  const met = replay.buckets.flatMap((id) => buckets.get(id) ?? []);
  const fresh = met.filter(({ verdict }) => verdict === 'new');
  if (fresh.length > 0) {
    const message = fresh.map(causeText).join('; ');
    const text = fresh.map(bucketText).join('\n\n');
    return { ...place, result: { kind: 'failure', message, text } };
  }
  if (met.length > 0) {
    const reasons = met.map((bucket) => `${bucket.entry}: ${reasonOf(document, bucket)}`);
    const message = [...new Set(reasons)].join('; ');
    return { ...place, result: { kind: 'skipped', message } };
  }
  if (replay.compared > 0) return place;
  return { ...place, result: { kind: 'error', message: 'nothing was compared' } };
}

function bucketText(bucket: Bucket): string {
  const followOns = followOnsText(causeOf([bucket]));
  return [
    causeText(bucket),
    settingsText([bucket]),
    placeText(bucket),
    ...diffLines(bucket),
    ...(followOns === undefined ? [] : [followOns]),
  ].join('\n');
}

/** A world explored is a test case: one that was not explored to its end is an error. */
function certificateSuites(document: ResultDocument): Suite[] {
  const { certificates = [] } = document;
  const cases = certificates.map((certificate): Case => {
    const name = certificateTitle(certificate);
    const message = certificateVerdict(certificate);
    const place = { name, classname: 'explore' };
    switch (standingOf(certificate)) {
      case 'bad':
        return { ...place, result: { kind: 'failure', message } };
      case 'known': {
        const reasons = certificate.buckets.map((bucket) => reasonOf(document, bucket));
        return { ...place, result: { kind: 'skipped', message: [message, ...reasons].join('; ') } };
      }
      case 'open':
        return certificate.complete ? place : { ...place, result: { kind: 'error', message } };
      case 'good':
        return place;
    }
  });
  const output = certificates.flatMap(certificateSummary);
  return cases.length > 0 ? [{ name: 'certificates', cases, output }] : [];
}

/** A pair that something is proved of is a test case. */
function theoremSuites(document: ResultDocument): Suite[] {
  const cases = theoremWords(document).theorems.map((theorem): Case => {
    const { title, verdict, standing, conditions, remarks } = theorem;
    const place = { name: title, classname: 'prove' };
    const possible = conditions.filter(({ canHappen }) => canHappen);
    const message = [verdict, ...remarks, ...possible.map((one) => one.title)].join('; ');
    if (standing === 'equal') return place;
    if (standing === 'known') return { ...place, result: { kind: 'skipped', message } };
    return { ...place, result: { kind: standing === 'new' ? 'failure' : 'error', message } };
  });
  const output = theoremLines(document, OUTPUT_WIDTH);
  return cases.length > 0 ? [{ name: 'theorems', cases, output }] : [];
}

const OUTPUT_WIDTH = 100;

function certificateSummary(certificate: Certificate): string[] {
  return [
    `${certificateTitle(certificate)}: ${certificateVerdict(certificate)}`,
    ...certificateFacts(certificate).map(([label, text]) => `  ${label}: ${text}`),
  ];
}

/** What must not pass although no trace failed. */
function troubleSuites(document: ResultDocument): Suite[] {
  const error = (name: string, classname: string, message: string): Case => ({
    name,
    classname,
    result: { kind: 'error', message },
  });
  const input = document.problems.map(({ file, line, pointer, message }) =>
    error(`${file}:${line ?? 1}${pointer ?? ''}`, 'input', message),
  );
  const baseline = document.baseline.entries
    .filter(({ stale }) => stale.length > 0)
    .map(({ id, file, line, stale }) => error(id, `${file}:${line}`, stale.join('; ')));
  const coverage = (document.coverage?.missing ?? []).map((cell) =>
    error(cell, 'coverage', 'required and not met'),
  );
  const verdict =
    document.verdict === 'inconclusive'
      ? [error('verdict', 'run', `inconclusive: ${whyInconclusive(document).join(', ')}`)]
      : [];
  return [
    { name: 'run', cases: verdict },
    { name: 'input', cases: input },
    { name: 'baseline', cases: baseline },
    { name: 'coverage', cases: coverage },
  ].filter(({ cases }) => cases.length > 0);
}

/** Text without the control characters that XML 1.0 cannot hold. */
function clean(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
