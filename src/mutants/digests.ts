// SPDX-License-Identifier: GPL-2.0-only
/** Digests that say whether a score was measured on these traces, with these mutants. */

import { createHash } from 'node:crypto';
import type { Trace } from '../trace/index.js';
import { allMutants } from './catalogue.js';
import { EQUIVALENT } from './equivalents.js';

const DIGITS = 12;

/** A set of traces by what decides which mutants they kill; in whatever order they come. */
export class TraceSetDigest {
  private readonly digests: string[] = [];

  get count(): number {
    return this.digests.length;
  }

  add({ name, machine, ops }: Trace): void {
    this.digests.push(digestOf(JSON.stringify([name, machine, ops])));
  }

  get digest(): string {
    return digestOf(this.digests.toSorted().join('\n'));
  }
}

/** The mutants by name, and the reasons of equivalent ones. */
export function catalogueDigest(): string {
  return digestOf(
    allMutants()
      .map(({ name }) => `${name}: ${EQUIVALENT.get(name)?.reason ?? ''}`)
      .join('\n'),
  );
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGITS);
}
