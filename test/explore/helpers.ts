// SPDX-License-Identifier: GPL-2.0-only
import type { CompareLevel } from '../../src/compare/lockstep.js';
import { type Explored, explored } from '../../src/explore/certificate/explored.js';
import type { View } from '../../src/explore/search/options.js';
import { type SearchOptions } from '../../src/explore/search/options.js';
import { Search } from '../../src/explore/search/search.js';
import { DEFAULT_WORLD, type WorldOptions } from '../../src/explore/world/options.js';
import { makeWorld } from '../../src/explore/world/world.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { findImplementation } from '../../src/implementations.js';

export function implementation(name: string): Implementation {
  const found = findImplementation(name);
  if (!found) throw new Error(`no implementation ${name}`);
  return found;
}

export const LEGACY_DIRECT = [implementation('legacy'), implementation('direct')] as const;

export interface Variation {
  readonly world?: Partial<WorldOptions>;
  readonly pair?: readonly [Implementation, Implementation];
  readonly level?: CompareLevel;
  readonly view?: View;
  readonly footprints?: boolean;
  readonly symmetry?: boolean;
  readonly invariants?: boolean;
}

export function search(variation: Variation = {}): Search {
  const { world, pair = LEGACY_DIRECT } = variation;
  const options: SearchOptions = {
    level: variation.level ?? 'exact',
    view: variation.view ?? 'exact',
    footprints: variation.footprints ?? true,
    symmetry: variation.symmetry ?? true,
    invariants: variation.invariants ?? false,
  };
  return new Search(makeWorld({ ...DEFAULT_WORLD, ...world }), pair, options);
}

/** Explores to the fixpoint. */
export async function explore(variation: Variation = {}): Promise<Explored> {
  const found = search(variation);
  found.advance(Number.POSITIVE_INFINITY);
  return explored(found, undefined, 1);
}
