// SPDX-License-Identifier: GPL-2.0-only
/**
 * The result as suites of test cases, for the formats that test runners read: a suite for each pair
 * and debug setting, in it a case for each replay; suites for what was explored and proved; and one
 * for each kind of trouble that must not pass although no trace failed.
 */

import type { Bucket, Certificate, Pair, Replay, ResultDocument } from '../result/index.js';
import { causeOf, followOnsText, marksText, settingsText } from './causes.js';
import {
  certificateFacts,
  certificateTitle,
  certificateVerdict,
  standingOf,
} from './certificate_words.js';
import { diffLines } from './diff_lines.js';
import { firstCommitText, sideArgument, unbuiltTexts } from './series_text.js';
import { theoremLines } from './theorem_text.js';
import { theoremWords } from './theorem_words.js';
import { endText } from './undefined_text.js';
import { causeText, placeText, reasonOf, whyInconclusive } from './words.js';

/** What became of a test case. */
export interface Case {
  readonly name: string;
  /** Where it is from: `traces/a.json:1`, or the command that has no file. */
  readonly place: string;
  /** Undefined: it passed. */
  readonly result?: {
    readonly kind: 'skipped' | 'failure' | 'error';
    readonly message: string;
    readonly text?: string;
    /** The command that shows it again, alone. */
    readonly reproduce?: readonly string[];
  };
}

export interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
  readonly output?: readonly string[];
}

/** Every suite that has a case. */
export function suitesOf(document: ResultDocument): Suite[] {
  return [
    ...replaySuites(document),
    ...certificateSuites(document),
    ...theoremSuites(document),
    ...troubleSuites(document),
  ];
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
  const place = { name: replay.name, place: `${replay.file}:${replay.line}` };
  const met = replay.buckets.flatMap((id) => buckets.get(id) ?? []);
  const end = replay.undefined ? [endText(replay.undefined)] : [];
  const fresh = met.filter(({ verdict }) => verdict === 'new');
  if (fresh.length > 0) {
    const message = [...fresh.map(causeText), ...end].join('; ');
    const texts = fresh.map((bucket) => bucketText(document, bucket));
    const text = [...texts, ...end].join('\n\n');
    const reproduce = replayCommand(document, replay);
    return { ...place, result: { kind: 'failure', message, text, reproduce } };
  }
  if (met.length > 0 || replay.undefined) {
    const reasons = met.map(
      (bucket) => `${bucket.entry}${marksText(bucket)}: ${reasonOf(document, bucket)}`,
    );
    const message = [...new Set(reasons), ...end].join('; ');
    const isKnown = replay.undefined === undefined || replay.undefined.expected;
    return { ...place, result: { kind: isKnown ? 'skipped' : 'error', message } };
  }
  if (replay.compared > 0) return place;
  return { ...place, result: { kind: 'error', message: 'nothing was compared' } };
}

/** The command that replays the file of one replay; the whole run, if a search has not saved it. */
function replayCommand(document: ResultDocument, replay: Replay): readonly string[] {
  const { tool, pairs, level, command, certificates = [] } = document;
  const { file, pair, debug, buckets } = replay;
  const isUnsaved = certificates.some((certificate) =>
    certificate.buckets.some((one) => one.file === undefined && buckets.includes(one.id ?? '')),
  );
  if (isUnsaved || isOfCampaign(document, replay)) return command;
  const { first, second } = pairs[pair];
  const compare = level === 'exact' ? [] : ['--compare', level];
  const names = [first, second].map((name) => sideArgument(document, name));
  const impl = ['--impl', names.join()];
  return [tool.name, 'replay', file, ...impl, '--debug', debug ? 'on' : 'off', ...compare];
}

/** Was it found by fuzzing, and is it in no file that a series says it is in? */
function isOfCampaign({ campaign, series }: ResultDocument, { file }: Replay): boolean {
  return campaign !== undefined && (!series || campaign.findings.every((one) => one.file !== file));
}

function bucketText(document: ResultDocument, bucket: Bucket): string {
  const followOns = followOnsText(causeOf([bucket]));
  const firstCommit = firstCommitText(document, [bucket]);
  return [
    causeText(bucket),
    ...(firstCommit === undefined ? [] : [firstCommit]),
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
    const place = { name, place: 'explore' };
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
    const place = { name: title, place: 'prove' };
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
  const error = (name: string, place: string, message: string): Case => ({
    name,
    place,
    result: { kind: 'error', message },
  });
  const input = document.problems.map(({ file, line, pointer, message }) =>
    error(`${file}:${line ?? 1}${pointer ?? ''}`, 'input', message),
  );
  const baseline = document.baseline.entries
    .filter(({ stale }) => stale.length > 0)
    .map(({ id, file, line, stale }) => error(id, `${file}:${line}`, stale.join('; ')));
  const notBuilt = unbuiltTexts(document).map(({ title, text }): Case => {
    const [reason] = text.split('\n');
    const result = { kind: 'error' as const, message: `does not build: ${reason}`, text };
    return { name: title.replace('Not built: ', ''), place: 'series', result };
  });
  const coverage = (document.coverage?.missing ?? []).map((cell) =>
    error(cell, 'coverage', 'required and not met'),
  );
  const verdict =
    document.verdict === 'inconclusive'
      ? [error('verdict', 'run', `inconclusive: ${whyInconclusive(document).join(', ')}`)]
      : [];
  return [
    { name: 'series', cases: notBuilt },
    { name: 'run', cases: verdict },
    { name: 'input', cases: input },
    { name: 'baseline', cases: baseline },
    { name: 'coverage', cases: coverage },
  ].filter(({ cases }) => cases.length > 0);
}
