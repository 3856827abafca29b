// SPDX-License-Identifier: GPL-2.0-only
/** Certificates of several documents as those of one: of one world, each search of it once. */

import type { Problem } from '../input/problem.js';
import { byKey } from './merge_sums.js';
import type { Part } from './part.js';
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
  return byKey(placed, ({ certificate }) => searchOf(certificate)).flatMap(doubled);
}

/** What all certificates must have in common, by its name. */
function commonOf({ from, view, compare, world }: Certificate): [string, string][] {
  const { debug: _debug, ...bounds } = world;
  return [
    ['level', compare],
    ['view', view],
    ['start', from],
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

/** What tells the searches of one world apart. */
function searchOf({ implementations, world }: Certificate): string {
  return `${implementations.join(' and ')}, debug ${world.debug ? 'on' : 'off'}`;
}

/** Two certificates of one search. */
function doubled(same: readonly Placed[]): Problem[] {
  const [{ file: other, certificate }, ...more] = same;
  const name = searchOf(certificate);
  return more.map(({ file }) => ({ file, message: `${name} is in ${other} too` }));
}

/** All certificates, in the order of their documents. */
export function joinCertificates(documents: readonly ResultDocument[]): Certificate[] {
  return documents.flatMap((document) => document.certificates ?? []);
}
