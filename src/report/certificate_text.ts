// SPDX-License-Identifier: GPL-2.0-only
/** A certificate as lines of plain text. */

import type { ChalkInstance } from 'chalk';
import type { Certificate, CertificateBucket } from '../result/index.js';
import {
  certificateFacts,
  certificateTitle,
  certificateVerdict,
  invariantText,
  outcomeFacts,
  reachableText,
  type Standing,
  shortestText,
  standingOf,
} from './certificate_words.js';
import { wrapHard } from './wrap.js';

const TERMINAL_WIDTH = 80;
const INDENT = '  ';
const LABEL_WIDTH = 14;

/** All of a certificate for a terminal. */
export function certificateText(certificate: Certificate, chalk: ChalkInstance): string {
  const width = TERMINAL_WIDTH;
  const outcomes = outcomeFacts(certificate);
  const opWidth = Math.max(0, ...outcomes.map(([op]) => op.length)) + 2;
  return [
    chalk.bold(certificateTitle(certificate)),
    ...certificateFacts(certificate).flatMap((fact) => labelled(fact, LABEL_WIDTH, width)),
    `${INDENT}outcomes`,
    ...outcomes.flatMap((fact) => labelled(fact, opWidth, width, INDENT + INDENT)),
    ...certificate.buckets.flatMap((bucket) => bucketLines(bucket, width)),
    ...invariantLines(certificate, width),
    ...wrapHard(certificateVerdict(certificate), width, INDENT).map((line) =>
      coloured(standingOf(certificate), chalk)(line),
    ),
  ].join('\n');
}

/** In short, for a mail: the verdict first, no counts of outcomes, invariants that hold by name. */
export function certificateLines(
  certificate: Certificate,
  width: number,
  reasonOf: (entry: string) => string,
): string[] {
  const [first, ...rest] = wrapHard(
    `${certificateTitle(certificate)}: ${certificateVerdict(certificate)}`,
    width,
    INDENT,
  );
  return [
    first.slice(INDENT.length),
    ...rest,
    ...certificateFacts(certificate).flatMap((fact) => labelled(fact, LABEL_WIDTH, width)),
    ...certificate.buckets.flatMap((bucket) => bucketLines(bucket, width, reasonOf)),
    ...heldLines(certificate, width),
    ...violatedLines(certificate, width),
  ];
}

function labelled(
  [label, text]: readonly [string, string],
  labelWidth: number,
  width: number,
  indent = INDENT,
): string[] {
  const hanging = indent + ' '.repeat(labelWidth);
  const [first, ...rest] = wrapHard(text, width, hanging);
  return [`${indent}${label.padEnd(labelWidth)}${first.trimStart()}`, ...rest];
}

function bucketLines(
  bucket: CertificateBucket,
  width: number,
  reasonOf?: (entry: string) => string,
): string[] {
  const { entry, trace, bootTrace, file } = bucket;
  const standing = entry === undefined ? 'new' : `known (${entry})`;
  const inner = INDENT + INDENT;
  const reachable = reachableText(bucket);
  return [
    ...hanging(`${standing}: ${bucket.bucket}`, width),
    ...(entry === undefined || !reasonOf ? [] : wrapHard(reasonOf(entry), width, inner)),
    `${inner}${shortestText(bucket)}:`,
    ...traceLines(trace, width),
    ...(reachable === undefined ? [] : [`${inner}${reachable}${bootTrace ? ':' : ''}`]),
    ...traceLines(bootTrace ?? [], width),
    ...(file === undefined ? [] : wrapHard(`saved as ${file}`, width, inner)),
  ];
}

function traceLines(trace: readonly string[], width: number): string[] {
  return trace.flatMap((op, i) => labelled([String(i + 1).padStart(3), op], 5, width, INDENT));
}

function invariantLines(certificate: Certificate, width: number): string[] {
  const held = (certificate.invariants ?? []).filter(({ holds }) => holds);
  return [
    ...held.flatMap((invariant) => hanging(invariantText(invariant), width)),
    ...violatedLines(certificate, width),
  ];
}

function heldLines({ invariants = [] }: Certificate, width: number): string[] {
  const names = invariants.filter(({ holds }) => holds).map(({ name }) => name);
  return names.length === 0 ? [] : hanging(`invariants that hold: ${names.join(', ')}`, width);
}

function violatedLines({ invariants = [] }: Certificate, width: number): string[] {
  return invariants.flatMap((invariant) =>
    invariant.holds
      ? []
      : [
          ...hanging(`${invariantText(invariant)}:`, width),
          ...traceLines(invariant.trace ?? [], width),
        ],
  );
}

/** Text whose further lines stand deeper than the first. */
function hanging(text: string, width: number): string[] {
  const [first, ...rest] = wrapHard(text, width, INDENT + INDENT);
  return [first.slice(INDENT.length), ...rest];
}

function coloured(standing: Standing, chalk: ChalkInstance): ChalkInstance {
  if (standing === 'bad') return chalk.red.bold;
  return standing === 'open' ? chalk.yellow.bold : chalk.green.bold;
}
