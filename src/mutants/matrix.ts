// SPDX-License-Identifier: GPL-2.0-only
/** The kill matrix: every mutant against every kind of evidence that was asked for. */

import type { Implementation } from '../hyp/transitions.js';
import type { Trace } from '../trace/index.js';
import { EQUIVALENT } from './equivalents.js';
import type { Prover } from '../prove/theorem.js';
import { exploreKill, fuzzKill, proveKill } from './evidence.js';
import { type Kill, killOf } from './killing.js';
import type { Mutant } from './mutation.js';
import { prove } from './proof.js';
import { seeded } from './seeded.js';
import type { KillMatrix, Score } from './types.generated.js';

/** What else than traces mutants are run against. */
export interface Evidence {
  readonly explores: boolean;
  /** Runs of the fuzzer; 0 for none. */
  readonly fuzzRuns: number;
  readonly seed: number;
}

export interface Row {
  readonly mutant: Mutant;
  /** Why no trace can kill it, and what showed that; undefined for all that one can. */
  readonly equivalent: KillMatrix['mutants'][number]['equivalent'];
  readonly trace: Kill | undefined;
  /** What is proved of it; null if no condition can come up. */
  readonly prove: NonNullable<KillMatrix['mutants'][number]['prove']> | null;
  /** How long that took, in milliseconds, without a trace to it. */
  readonly proveTime: number;
  /** Operations it took; null if it did not kill, undefined if it was not asked for. */
  readonly explore?: number | null;
  readonly fuzz?: number | null;
}

/** @param traces sorted by `shortestFirst` */
export function rowOf(
  prover: Prover,
  mutant: Mutant,
  base: Implementation,
  traces: readonly Trace[],
  { explores, fuzzRuns, seed }: Evidence,
): Row {
  const wrong = seeded(base, mutant);
  const trace = killOf(base, wrong, traces);
  const proved = proveKill(prover, base, wrong, trace === undefined);
  return {
    mutant,
    equivalent: equivalence(mutant, base, wrong),
    trace,
    prove: proved.found ?? null,
    proveTime: proved.milliseconds,
    ...(explores ? { explore: exploreKill(base, wrong) ?? null } : {}),
    ...(fuzzRuns > 0 ? { fuzz: fuzzKill(base, wrong, seed, fuzzRuns) ?? null } : {}),
  };
}

/** Shows an equivalent mutant to be one; undefined for one that is not, whatever the catalogue says. */
function equivalence(
  mutant: Mutant,
  base: Implementation,
  wrong: Implementation,
): Row['equivalent'] {
  const claimed = EQUIVALENT.get(mutant.name);
  if (!claimed) return undefined;
  const { equivalent, states, transitions } = prove(base, wrong, claimed.world);
  return equivalent ? { reason: claimed.reason, states, transitions } : undefined;
}

export function scoreOf(rows: readonly Row[]): Score {
  const counting = rows.filter(({ equivalent }) => equivalent === undefined);
  const kills = (isKilled: (row: Row) => boolean) => counting.filter(isKilled).length;
  const has = (key: 'explore' | 'fuzz') => rows.some((row) => row[key] !== undefined);
  return {
    mutants: counting.length,
    equivalent: rows.length - counting.length,
    traces: kills(({ trace }) => trace !== undefined),
    prove: kills(({ prove }) => prove !== null),
    ...(has('explore') ? { explore: kills(({ explore }) => typeof explore === 'number') } : {}),
    ...(has('fuzz') ? { fuzz: kills(({ fuzz }) => typeof fuzz === 'number') } : {}),
  };
}
