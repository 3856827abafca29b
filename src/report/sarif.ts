// SPDX-License-Identifier: GPL-2.0-only
/** The result as SARIF 2.1.0, for code-scanning views: a result a bucket, known ones suppressed. */

import { pathToFileURL } from 'node:url';
import type { Bucket, ResultDocument } from '../result/index.js';
import { type Cause, causesOf, followOnsText, isDifference } from './causes.js';
import { certificateFacts, certificateTitle, certificateVerdict } from './certificate_words.js';
import { firstCommitText, unbuiltTexts } from './series_text.js';
import { theoremWords } from './theorem_words.js';
import { diffLines } from './diff_lines.js';
import { undefinedReplays, undefinedTexts } from './undefined_text.js';
import { causeText, count, entryOf, reasonOf, verdictText, whyInconclusive } from './words.js';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

const RULES = [
  { id: 'outcome', text: 'The two implementations returned different things, or one panicked.' },
  { id: 'state', text: 'Both returned the same and left different states.' },
  { id: 'state-at-panic', text: 'Both panicked in the same way, in different states.' },
  { id: 'expectation', text: 'An implementation did not do what the trace expects of it.' },
  {
    id: 'missed-alike',
    text: 'Both implementations did the same, and not what the trace expects.',
  },
  {
    id: 'undefined',
    text: 'A page in use was used for something else: nothing is compared from there on.',
  },
  { id: 'stale-baseline', text: 'A baseline entry no longer says what is so.' },
  { id: 'missing-coverage', text: 'A cell or branch that had to be met was not.' },
] as const;

type RuleId = (typeof RULES)[number]['id'];

export function sarifReport(document: ResultDocument): string {
  const { tool, counts, verdict, command } = document;
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: tool.name,
            version: tool.version,
            rules: RULES.map(({ id, text }) => ({ id, shortDescription: { text } })),
          },
        },
        invocations: [
          {
            executionSuccessful: verdict !== 'inconclusive',
            arguments: command.slice(1),
            toolExecutionNotifications: notifications(document),
          },
        ],
        results: results(document),
        properties: {
          verdict,
          summary: verdictText(document),
          counts,
          ...(document.campaign?.undefined ? { undefined: undefinedTexts(document) } : {}),
          ...(document.certificates ? { certificates: certificates(document) } : {}),
          ...(document.series ? { series: document.series } : {}),
          ...(document.theorems ? { theorems: theorems(document) } : {}),
        },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function theorems(document: ResultDocument): object[] {
  return theoremWords(document).theorems.map(({ title, verdict, conditions }) => ({
    title,
    verdict,
    conditions: conditions.filter(({ canHappen }) => canHappen).map((one) => one.title),
  }));
}

function certificates({ certificates = [] }: ResultDocument): object[] {
  return certificates.map((certificate) => ({
    title: certificateTitle(certificate),
    verdict: certificateVerdict(certificate),
    ...Object.fromEntries(certificateFacts(certificate)),
  }));
}

function results(document: ResultDocument): object[] {
  const stale = document.baseline.entries.filter((entry) => entry.stale.length > 0);
  return [
    ...[...causesOf(document, 'new'), ...causesOf(document, 'known')].map((cause) =>
      causeResult(document, cause),
    ),
    ...undefinedReplays(document).map(({ text, file, line, column, expected }) => ({
      ...ruled('undefined', expected ? 'note' : 'warning', text),
      locations: [location(file, line, column)],
    })),
    ...stale.map((entry) => ({
      ...ruled('stale-baseline', 'error', `${entry.id}: ${entry.stale.join(', ')}`),
      locations: [location(entry.file, entry.line)],
    })),
    ...(document.coverage?.missing ?? []).map((cell) => ruled('missing-coverage', 'error', cell)),
  ];
}

function ruled(ruleId: RuleId, level: 'error' | 'warning' | 'note', text: string): object {
  return {
    ruleId,
    ruleIndex: RULES.findIndex(({ id }) => id === ruleId),
    level,
    message: { text },
  };
}

function causeResult(document: ResultDocument, cause: Cause): object {
  const { bucket, setting } = cause;
  const { verdict, kind, example, id } = bucket;
  const isKnown = verdict === 'known';
  const followOns = followOnsText(cause);
  const first = firstCommitText(document, cause.buckets);
  const text = [
    causeText(bucket),
    ...(first === undefined ? [] : [first]),
    `${setting}; ${count(cause.count, 'time')}`,
    `${example.trace}, op ${example.opIndex}: ${example.opText}`,
    ...(example.before === undefined ? [] : [`before it, ${example.before}`]),
    ...diffLines(bucket),
    ...cause.confirmations,
    ...(followOns === undefined ? [] : [followOns]),
  ].join('\n');
  return {
    ...ruled(isDifference(cause) ? kind : 'missed-alike', isKnown ? 'note' : 'error', text),
    locations: [location(example.file, example.line, example.column)],
    relatedLocations: example.followOns.map(({ line, column, opIndex, opText }) => ({
      ...location(example.file, line, column),
      message: { text: `follows from it: op ${opIndex}: ${opText}` },
    })),
    partialFingerprints: { 'pkvmTracediffBucket/v1': id },
    occurrenceCount: cause.count,
    suppressions: isKnown ? [suppression(document, bucket)] : [],
    properties: { ...(isKnown ? { baselineEntry: bucket.entry } : {}), verdict },
  };
}

function suppression(document: ResultDocument, bucket: Bucket): object {
  const entry = entryOf(document, bucket);
  return {
    kind: 'external',
    status: 'accepted',
    justification: reasonOf(document, bucket),
    ...(entry ? { location: location(entry.file, entry.line) } : {}),
  };
}

function notifications(document: ResultDocument): object[] {
  const problems = document.problems.map(({ file, line, column, message }) => ({
    level: 'error',
    message: { text: message },
    locations: [location(file, line ?? 1, column)],
  }));
  const unbuilt = unbuiltTexts(document).map(({ title, text }) => ({
    level: 'error',
    message: { text: `${title}: ${text}` },
  }));
  const why = whyInconclusive(document).map((text) => ({ level: 'error', message: { text } }));
  const all = [...problems, ...unbuilt];
  return document.verdict === 'inconclusive' ? [...all, ...why] : all;
}

function location(file: string, startLine: number, startColumn?: number): object {
  const region = { startLine, ...(startColumn === undefined ? {} : { startColumn }) };
  return { physicalLocation: { artifactLocation: { uri: uriOf(file) }, region } };
}

function uriOf(file: string): string {
  if (file.startsWith('/')) return pathToFileURL(file).href;
  return encodeURI(file).replaceAll('#', '%23').replaceAll('?', '%3F');
}
