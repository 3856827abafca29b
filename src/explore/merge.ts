// SPDX-License-Identifier: GPL-2.0-only
/**
 * Certificates of the parts of a search, joined. Each part starts with some of the first operations
 * and follows them as far as they lead, so parts overlap: their divergences and outcomes add up, their
 * counts of states do not.
 */

import type { Certificate, CertificateBucket } from '../result/index.js';
import { verdictOf, type WorldSummary } from './certificate.js';

export interface MergedCertificate {
  readonly format: 'pkvm-certificate-merge/1';
  readonly verdict: Certificate['verdict'];
  /** Every part is there and complete. */
  readonly complete: boolean;
  /** What is not. */
  readonly lacking: readonly string[];
  readonly implementations: readonly string[];
  readonly world: WorldSummary;
  readonly parts: readonly MergedPart[];
  /** Never met in any part, as `operation: outcome`. */
  readonly missing: readonly string[];
  /** Of all parts, each with its shortest trace. */
  readonly buckets: readonly CertificateBucket[];
}

export interface MergedPart {
  /** From 1. */
  readonly part: number;
  readonly states: number;
  readonly transitions: number;
  readonly complete: boolean;
  readonly digest: string;
}

/** Joins certificates, those of the same search with each other. */
export function mergeCertificates(certificates: readonly Certificate[]): MergedCertificate[] {
  const groups = new Map<string, Certificate[]>();
  for (const certificate of certificates) {
    const { implementations, compare, view, from, world, shard } = certificate;
    const count = shard?.count ?? 1;
    const key = JSON.stringify([implementations, compare, view, from, world, count]);
    const group = groups.get(key);
    if (group) group.push(certificate);
    else groups.set(key, [certificate]);
  }
  return [...groups.values()].map(mergeGroup);
}

export function mergedHasNew({ buckets }: MergedCertificate): boolean {
  return buckets.some(({ entry }) => entry === undefined);
}

function mergeGroup(group: readonly Certificate[]): MergedCertificate {
  const [first] = group;
  const count = first.shard?.count ?? 1;
  const byPart = new Map(group.map((certificate) => [certificate.shard?.index ?? 0, certificate]));
  const lacking: string[] = [];
  for (let part = 0; part < count; part++) {
    const found = byPart.get(part);
    if (!found) lacking.push(`part ${part + 1} of ${count} is missing`);
    else if (!found.complete) {
      lacking.push(`part ${part + 1} of ${count} stopped at ${found.limit ?? 'a limit'}`);
    }
  }
  const buckets = shortest(group.flatMap((certificate) => certificate.buckets));
  const missing = first.missing.filter((name) =>
    group.every((certificate) => certificate.missing.includes(name)),
  );
  const parts = [...byPart].sort(([a], [b]) => a - b);
  return {
    format: 'pkvm-certificate-merge/1',
    verdict: verdictOf(lacking.length === 0, buckets),
    complete: lacking.length === 0,
    lacking,
    implementations: first.implementations,
    world: first.world,
    parts: parts.map(([index, { states, transitions, complete, digest }]) => ({
      part: index + 1,
      states,
      transitions,
      complete,
      digest,
    })),
    missing,
    buckets,
  };
}

/** Each bucket once, with the shortest trace there is. */
function shortest(buckets: readonly CertificateBucket[]): CertificateBucket[] {
  const byName = new Map<string, CertificateBucket>();
  for (const bucket of buckets) {
    const known = byName.get(bucket.bucket);
    if (!known || bucket.length < known.length) byName.set(bucket.bucket, bucket);
  }
  return [...byName.values()];
}
