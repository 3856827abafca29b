// SPDX-License-Identifier: GPL-2.0-only
/** How mutants fare against evidence other than traces: a world explored, and a fuzz budget. */

import { Search } from '../explore/search/search.js';
import { SetupDivergence } from '../explore/world/boot.js';
import { DEFAULT_WORLD } from '../explore/world/options.js';
import { makeWorld } from '../explore/world/world.js';
import { BATCH_RUNS, runBatch } from '../fuzz/batch.js';
import type { Implementation } from '../hyp/transitions.js';
import { type Candidate, steerTo } from '../prove/search/steered.js';
import { Settled } from '../prove/settle.js';
import { type ConstructedCase, runWorlds } from '../prove/settled.js';
import type { Prover } from '../prove/theorem.js';
import { decompileOp, madeTrace, opText } from '../trace/index.js';
import type { KillMatrix } from './types.generated.js';

/** States expanded between two looks at what was found. */
const STATES_AT_A_TIME = 200;
/** States of each small machine in which a condition of a mutant is searched for, one after the other. */
const MOST_STATES = 200;
/** The first batch of huge machines, which cost seconds; fuzzing mutants leaves it out. */
const HUGE_BATCH = 2;

/**
 * Explores the default world until base and mutant differ, with debug off and then on. Operations
 * to the difference; undefined if there is none: the two are equivalent in this world.
 */
export function exploreKill(base: Implementation, mutant: Implementation): number | undefined {
  for (const debug of [false, true]) {
    const found = exploreOne(base, mutant, debug);
    if (found !== undefined) return found;
  }
  return undefined;
}

function exploreOne(
  base: Implementation,
  mutant: Implementation,
  debug: boolean,
): number | undefined {
  const world = makeWorld({ ...DEFAULT_WORLD, debug });
  try {
    const search = new Search(world, [base, mutant], {
      level: 'exact',
      view: 'exact',
      footprints: true,
      symmetry: false,
      invariants: false,
    });
    while (!search.isComplete && search.findings.length === 0) search.advance(STATES_AT_A_TIME);
    const [finding] = search.findings;
    return finding && search.pathTo(finding.state).length + 1;
  } catch (error) {
    if (error instanceof SetupDivergence) return error.ops;
    throw error;
  }
}

/**
 * Proves what can be proved of base and mutant. `found`: the conditions under which they differ;
 * undefined if there is none that can come up.
 * @param makesTrace a trace is wanted, for nothing else kills it
 */
export function proveKill(
  prover: Prover,
  base: Implementation,
  mutant: Implementation,
  makesTrace: boolean,
): { readonly found: ProveKill | undefined; readonly milliseconds: number } {
  const pair = [base, mutant] as const;
  const start = performance.now();
  const settled = new Settled(prover.prove(pair), pair);
  const milliseconds = performance.now() - start;
  return { found: killOf(settled, pair, makesTrace), milliseconds };
}

function killOf(settled: Settled, pair: Pair, makesTrace: boolean): ProveKill | undefined {
  const conditions = new Set(settled.unwitnessed.map(({ condition }) => condition)).size;
  if (conditions === 0) return undefined;
  const found = makesTrace ? (fromBoot(settled, pair) ?? constructed(settled, pair)) : undefined;
  if (found === undefined) return { conditions };
  const operations = found.ops.map((op) => opText(decompileOp(op)));
  return { conditions, operations, debug: found.debug };
}

type Pair = readonly [Implementation, Implementation];

/** The trace to a condition that a search from boot finds first. */
function fromBoot(settled: Settled, pair: Pair): ConstructedCase | undefined {
  for (const target of settled.unreached) {
    const { debug } = target.condition;
    let found: ConstructedCase | undefined;
    const accept = (candidate: Candidate) => {
      const { machine, ops } = candidate;
      const source = ops.map(decompileOp);
      const trace = madeTrace({ name: 'found', machine, source, file: 'found.json' });
      const isIt = settled.replay(trace, debug).includes(target.case);
      if (isIt) found = { machine, ops, debug };
      return isIt;
    };
    steerTo(pair, target, accept, MOST_STATES);
    if (found) return found;
  }
  return undefined;
}

/** The shortest trace to a condition from a constructed state. */
function constructed(settled: Settled, pair: Pair): ConstructedCase | undefined {
  const made: ConstructedCase[] = [];
  runWorlds(settled, pair, (found) => made.push(found));
  return made.toSorted((a, b) => a.ops.length - b.ops.length).at(0);
}

type ProveKill = NonNullable<KillMatrix['mutants'][number]['prove']>;

/** Fuzzes base against mutant; the shortest finding's operations, undefined if there is none. */
export function fuzzKill(
  base: Implementation,
  mutant: Implementation,
  seed: number,
  runs: number,
): number | undefined {
  const campaign = { first: base, second: mutant, seed, misuse: false, corpus: [] };
  const batches = Math.ceil(runs / BATCH_RUNS);
  for (let batch = 0, done = 0; done < batches; batch++) {
    if (batch === HUGE_BATCH) continue;
    done++;
    const { findings } = runBatch(campaign, batch);
    if (findings.length > 0) return Math.min(...findings.map(({ ops }) => ops.length));
  }
  return undefined;
}
