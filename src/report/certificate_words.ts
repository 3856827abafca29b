// SPDX-License-Identifier: GPL-2.0-only
/** What every report says of a certificate in the same words. */

import type { Certificate, CertificateBucket, Invariant } from '../result/index.js';
import { count, number } from './words.js';

/** `legacy and direct, debug off` */
export function certificateTitle({ implementations, world }: Certificate): string {
  return `${implementations.join(' and ')}, debug ${world.debug ? 'on' : 'off'}`;
}

/** `good`: nothing new, everything tried. `bad`: something new. `open`: not everything was tried. */
export type Standing = 'good' | 'known' | 'bad' | 'open';

export function standingOf({ complete, buckets }: Certificate): Standing {
  if (buckets.some(({ entry }) => entry === undefined)) return 'bad';
  if (!complete) return 'open';
  return buckets.length > 0 ? 'known' : 'good';
}

/** What came out, in one sentence. */
export function certificateVerdict(certificate: Certificate): string {
  const { vacuous, missing } = certificate;
  const suffix = vacuous ? `; vacuous: ${count(missing.length, 'outcome')} never met` : '';
  return cameOut(certificate) + suffix;
}

function cameOut(certificate: Certificate): string {
  const { complete, limit, buckets, from, frontier } = certificate;
  const known = buckets.filter(({ entry }) => entry !== undefined).length;
  const where = from === 'all' ? 'from every constructed state' : 'in this world';
  const stopped = `stopped at ${limit ?? 'a limit'}`;
  if (!complete) {
    const left = `${stopped}, ${count(frontier, 'state')} not expanded yet`;
    if (buckets.length === 0) return `inconclusive: ${left}`;
    return `diverged: ${causesText(buckets.length, known)} so far; ${left}`;
  }
  if (buckets.length === 0) return `equivalent ${where}`;
  const beyond = buckets.some(partsWays) ? '; nothing is said of what follows them' : '';
  if (known === buckets.length) {
    return `equivalent ${where} but for the known differences${beyond}`;
  }
  return `diverged: ${causesText(buckets.length, known)}, this is every divergence ${where.replace('in', 'of')}${beyond}`;
}

/** `1 new cause`, `2 new and 1 known causes` */
function causesText(all: number, known: number): string {
  const parts = [
    ...(all > known ? [`${number(all - known)} new`] : []),
    ...(known > 0 ? [`${number(known)} known`] : []),
  ];
  return `${parts.join(' and ')} ${all === 1 ? 'cause' : 'causes'}`;
}

/** There is no one state to go on from after it. */
function partsWays({ outcomes, columns }: CertificateBucket): boolean {
  return (
    columns.length > 0 ||
    outcomes.some((outcome) => Number.isNaN(Number(outcome)) && !outcome.startsWith('-'))
  );
}

/** What the certificate is about and what it stands on, as labels and texts. */
export function certificateFacts(certificate: Certificate): [label: string, text: string][] {
  const { from, states, depth, transitions, executed, digest, symmetry } = certificate;
  const facts: [string, string][] = [
    ['world', worldText(certificate)],
    ...(from === 'all'
      ? [['from', 'every constructed state of the pages, one operation deep'] as [string, string]]
      : []),
    ['compared', `${certificate.compare}, states told apart by ${viewText(certificate)}`],
    ['states', `${number(states)}, depth ${depth}${frontierText(certificate)}`],
  ];
  if (symmetry) {
    facts.push([
      'symmetry',
      `${symmetry.renamings.join(', ')}: ${number(symmetry.kept)} states kept`,
    ]);
  }
  facts.push(
    ['transitions', `${number(transitions)}, ${number(executed)} of them executed`],
    ['graph digest', digest === '' ? 'none: nothing was explored' : digest],
    ['witnesses', witnessText(certificate)],
    ['time', `${certificate.seconds.toFixed(2)} s, ${rateText(certificate)}`],
  );
  return facts;
}

function worldText({ world }: Certificate): string {
  const { pages, gfns, vms, place, maxPins, ranges, alphabet } = world;
  const guests =
    gfns.length > 0 ? `, ${count(vms, 'VM')} with ${count(gfns.length, 'guest frame')}` : '';
  return (
    `pages ${pages.join(' ')} (${place})${guests}, pins up to ${maxPins}, ` +
    `ranges 0 to ${ranges}; ${count(alphabet, 'operation')} tried in every state`
  );
}

function viewText({ view }: Certificate): string {
  return view === 'exact' ? 'every word' : 'ownership only: coarser than what is compared';
}

function frontierText({ complete, frontier }: Certificate): string {
  return complete ? ', all of them expanded' : `; ${number(frontier)} not expanded yet`;
}

function witnessText({ vacuous, missing }: Certificate): string {
  if (!vacuous) return 'every outcome that an operation can have here was met';
  return `vacuous: never met ${missing.join(', ')}`;
}

function rateText({ transitions, states, seconds, bytes }: Certificate): string {
  const rate = transitions / Math.max(seconds, 1e-3) / 1e6;
  return `${rate.toFixed(2)} million transitions/s, ${Math.round(bytes / Math.max(1, states))} bytes a state`;
}

/** Each operation with its outcomes and how often they were met. */
export function outcomeFacts({ outcomes }: Certificate): [op: string, text: string][] {
  return Object.entries(outcomes).map(([op, met]) => {
    const texts = Object.entries(met).map(([outcome, n]) => `${outcome} x ${number(n)}`);
    return [op, texts.join(', ') || 'never tried'];
  });
}

/** `44,550 transitions; shortest trace 7 operations` */
export function shortestText({ transitions, length }: CertificateBucket): string {
  return `${count(transitions, 'transition')}; shortest trace ${count(length, 'operation')}`;
}

/** Of a divergence from a constructed state: whether the world gets there. */
export function reachableText({ reachable, bootTrace }: CertificateBucket): string | undefined {
  if (!bootTrace) return reachable;
  return `reachable from boot in ${count(bootTrace.length, 'operation')}`;
}

/** `violated: NAME: RULE; page 0x40100, after 2 operations` */
export function invariantText({ name, rule, holds, what, trace = [] }: Invariant): string {
  if (holds) return `holds: ${name}: ${rule}`;
  return `violated: ${name}: ${rule}; ${what}, after ${count(trace.length, 'operation')}`;
}
