// SPDX-License-Identifier: GPL-2.0-only
/**
 * Which branches a batch takes: each check and change of each side, and how it went. Between an
 * implementation and its machine, as `src/branches` is, but for numbers only and without allocating:
 * it is there in every run.
 */

import {
  branchName,
  HelpersBetween,
  OPERATIONS,
  type Operation,
  stepsOf,
  type Way,
} from '../branches/index.js';
import {
  eachTransition,
  type Implementation,
  type TransitionHelpers,
  type Transitions,
  transitionOf,
} from '../hyp/transitions.js';

/** Helpers that are branches, by what their steps begin with. No operation uses one twice. */
const STEPS = [
  'check host',
  'check hyp',
  'check refcount',
  'set host',
  'set owner',
  'map hyp',
  'unmap hyp',
] as const;
const CHECK_HOST = 0;
const CHECK_HYP = 1;
const CHECK_REFCOUNT = 2;
const SET_HOST = 3;
const SET_OWNER = 4;
const MAP_HYP = 5;
const UNMAP_HYP = 6;
/** As meant, and not. */
const WAYS = 2;

/** Number of branches of one side. */
export const BRANCHES = OPERATIONS.length * STEPS.length * WAYS;

/** A branch in words, `__pkvm_host_share_hyp/check host OWNED -> refused`. */
export function branchText(branch: number, implementation: Pick<Implementation, 'steps'>): string {
  const isBad = branch % WAYS === 1;
  const step = STEPS[Math.floor(branch / WAYS) % STEPS.length];
  const operation = OPERATIONS[Math.floor(branch / WAYS / STEPS.length)];
  const steps = stepsOf(implementation).find((of) => of.operation === operation)?.steps ?? [];
  const name = steps.find((of) => of.step.startsWith(step))?.step ?? step;
  const ways: Way[] = name.startsWith('check') ? ['passed', 'refused'] : ['done', 'failed'];
  return branchName(operation, name, ways[isBad ? 1 : 0]);
}

/** Hears of branches that were not taken before. */
export interface BranchListener {
  took(side: number, branch: number): void;
}

/** The implementation, with somebody listening to the branches it takes. */
export function overheard(
  implementation: Implementation,
  side: number,
  listener: BranchListener,
): Implementation {
  return {
    ...implementation,
    create(helpers) {
      const overheardHelpers = new OverheardHelpers(helpers, side, listener);
      return overheardHelpers.around(implementation.create(overheardHelpers));
    },
  };
}

class OverheardHelpers extends HelpersBetween implements TransitionHelpers {
  /** First branch of the transition that runs. */
  private base = 0;
  private readonly taken = new Uint8Array(BRANCHES);

  constructor(
    helpers: TransitionHelpers,
    private readonly side: number,
    private readonly listener: BranchListener,
  ) {
    super(helpers, helpers.nvheEl2Debug);
  }

  __host_check_page_state_range(addr: number, size: number, state: number): number {
    return this.note(CHECK_HOST, this.helpers.__host_check_page_state_range(addr, size, state), 0);
  }

  __hyp_check_page_state_range(addr: number, size: number, state: number): number {
    return this.note(CHECK_HYP, this.helpers.__hyp_check_page_state_range(addr, size, state), 0);
  }

  hyp_page_count(addr: number): number {
    return this.note(CHECK_REFCOUNT, this.helpers.hyp_page_count(addr), 0);
  }

  __host_set_page_state_range(addr: number, size: number, state: number): number {
    return this.note(SET_HOST, this.helpers.__host_set_page_state_range(addr, size, state), 0);
  }

  host_stage2_set_owner_locked(addr: number, size: number, ownerId: number): number {
    return this.note(SET_OWNER, this.helpers.host_stage2_set_owner_locked(addr, size, ownerId), 0);
  }

  pkvm_create_mappings_locked(from: number, to: number, prot: number): number {
    return this.note(MAP_HYP, this.helpers.pkvm_create_mappings_locked(from, to, prot), 0);
  }

  kvm_pgtable_hyp_unmap(addr: number, size: number): number {
    return this.note(UNMAP_HYP, this.helpers.kvm_pgtable_hyp_unmap(addr, size), size);
  }

  /** The transitions, each saying which it is before it runs. */
  around(inner: Transitions): Transitions {
    return eachTransition((name) => {
      const transition = transitionOf(inner, name);
      return (pfn, nr_pages) => {
        this.enter(name);
        return transition(pfn, nr_pages);
      };
    });
  }

  private enter(operation: Operation): void {
    this.base = FIRST_BRANCH[operation];
  }

  private note(step: number, result: number, good: number): number {
    const branch = this.base + step * WAYS + (result === good ? 0 : 1);
    if (this.taken[branch] === 0) {
      this.taken[branch] = 1;
      this.listener.took(this.side, branch);
    }
    return result;
  }
}

const FIRST_BRANCH = Object.fromEntries(
  OPERATIONS.map((operation, i) => [operation, i * STEPS.length * WAYS]),
) as Record<Operation, number>;
