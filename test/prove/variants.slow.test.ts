// SPDX-License-Identifier: GPL-2.0-only
/**
 * Random variants of the six transitions (checks dropped, swapped, made later; changes swapped), judged
 * in pairs by the prover and by exploring every constructed state of a small world. They never
 * contradict: what differs there satisfies a condition, and what is proved equal never differs.
 */
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/branches/index.js';
import { ConstructedSearch } from '../../src/explore/search/constructed.js';
import { DEFAULT_WORLD } from '../../src/explore/world/options.js';
import { makeWorld } from '../../src/explore/world/world.js';
import { Random } from '../../src/fuzz/random.js';
import { __hyp_va, wrapVirt } from '../../src/hyp/numbers.js';
import { EBUSY } from '../../src/hyp/outcome.js';
import { PAGE_HYP, pkvm_mkstate } from '../../src/hyp/page_state.js';
import { WARN_ON } from '../../src/hyp/panic.js';
import type { Implementation, TransitionHelpers, Transitions } from '../../src/hyp/transitions.js';
import { conditionOf, Observer, partingOf } from '../../src/prove/observed.js';
import { Prover } from '../../src/prove/theorem.js';

type Step = (mm: TransitionHelpers, pfn: number, nr: number) => number;

const OWNED = 0;
const SHARED_OWNED = 1;
const SHARED_BORROWED = 2;
const NOPAGE = 4;

const host =
  (state: number): Step =>
  (mm, pfn, nr) =>
    mm.__host_check_page_state_range(pfn, nr, state);
const hyp =
  (state: number): Step =>
  (mm, pfn, nr) =>
    mm.__hyp_check_page_state_range(__hyp_va(pfn), nr, state);
const unused: Step = (mm, pfn) => (mm.hyp_page_count(__hyp_va(pfn)) !== 0 ? -EBUSY : 0);
const set =
  (state: number): Step =>
  (mm, pfn, nr) =>
    mm.__host_set_page_state_range(pfn, nr, state);
const owner =
  (id: number): Step =>
  (mm, pfn, nr) =>
    mm.host_stage2_set_owner_locked(pfn, nr, id);
const map =
  (state: number): Step =>
  (mm, pfn, nr) => {
    const virt = __hyp_va(pfn);
    return mm.pkvm_create_mappings_locked(virt, wrapVirt(virt + nr), pkvm_mkstate(PAGE_HYP, state));
  };
const unmap: Step = (mm, pfn, nr) => (mm.kvm_pgtable_hyp_unmap(__hyp_va(pfn), nr) === nr ? 0 : -1);

/** Checks and changes of each transition, as in the model text. */
const PARTS: Readonly<Record<keyof Transitions, readonly [readonly Step[], readonly Step[]]>> = {
  __pkvm_host_share_hyp: [
    [host(OWNED), hyp(NOPAGE)],
    [set(SHARED_OWNED), map(SHARED_BORROWED)],
  ],
  __pkvm_host_unshare_hyp: [
    [host(SHARED_OWNED), hyp(SHARED_BORROWED), unused],
    [set(OWNED), unmap],
  ],
  __pkvm_host_donate_hyp: [
    [host(OWNED), hyp(NOPAGE)],
    [owner(1), map(OWNED)],
  ],
  __pkvm_hyp_donate_host: [
    [hyp(OWNED), host(NOPAGE)],
    [unmap, owner(0)],
  ],
  __pkvm_host_share_ffa: [[host(OWNED)], [set(SHARED_OWNED)]],
  __pkvm_host_unshare_ffa: [[host(SHARED_OWNED)], [set(OWNED)]],
};

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  const out: T[] = [];
  while (left.length > 0) out.push(...left.splice(random.below(left.length), 1));
  return out;
}

interface Steps {
  readonly checks: readonly Step[];
  readonly changes: readonly Step[];
  /** Checks that are made after the changes. */
  readonly late: readonly Step[];
}

type All = ReadonlyMap<keyof Transitions, Steps>;

/** Some checks dropped, one made late, the rest in some order. */
function rolled(operation: keyof Transitions, random: Random): Steps {
  const [checks, changes] = PARTS[operation];
  const kept = shuffled(checks, random).filter(() => random.below(5) > 0);
  const late = random.below(6) === 0 ? kept.splice(0, 1) : [];
  return { checks: kept, changes: shuffled(changes, random), late };
}

function variant(name: string, steps: All): Implementation {
  return {
    name,
    description: 'a random variant',
    create(mm) {
      const run = (operation: keyof Transitions) => (pfn: number, pages: number) => {
        const { checks, changes, late } = steps.get(operation) ?? NO_STEPS;
        const nr = operation.endsWith('share_hyp') ? 1 : pages;
        mm.host_lock_component();
        mm.hyp_lock_component();
        let ret = 0;
        for (const check of checks) ret ||= check(mm, pfn, nr);
        if (ret === 0) {
          for (const change of changes) WARN_ON(change(mm, pfn, nr) !== 0);
          for (const check of late) ret ||= check(mm, pfn, nr);
        }
        mm.hyp_unlock_component();
        mm.host_unlock_component();
        return ret;
      };
      return Object.fromEntries(OPERATIONS.map((one) => [one, run(one)])) as unknown as Transitions;
    },
  };
}

const NO_STEPS: Steps = { checks: [], changes: [], late: [] };
const PAIRS = 2000;
const WORLD = makeWorld({ ...DEFAULT_WORLD, pages: 1, vms: 0, maxPins: 1, ranges: 1 });
const SMALL = {
  ...WORLD,
  machine: {
    ...WORLD.machine,
    memory: [{ pfn: 0x40000, pages: 512, nomap: false }],
    carveout: { pfn: 0x40000, hpool_pages: 16, host_s2_pages: 16 },
  },
};

describe('two thousand random pairs of variants', () => {
  it('are judged alike by the prover and by exploring every constructed state', () => {
    const random = new Random(2025, 0, 0);
    let differing = 0;
    let equal = 0;
    for (let n = 0; n < PAIRS; n++) {
      const steps: All = new Map(OPERATIONS.map((one) => [one, rolled(one, random)]));
      const again = OPERATIONS[random.below(OPERATIONS.length)];
      const others = new Map(steps).set(again, rolled(again, random));
      const pair = [variant(`a${n}`, steps), variant(`b${n}`, others)] as const;
      const { conditions } = new Prover().prove(pair, [false]);
      const observers = [new Observer(), new Observer()] as const;
      const search = new ConstructedSearch(
        SMALL,
        [observers[0].around(pair[0]), observers[1].around(pair[1])],
        {
          level: 'exact',
          view: 'exact',
          footprints: false,
          symmetry: false,
          invariants: false,
        },
      );
      while (!search.isComplete) {
        observers.forEach(({ runs }) => runs.splice(0));
        search.advance(1);
        // Both sides run each action in turn; what they did is told apart by its order.
        const [first, second] = observers.map(({ runs }) => runs);
        for (let i = 0; i < first.length; i++) {
          const parting = partingOf([first[i]], [second[i]]);
          if (!parting) continue;
          expect(conditionOf(parting, conditions, false), `pair ${n}`).toBeDefined();
        }
      }
      if (conditions.length === 0) {
        equal++;
        expect(search.findings, `pair ${n}`).toEqual([]);
      }
      if (search.findings.length > 0) differing++;
    }
    expect(differing).toBeGreaterThan(0);
    expect(equal).toBeGreaterThan(0);
  }, 1_800_000);
});
