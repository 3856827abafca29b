// SPDX-License-Identifier: GPL-2.0-only
/**
 * Random variants of the six transitions, judged in pairs by the prover and by exploring every
 * constructed state of small worlds. They never contradict: what differs there satisfies a condition,
 * and what is proved equal never differs. Both judge a transition of a pair on its own, once, however
 * many pairs have it, and all variants run on machines that are booted once.
 */
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/branches/index.js';
import { STEP_EQUAL } from '../../src/compare/lockstep.js';
import { ConstructedSearch } from '../../src/explore/search/constructed.js';
import { actionsOf } from '../../src/explore/world/actions.js';
import { DEFAULT_WORLD } from '../../src/explore/world/options.js';
import { makeWorld, type World } from '../../src/explore/world/world.js';
import { Random } from '../../src/fuzz/random.js';
import type { Implementation, TransitionHelpers, Transitions } from '../../src/hyp/transitions.js';
import type { Condition } from '../../src/prove/conditions.js';
import { conditionOf, Observer, partingOf } from '../../src/prove/observed.js';
import { Prover } from '../../src/prove/theorem.js';
import { type Variant, Variants } from './variants.js';

const PAIRS = 2000;
/** Pairs that the search itself explores too, with all its other operations. */
const SEARCHED = 10;

const REGION = { pfn: 0x40000, pages: 1536, nomap: false };
/** Pages boot itself takes from a pool on this machine, and pages to spare. */
const NONE_LEFT = 4;
const PLENTY = 64;

/** A page in each state: where tables are there, and where they are not and a pool is empty. */
const WORLDS = [
  worldOf(0x40100, PLENTY, PLENTY),
  worldOf(0x40300, NONE_LEFT, PLENTY),
  worldOf(0x40300, PLENTY, NONE_LEFT),
];

const EXACT = {
  level: 'exact',
  view: 'exact',
  footprints: false,
  symmetry: false,
  invariants: false,
} as const;

function worldOf(pfn: number, hpool_pages: number, host_s2_pages: number): World {
  const options = { ...DEFAULT_WORLD, pages: 1, vms: 0, maxPins: 1, ranges: 1 };
  const world = makeWorld(options);
  const machine = {
    ...world.machine,
    memory: [REGION],
    carveout: { pfn: REGION.pfn, hpool_pages, host_s2_pages },
  };
  const actions = actionsOf(world.options, [pfn], [], machine);
  return { ...world, machine, pages: [pfn], actions };
}

/** One side of the machines: whichever variant is its turn. */
class Side {
  readonly observer = new Observer();
  readonly implementation: Implementation;
  turn: Implementation | undefined;

  constructor(name: string) {
    this.implementation = this.observer.around({
      name,
      description: 'variants in turn',
      create: (mm) => this.create(mm),
    });
  }

  private create(mm: TransitionHelpers): Transitions {
    const made = new Map<Implementation, Transitions>();
    const now = (): Transitions => {
      if (!this.turn) throw new Error('no variant has its turn');
      const one = made.get(this.turn) ?? this.turn.create(mm);
      made.set(this.turn, one);
      return one;
    };
    const run = (name: keyof Transitions) => (pfn: number, nr: number) => now()[name](pfn, nr);
    return Object.fromEntries(OPERATIONS.map((one) => [one, run(one)])) as unknown as Transitions;
  }
}

type VariantPair = readonly [Variant, Variant];

/** Does a transition of a pair differ in a constructed state, and is there a condition for it? */
interface Judged {
  readonly conditions: readonly Condition[];
  readonly differs: boolean;
  /** Actions in which the two part and no condition holds. */
  readonly uncovered: readonly string[];
}

class Judges {
  private readonly prover = new Prover();
  private readonly sides = [new Side('first'), new Side('second')] as const;
  private readonly searches: readonly ConstructedSearch[];
  private readonly known = new Map<string, Judged>();

  /** @param kept what is kept of a theorem's conditions */
  constructor(private readonly kept = (all: readonly Condition[]) => all) {
    const pair = [this.sides[0].implementation, this.sides[1].implementation] as const;
    this.searches = WORLDS.map((world) => new ConstructedSearch(world, pair, EXACT));
  }

  judge(pair: VariantPair): Judged {
    const name = pair.map(({ implementation }) => implementation.name).join();
    const judged = this.known.get(name) ?? this.judgeAfresh(pair);
    this.known.set(name, judged);
    return judged;
  }

  private judgeAfresh([first, second]: VariantPair): Judged {
    const pair = [first.implementation, second.implementation] as const;
    const conditions = this.kept(this.prover.prove(pair, [false]).conditions);
    const uncovered: string[] = [];
    let differs = false;
    this.sides.forEach((side, i) => (side.turn = pair[i]));
    for (const { executor, expander, roots, world } of this.searches) {
      for (const [action, { name, text }] of world.actions.entries()) {
        if (name !== first.operation) continue;
        for (const root of roots) {
          for (const { observer } of this.sides) observer.runs.length = 0;
          const [{ step }] = executor.execute([{ action, ids: expander.idsOf(root) }], false);
          const parting = partingOf(this.sides[0].observer.runs, this.sides[1].observer.runs);
          if (step !== STEP_EQUAL) differs = true;
          const isCovered = parting && conditionOf(parting, conditions, false);
          if ((parting || step !== STEP_EQUAL) && !isCovered) uncovered.push(`${text}, ${root}`);
        }
      }
    }
    return { conditions, differs, uncovered };
  }
}

/** Both sides' variants of the six; each transition differs in one pair of three. */
function randomPair(variants: Variants, random: Random): VariantPair[] {
  return OPERATIONS.map((operation) => {
    const first = variants.next(operation);
    return [first, random.below(3) === 0 ? variants.next(operation) : first];
  });
}

/** One side of a pair as an implementation. */
function joined(pair: readonly VariantPair[], side: 0 | 1): Implementation {
  return {
    name: `side ${side}`,
    description: 'six variants',
    create: (mm) =>
      Object.fromEntries(
        pair.map((both) => {
          const { operation, implementation } = both[side];
          return [operation, implementation.create(mm)[operation]];
        }),
      ) as unknown as Transitions,
  };
}

/** Does the whole search find a difference between the two? */
function isFound(pair: readonly VariantPair[]): boolean {
  return WORLDS.some((world) => {
    const search = new ConstructedSearch(world, [joined(pair, 0), joined(pair, 1)], EXACT);
    while (!search.isComplete) search.advance(100);
    return search.findings.length > 0;
  });
}

describe('two thousand random pairs of variants', () => {
  it('are judged alike by the prover and by exploring every constructed state', () => {
    const random = new Random(2025, 0, 0);
    const variants = new Variants(random);
    const judges = new Judges();
    const counts = { differing: 0, equal: 0, notMet: 0 };
    for (let n = 0; n < PAIRS; n++) {
      const pair = randomPair(variants, random);
      const judged = pair.map((both) => judges.judge(both));
      const differs = judged.some((one) => one.differs);
      const isEqual = judged.every(({ conditions }) => conditions.length === 0);
      expect(
        judged.flatMap(({ uncovered }) => uncovered),
        `pair ${n}`,
      ).toEqual([]);
      if (n < SEARCHED) expect(isFound(pair), `pair ${n}`).toBe(differs);
      if (differs) counts.differing++;
      else if (isEqual) counts.equal++;
      else counts.notMet++;
    }
    expect(counts.differing).toBeGreaterThan(PAIRS / 4);
    expect(counts.equal).toBeGreaterThan(PAIRS / 20);
  }, 900_000);

  it('contradict a prover that forgets a condition', () => {
    const random = new Random(2025, 1, 0);
    const variants = new Variants(random);
    const judges = new Judges((conditions) => conditions.slice(1));
    const pairs = Array.from({ length: 20 }, () => randomPair(variants, random)).flat();
    const uncovered = pairs.flatMap((both) => judges.judge(both).uncovered);
    expect(uncovered.length).toBeGreaterThan(0);
  }, 120_000);
});
