// SPDX-License-Identifier: GPL-2.0-only
/** A certificate as text. */

import type { ChalkInstance } from 'chalk';
import type { Certificate, CertificateBucket } from '../explore/certificate.js';

/** All of a certificate, without the divergences' details. */
export function certificateText(certificate: Certificate, chalk: ChalkInstance): string {
  const { world, implementations } = certificate;
  const lines = [
    chalk.bold(`${implementations.join(' and ')}, debug ${world.debug ? 'on' : 'off'}`),
    `  world         ${worldText(certificate)}`,
    ...(certificate.from === 'all'
      ? ['  from          every constructed state of the pages, one operation deep']
      : []),
    `  compared      ${certificate.compare}, states told apart by ${viewText(certificate)}`,
    `  states        ${count(certificate.states)}, depth ${certificate.depth}${frontierText(certificate)}`,
    ...symmetryLines(certificate),
    `  transitions   ${count(certificate.transitions)}, ${count(certificate.executed)} of them executed`,
    `  graph digest  ${certificate.digest}`,
    `  time          ${certificate.seconds.toFixed(2)} s, ${rateText(certificate)}`,
    '  outcomes',
    ...outcomeLines(certificate).map((line) => `    ${line}`),
    ...bucketLines(certificate, chalk),
    ...invariantLines(certificate, chalk),
    `  ${verdictText(certificate, chalk)}`,
  ];
  return lines.join('\n');
}

/** What came out, in one line. */
export function verdictText(certificate: Certificate, chalk: ChalkInstance): string {
  const { verdict, complete, limit, buckets, vacuous, missing } = certificate;
  const suffix = vacuous ? chalk.yellow(` (vacuous: never met ${missing.join(', ')})`) : '';
  if (verdict === 'equivalent') {
    const where = certificate.from === 'all' ? 'from every constructed state' : 'in this world';
    return chalk.green.bold(`equivalent ${where}`) + suffix;
  }
  const stopped = `stopped at ${limit ?? 'a limit'}`;
  if (verdict === 'inconclusive') return chalk.yellow.bold(`inconclusive: ${stopped}`) + suffix;
  const known = buckets.filter(({ entry }) => entry !== undefined).length;
  const causes = `${plural(buckets.length, 'bucket')}, ${known} known`;
  const rest = complete
    ? 'and equivalent in all else: this is every divergence of this world'
    : `so far; ${stopped}`;
  const colour = known === buckets.length ? chalk.yellow : chalk.red;
  return colour.bold(`diverged: ${causes}`) + `, ${rest}${suffix}`;
}

function worldText({ world }: Certificate): string {
  const guests =
    world.gfns.length > 0
      ? `, ${plural(world.vms, 'VM')} with ${plural(world.gfns.length, 'guest frame')}`
      : '';
  return (
    `pages ${world.pages.join(' ')} (${world.place})${guests}, pins up to ${world.maxPins}, ` +
    `ranges 0 to ${world.ranges}; ${plural(world.alphabet, 'operation')} tried in every state`
  );
}

function viewText({ view }: Certificate): string {
  return view === 'exact' ? 'every word' : 'ownership only: coarser than what is compared';
}

function frontierText({ complete, frontier }: Certificate): string {
  return complete ? ', all of them expanded' : `; ${count(frontier)} not expanded yet`;
}

function symmetryLines({ symmetry }: Certificate): string[] {
  if (!symmetry) return [];
  return [`  symmetry      ${symmetry.renamings.join(', ')}: ${count(symmetry.kept)} states kept`];
}

function rateText({ transitions, states, seconds, bytes }: Certificate): string {
  const rate = transitions / Math.max(seconds, 1e-3) / 1e6;
  return `${rate.toFixed(2)} million transitions/s, ${Math.round(bytes / Math.max(1, states))} bytes a state`;
}

function outcomeLines({ outcomes }: Certificate): string[] {
  const width = Math.max(0, ...Object.keys(outcomes).map((op) => op.length));
  return Object.entries(outcomes).map(([op, met]) => {
    const texts = Object.entries(met).map(([outcome, n]) => `${outcome} x ${count(n)}`);
    return `${op.padEnd(width)}  ${texts.join(', ') || 'never tried'}`;
  });
}

function bucketLines({ buckets }: Certificate, chalk: ChalkInstance): string[] {
  return buckets.flatMap((bucket) => [
    bucket.entry === undefined
      ? `  ${chalk.red('new')}    ${bucket.bucket}`
      : `  ${chalk.yellow('known')}  ${bucket.bucket} (${bucket.entry})`,
    `    ${plural(bucket.transitions, 'transition')}; shortest trace ${plural(bucket.length, 'operation')}:`,
    ...bucket.trace.map((op, i) => `    ${String(i + 1).padStart(3)}  ${op}`),
    ...reachableLines(bucket),
    ...(bucket.file === undefined ? [] : [`    saved as ${bucket.file}`]),
  ]);
}

function reachableLines({ reachable, bootTrace }: CertificateBucket): string[] {
  if (reachable === undefined) return [];
  if (!bootTrace) return [`    ${reachable}`];
  return [
    `    reachable from boot in ${plural(bootTrace.length, 'operation')}:`,
    ...bootTrace.map((op, i) => `    ${String(i + 1).padStart(3)}  ${op}`),
  ];
}

function invariantLines({ invariants }: Certificate, chalk: ChalkInstance): string[] {
  if (!invariants) return [];
  const lines = invariants.flatMap(({ name, rule, holds, what, trace }) => {
    if (holds) return [`    ${chalk.green('holds')}     ${name}: ${rule}`];
    return [
      `    ${chalk.yellow('violated')}  ${name}: ${rule}; ${what}, after`,
      ...(trace ?? []).map((op, i) => `      ${String(i + 1).padStart(3)}  ${op}`),
    ];
  });
  return ['  invariants', ...lines];
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}
