// SPDX-License-Identifier: GPL-2.0-only
/** An implementation with one bug in it, made by answering differently in one step. */

import { type HelperCall, type Interceptor, intercept, stepText } from '../branches/index.js';
import { __hyp_pa, __hyp_va, wrapPfn } from '../hyp/numbers.js';
import { EBUSY, EINVAL, EPERM } from '../hyp/outcome.js';
import {
  PKVM_ID_FFA,
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
  pkvm_getstate,
  pkvm_mkstate,
} from '../hyp/page_state.js';
import {
  eachTransition,
  type Implementation,
  type TransitionHelpers,
  type Transitions,
  transitionOf,
} from '../hyp/transitions.js';
import type { Mutant } from './mutation.js';

/** The base with the mutant's bug. */
export function seeded(base: Implementation, mutant: Mutant): Implementation {
  return {
    name: mutant.name,
    description: `${base.name} with a seeded bug`,
    create(helpers: TransitionHelpers): Transitions {
      const right = base.create(helpers);
      const bug = new Bug(mutant, helpers);
      const wrong = intercept(base, () => bug).create(helpers);
      const body = transitionOf(wrong, mutant.operation);
      return eachTransition((name) =>
        name === mutant.operation
          ? (pfn, nr_pages) => bug.around(() => body(pfn, nr_pages))
          : transitionOf(right, name),
      );
    },
  };
}

/** A number of pages in a byte. */
const TRUNCATED = 2 ** 8;

type Proceed = (...args: number[]) => number;

class Bug implements Interceptor {
  /** The check that waits until everything was changed, and what it then said. */
  private late: (() => number) | undefined;
  private lateResult = 0;
  /** The mutated check refused. */
  private hasRefused = false;

  constructor(
    private readonly mutant: Mutant,
    private readonly helpers: TransitionHelpers,
  ) {}

  nvheEl2Debug(isOn: boolean): boolean {
    return isOn || this.mutant.kind === 'without debug too';
  }

  /** Runs the operation; its result, or that of a check that came late. */
  around(run: () => number): number {
    this.late = undefined;
    this.lateResult = 0;
    this.hasRefused = false;
    const result = run();
    if (this.mutant.step === 'check refcount' && this.mutant.kind === 'with another error') {
      return this.hasRefused ? -EINVAL : result;
    }
    return result || this.lateResult;
  }

  call(use: HelperCall, proceed: Proceed): number {
    const { args } = use;
    const step = stepText(use);
    if (step === this.mutant.step) return this.mutated(use, proceed);
    const result = proceed(...args);
    if (this.late && isChange(step)) this.lateResult = this.late();
    return result;
  }

  private mutated({ helper, args }: HelperCall, proceed: Proceed): number {
    const result = () => proceed(...args);
    switch (this.mutant.kind) {
      case 'dropped':
        return 0;
      case 'inverted':
        return result() ? 0 : -EPERM;
      case 'behind the change':
        this.late = result;
        return 0;
      case 'after the next':
        return this.nextCheck(args) || result();
      case 'with another error':
        return this.otherError(result());
      case 'in debug only':
        return this.helpers.nvheEl2Debug ? result() : 0;
      case 'without debug too':
        return result();
      case 'of another state':
        return proceed(args[0], args[1], otherState(helper, args[2]));
      case 'for another owner':
        return proceed(args[0], args[1], PKVM_ID_FFA);
      default:
        return this.changed(helper, args, proceed);
    }
  }

  private changed(helper: HelperCall['helper'], args: readonly number[], proceed: Proceed): number {
    const [first, second, third] = args;
    const isMap = helper === 'pkvm_create_mappings_locked';
    const isUnmap = helper === 'kvm_pgtable_hyp_unmap';
    const pages = isMap ? second - first : second;
    const run = (start: number, count: number) => {
      const result = proceed(start, isMap ? start + count : count, third);
      return isUnmap ? result + (pages - count) : result;
    };
    switch (this.mutant.kind) {
      case 'but the first page':
        return pages > 1 ? run(first + 1, pages - 1) : proceed(...args);
      case 'but the last page':
        return pages > 1 ? run(first, pages - 1) : proceed(...args);
      case 'of a size truncated':
        return pages >= TRUNCATED ? run(first, pages % TRUNCATED) : proceed(...args);
      case 'counted in an int':
        return wrapPfn(((proceed(...args) * 4096) | 0) / 4096);
      default:
        return isUnmap ? pages : 0;
    }
  }

  /** The check after the mutated one, on the same pages. */
  private nextCheck(args: readonly number[]): number {
    const { helpers } = this;
    const [addr, size] = args;
    const isVirtual = this.mutant.step.startsWith('check hyp');
    const virt = isVirtual ? addr : __hyp_va(addr);
    const phys = isVirtual ? __hyp_pa(addr) : addr;
    switch (this.mutant.next) {
      case 'check refcount':
        return helpers.hyp_page_count(virt) !== 0 ? -EBUSY : 0;
      case 'check hyp SHARED_BORROWED':
        return helpers.__hyp_check_page_state_range(virt, size, PKVM_PAGE_SHARED_BORROWED);
      case 'check hyp NOPAGE':
        return this.inDebug(() => helpers.__hyp_check_page_state_range(virt, size, PKVM_NOPAGE));
      case 'check host NOPAGE':
        return this.inDebug(() => helpers.__host_check_page_state_range(phys, size, PKVM_NOPAGE));
      default:
        throw new RangeError(`no check of that name: ${this.mutant.next}`);
    }
  }

  private inDebug(check: () => number): number {
    return this.helpers.nvheEl2Debug ? check() : 0;
  }

  private otherError(result: number): number {
    if (result === 0) return 0;
    this.hasRefused = true;
    return this.mutant.step === 'check refcount' ? result : -EINVAL;
  }
}

function isChange(step: string): boolean {
  return !step.startsWith('check ');
}

/** A page state that is not the given one; of a mapping, permissions with another state. */
function otherState(helper: HelperCall['helper'], given: number): number {
  if (helper === 'pkvm_create_mappings_locked') {
    const state = pkvm_getstate(given);
    const other = state === PKVM_PAGE_OWNED ? PKVM_PAGE_SHARED_OWNED : PKVM_PAGE_OWNED;
    return pkvm_mkstate(given & 0xff, other);
  }
  if (given === PKVM_PAGE_OWNED) return PKVM_PAGE_SHARED_OWNED;
  return given === PKVM_PAGE_SHARED_OWNED ? PKVM_PAGE_OWNED : PKVM_PAGE_SHARED_OWNED;
}
