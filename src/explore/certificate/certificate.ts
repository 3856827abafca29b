// SPDX-License-Identifier: GPL-2.0-only
/** What an exploration showed, in the form of the result document. */

import { outcomeText, UNDEFINED } from '../../hyp/outcome.js';
import type { Certificate, CertificateBucket } from '../../result/index.js';
import type { TransitionClass } from '../successors/classes.js';
import { missingWitnesses } from './witnesses.js';
import type { World } from '../world/world.js';

/** Outcomes met, by operation and outcome, with how often: `-EBUSY | -EPERM` where they differ. */
export type Outcomes = Certificate['outcomes'];

export type Reachability = NonNullable<CertificateBucket['reachable']>;
export type WorldSummary = Certificate['world'];

export function worldSummary(world: World): WorldSummary {
  const hex = (n: number) => `0x${n.toString(16)}`;
  return {
    ...world.options,
    ops: [...world.options.ops],
    pages: world.pages.map(hex),
    gfns: world.setup.length > 0 ? world.gfns.map(hex) : [],
    alphabet: world.actions.filter(({ name }) => name !== 'poke').length,
    setup: world.setup.length,
  };
}

/** Counts of transitions by operation and outcome. */
export function outcomesOf(
  world: World,
  classes: readonly TransitionClass[],
  hits: Float64Array,
): Outcomes {
  const outcomes: Record<string, Record<string, number>> = {};
  for (const op of world.options.ops) outcomes[op] = {};
  classes.forEach((cls, index) => {
    const { name } = world.actions[cls.action];
    const first = outcomeText(cls.first);
    const text = cls.first === cls.second ? first : `${first} | ${outcomeText(cls.second)}`;
    outcomes[name][text] = (outcomes[name][text] ?? 0) + (hits[index] ?? 0);
  });
  return outcomes;
}

/** Transitions that the model does not follow: they lead to no state, and were not compared. */
export function undefinedIn(outcomes: Outcomes): number {
  const name = outcomeText(UNDEFINED);
  return Object.values(outcomes)
    .flatMap((met) => Object.entries(met))
    .reduce((sum, [text, times]) => sum + (text.split(' | ').includes(name) ? times : 0), 0);
}

/** Why a search that met such transitions is not complete. */
export function undefinedText(transitions: number): string | undefined {
  if (transitions === 0) return undefined;
  return `${transitions} ${transitions === 1 ? 'transition that is' : 'transitions that are'} undefined`;
}

/** The verdict of what was tried. */
export function verdictOf(complete: boolean, buckets: readonly unknown[]): Certificate['verdict'] {
  if (buckets.length > 0) return 'diverged';
  return complete ? 'equivalent' : 'inconclusive';
}

export function vacuity(world: World, outcomes: Outcomes): { vacuous: boolean; missing: string[] } {
  const missing = missingWitnesses(world, outcomes);
  return { vacuous: missing.length > 0, missing };
}
