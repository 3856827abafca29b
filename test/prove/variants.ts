// SPDX-License-Identifier: GPL-2.0-only
/** Random variants of the six transitions: checks dropped, swapped, made later; changes swapped. */
import type { Operation } from '../../src/branches/index.js';
import { OPERATIONS } from '../../src/branches/index.js';
import type { Random } from '../../src/fuzz/random.js';
import { __hyp_va, wrapVirt } from '../../src/hyp/numbers.js';
import { EBUSY } from '../../src/hyp/outcome.js';
import { PAGE_HYP, pkvm_mkstate } from '../../src/hyp/page_state.js';
import { WARN_ON } from '../../src/hyp/panic.js';
import type { Implementation, TransitionHelpers, Transitions } from '../../src/hyp/transitions.js';

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
const PARTS: Readonly<Record<Operation, readonly [readonly Step[], readonly Step[]]>> = {
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

const NO_STEPS: Steps = { checks: [], changes: [], late: [] };

/** One variant of one transition; its name tells its steps. */
export interface Variant {
  readonly operation: Operation;
  /** With nothing in the other five. */
  readonly implementation: Implementation;
}

/** Makes variants; the same steps are the same object. */
export class Variants {
  private readonly known = new Map<string, Variant>();

  constructor(private readonly random: Random) {}

  /** Some checks dropped, one made late, the rest in some order. */
  next(operation: Operation): Variant {
    const { random, known } = this;
    const [checks, changes] = PARTS[operation];
    const kept = shuffled(checks, random).filter(() => random.below(5) > 0);
    const late = random.below(6) === 0 ? kept.splice(0, 1) : [];
    const steps = { checks: kept, changes: shuffled(changes, random), late };
    const all = [...checks, ...changes];
    const numbers = [steps.checks, steps.late, steps.changes].map((list) =>
      list.map((step) => all.indexOf(step)).join(''),
    );
    const name = `${operation} ${numbers.join('/')}`;
    const variant = known.get(name) ?? {
      operation,
      implementation: made(name, operation, steps),
    };
    known.set(name, variant);
    return variant;
  }
}

function made(name: string, operation: Operation, steps: Steps): Implementation {
  return {
    name,
    description: 'a random variant',
    create: (mm) => {
      const run = (one: Operation) => (pfn: number, pages: number) => {
        const nr = one.endsWith('share_hyp') ? 1 : pages;
        return runSteps(one === operation ? steps : NO_STEPS, mm, pfn, nr);
      };
      return Object.fromEntries(OPERATIONS.map((one) => [one, run(one)])) as unknown as Transitions;
    },
  };
}

function runSteps(
  { checks, changes, late }: Steps,
  mm: TransitionHelpers,
  pfn: number,
  nr: number,
): number {
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
}
