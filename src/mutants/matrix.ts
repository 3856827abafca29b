// SPDX-License-Identifier: GPL-2.0-only
/** The kill matrix: every mutant against every kind of evidence that was asked for. */

import type { Implementation } from '../hyp/transitions.js';
import type { Trace } from '../trace/index.js';
import { EQUIVALENT } from './equivalents.js';
import { exploreKill, fuzzKill } from './evidence.js';
import { type Kill, killOf } from './killing.js';
import type { Mutant } from './mutation.js';
import { seeded } from './seeded.js';

/** What else than traces mutants are run against. */
export interface Evidence {
  readonly explores: boolean;
  /** Runs of the fuzzer; 0 for none. */
  readonly fuzzRuns: number;
  readonly seed: number;
}

export interface Row {
  readonly mutant: Mutant;
  /** Why no trace can kill it; undefined for all that one can. */
  readonly equivalent: string | undefined;
  readonly trace: Kill | undefined;
  /** Operations it took; null if it did not kill, undefined if it was not asked for. */
  readonly explore?: number | null;
  readonly fuzz?: number | null;
}

/** @param traces sorted by `shortestFirst` */
export function rowOf(
  mutant: Mutant,
  base: Implementation,
  traces: readonly Trace[],
  { explores, fuzzRuns, seed }: Evidence,
): Row {
  const wrong = seeded(base, mutant);
  return {
    mutant,
    equivalent: EQUIVALENT.get(mutant.name),
    trace: killOf(base, wrong, traces),
    ...(explores ? { explore: exploreKill(base, wrong) ?? null } : {}),
    ...(fuzzRuns > 0 ? { fuzz: fuzzKill(base, wrong, seed, fuzzRuns) ?? null } : {}),
  };
}

/** Mutants that count, and how many of them each kind of evidence killed. */
export interface Score {
  readonly mutants: number;
  readonly equivalent: number;
  readonly traces: number;
  readonly explore?: number;
  readonly fuzz?: number;
}

export function scoreOf(rows: readonly Row[]): Score {
  const counting = rows.filter(({ equivalent }) => equivalent === undefined);
  const kills = (isKilled: (row: Row) => boolean) => counting.filter(isKilled).length;
  const has = (key: 'explore' | 'fuzz') => rows.some((row) => row[key] !== undefined);
  return {
    mutants: counting.length,
    equivalent: rows.length - counting.length,
    traces: kills(({ trace }) => trace !== undefined),
    ...(has('explore') ? { explore: kills(({ explore }) => typeof explore === 'number') } : {}),
    ...(has('fuzz') ? { fuzz: kills(({ fuzz }) => typeof fuzz === 'number') } : {}),
  };
}
