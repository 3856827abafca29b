// SPDX-License-Identifier: GPL-2.0-only
/**
 * An implementation with somebody listening between it and the machine: every check it makes and
 * every change it asks for passes through an interceptor, which sees it, and may answer differently.
 * An implementation that nobody intercepts is not touched: this costs nothing when it is off.
 */

import { HypPanic } from '../hyp/panic.js';
import {
  eachTransition,
  type Implementation,
  type TransitionHelpers,
  type Transitions,
  transitionOf,
} from '../hyp/transitions.js';
import { HelpersBetween } from './between.js';

/** The six transitions. */
export type Operation = keyof Transitions;

/** What a check asks, or a change does. Locks are neither. */
export type Helper = {
  [K in keyof TransitionHelpers]: TransitionHelpers[K] extends (...args: never[]) => number
    ? K
    : never;
}[keyof TransitionHelpers];

/** One use of a helper. Valid during the call only. */
export interface HelperCall {
  /** The transition that runs, also inside an FF-A range or the life of a VM. */
  readonly operation: Operation;
  readonly helper: Helper;
  /** Which use of a helper within this run of the operation this is, from 0. */
  readonly ordinal: number;
  /** As the helper takes them: pages and counts of pages, then the state, owner or permissions. */
  readonly args: readonly number[];
}

export interface Interceptor {
  /** Stands for the helper: its result. `proceed` is the helper itself, with whatever arguments. */
  call(call: HelperCall, proceed: (...args: number[]) => number): number;
  /** Whether the implementation is to behave as with NVHE_EL2_DEBUG; as it is if left out. */
  nvheEl2Debug?(isOn: boolean): boolean;
  /**
   * The implementation itself panicked: a WARN_ON of its own, not one inside a helper. It goes on
   * panicking after this.
   */
  panicked?(operation: Operation, panic: HypPanic): void;
}

/**
 * The implementation with an interceptor of its own for every machine it is created for.
 * @param newInterceptor called once a machine, with the helpers that the machine lends
 */
export function intercept(
  implementation: Implementation,
  newInterceptor: (helpers: TransitionHelpers) => Interceptor,
): Implementation {
  return {
    ...implementation,
    create(helpers: TransitionHelpers): Transitions {
      const wrapper = new InterceptedHelpers(helpers, newInterceptor(helpers));
      return wrapper.around(implementation.create(wrapper));
    },
  };
}

class InterceptedHelpers extends HelpersBetween implements TransitionHelpers {
  private operation: Operation = '__pkvm_host_share_hyp';
  private ordinal = 0;
  private inHelper = false;

  constructor(
    helpers: TransitionHelpers,
    private readonly interceptor: Interceptor,
  ) {
    const isOn = helpers.nvheEl2Debug;
    super(helpers, interceptor.nvheEl2Debug?.(isOn) ?? isOn);
  }

  __host_check_page_state_range(addr: number, size: number, state: number): number {
    return this.pass('__host_check_page_state_range', [addr, size, state]);
  }

  __host_set_page_state_range(addr: number, size: number, state: number): number {
    return this.pass('__host_set_page_state_range', [addr, size, state]);
  }

  host_stage2_set_owner_locked(addr: number, size: number, ownerId: number): number {
    return this.pass('host_stage2_set_owner_locked', [addr, size, ownerId]);
  }

  __hyp_check_page_state_range(addr: number, size: number, state: number): number {
    return this.pass('__hyp_check_page_state_range', [addr, size, state]);
  }

  kvm_pgtable_hyp_unmap(addr: number, size: number): number {
    return this.pass('kvm_pgtable_hyp_unmap', [addr, size]);
  }

  pkvm_create_mappings_locked(from: number, to: number, prot: number): number {
    return this.pass('pkvm_create_mappings_locked', [from, to, prot]);
  }

  hyp_page_count(addr: number): number {
    return this.pass('hyp_page_count', [addr]);
  }

  /** The transitions, each saying which it is before it runs. */
  around(inner: Transitions): Transitions {
    return eachTransition((name) => {
      const transition = transitionOf(inner, name);
      return (pfn, nr_pages) => this.run(name, () => transition(pfn, nr_pages));
    });
  }

  private run(operation: Operation, body: () => number): number {
    this.operation = operation;
    this.ordinal = 0;
    this.inHelper = false;
    try {
      return body();
    } catch (error) {
      if (error instanceof HypPanic && !this.inHelper) {
        this.interceptor.panicked?.(operation, error);
      }
      throw error;
    }
  }

  private pass(helper: Helper, args: readonly number[]): number {
    const { operation } = this;
    this.inHelper = true;
    const result = this.interceptor.call(
      { operation, helper, ordinal: this.ordinal++, args },
      (...given) => callHelper(this.helpers, helper, given),
    );
    this.inHelper = false;
    return result;
  }
}

function callHelper(helpers: TransitionHelpers, helper: Helper, args: readonly number[]): number {
  if (helper === 'hyp_page_count') return helpers.hyp_page_count(args[0]);
  if (helper === 'kvm_pgtable_hyp_unmap') return helpers.kvm_pgtable_hyp_unmap(args[0], args[1]);
  return helpers[helper](args[0], args[1], args[2]);
}
