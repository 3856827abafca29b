// SPDX-License-Identifier: GPL-2.0-only
/** Certificates of several documents as those of one: of one world, each part of it once. */

import type { Problem } from '../input/problem.js';
import type { Part } from './merge_checks.js';
import { byKey } from './merge_sums.js';
import type { Certificate, ResultDocument } from './types.generated.js';

interface Placed {
  readonly file: string;
  readonly certificate: Certificate;
}

/** Why the certificates of some parts do not belong together. */
export function certificateProblems(parts: readonly Part[]): Problem[] {
  const placed = parts.flatMap(({ file, document }) =>
    (document.certificates ?? []).map((certificate) => ({ file, certificate })),
  );
  const [first, ...rest] = placed;
  if (first === undefined) return [];
  const others = rest.flatMap((one) => differences(one, first));
  if (others.length > 0) return others;
  return byKey(placed, ({ certificate }) => searchOf(certificate)).flatMap(shardProblems);
}

/** What all certificates must have in common, by its name. */
function commonOf({ from, view, compare, world, shard }: Certificate): [string, string][] {
  const { debug: _debug, ...bounds } = world;
  return [
    ['level', compare],
    ['view', view],
    ['start', from],
    ['number of shards', String(shard?.count ?? 1)],
    ...Object.entries(bounds).map(([name, value]): [string, string] => [
      `world (${name})`,
      Array.isArray(value) ? value.join(' ') : String(value),
    ]),
  ];
}

function differences({ file, certificate }: Placed, first: Placed): Problem[] {
  const theirs = new Map(commonOf(first.certificate));
  return commonOf(certificate).flatMap(([name, value]) => {
    const other = theirs.get(name) ?? '';
    if (other === value) return [];
    return [{ file, message: `another ${name} than in ${first.file}: ${value}, there ${other}` }];
  });
}

/** What is the same in all parts of one search, and in no other. */
function searchOf({ implementations, world }: Certificate): string {
  return `${implementations.join(' and ')}, debug ${world.debug ? 'on' : 'off'}`;
}

function shardProblems(same: readonly Placed[]): Problem[] {
  const problems: Problem[] = [];
  const files = new Map<number, string>();
  const name = searchOf(same[0].certificate);
  const of = same[0].certificate.shard?.count ?? 1;
  for (const { file, certificate } of same) {
    const index = certificate.shard?.index ?? 0;
    const other = files.get(index);
    files.set(index, file);
    if (other === undefined) continue;
    const part = of === 1 ? name : `${name}, part ${index + 1} of ${of}`;
    problems.push({ file, message: `${part} is in ${other} too` });
  }
  const missing: string[] = [];
  for (let index = 0; index < of; index++) {
    if (!files.has(index)) missing.push(`${index + 1} of ${of}`);
  }
  if (missing.length > 0) {
    problems.push({ file: same[0].file, message: `${name}: missing: part ${missing.join(', ')}` });
  }
  return problems;
}

/** All certificates, parts of one search together. What one part met, the others need not. */
export function joinCertificates(documents: readonly ResultDocument[]): Certificate[] {
  const certificates = documents.flatMap((document) => document.certificates ?? []);
  return byKey(certificates, searchOf).flatMap((same) => {
    const missing = same[0].missing.filter((name) =>
      same.every((certificate) => certificate.missing.includes(name)),
    );
    return same
      .toSorted((a, b) => (a.shard?.index ?? 0) - (b.shard?.index ?? 0))
      .map((certificate) => ({ ...certificate, missing, vacuous: missing.length > 0 }));
  });
}
