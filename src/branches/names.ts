// SPDX-License-Identifier: GPL-2.0-only
/**
 * Names of what an implementation does: `__pkvm_host_unshare_hyp/check hyp SHARED_BORROWED` is a
 * step, and `__pkvm_host_unshare_hyp/check hyp SHARED_BORROWED -> refused` a branch: the way the
 * step went. A WARN_ON of the implementation itself is the branch `__pkvm_host_unshare_hyp/WARN`.
 */

import { PAGE_STATE_NAMES, PKVM_ID_HOST, pkvm_getstate } from '../hyp/page_state.js';
import type { HelperCall, Operation } from './intercept.js';

/** How a check can go, and how a change can. A panic inside the helper is the third way of each. */
export const CHECK_WAYS = ['passed', 'refused'] as const;
export const CHANGE_WAYS = ['done', 'failed'] as const;
export type Way = (typeof CHECK_WAYS)[number] | (typeof CHANGE_WAYS)[number] | 'panicked';

/** `check host OWNED`, `check refcount`, `set owner HYP`, `map hyp OWNED`, `unmap hyp`. */
export function stepText({ helper, args }: Pick<HelperCall, 'helper' | 'args'>): string {
  switch (helper) {
    case '__host_check_page_state_range':
      return `check host ${PAGE_STATE_NAMES[args[2]]}`;
    case '__hyp_check_page_state_range':
      return `check hyp ${PAGE_STATE_NAMES[args[2]]}`;
    case 'hyp_page_count':
      return 'check refcount';
    case '__host_set_page_state_range':
      return `set host ${PAGE_STATE_NAMES[args[2]]}`;
    case 'host_stage2_set_owner_locked':
      return `set owner ${args[2] === PKVM_ID_HOST ? 'HOST' : 'HYP'}`;
    case 'pkvm_create_mappings_locked':
      return `map hyp ${PAGE_STATE_NAMES[pkvm_getstate(args[2])]}`;
    case 'kvm_pgtable_hyp_unmap':
      return 'unmap hyp';
  }
}

/** Which way a use of a helper went. */
export function wayOf({ helper, args }: Pick<HelperCall, 'helper' | 'args'>, result: number): Way {
  switch (helper) {
    case '__host_check_page_state_range':
    case '__hyp_check_page_state_range':
    case 'hyp_page_count':
      return result === 0 ? 'passed' : 'refused';
    case 'kvm_pgtable_hyp_unmap':
      return result === args[1] ? 'done' : 'failed';
    default:
      return result === 0 ? 'done' : 'failed';
  }
}

/** The name of the way a step went. */
export function branchName(operation: Operation, step: string, way: Way): string {
  return `${operation}/${step} -> ${way}`;
}

/** The name of a panic of the implementation itself, WARN_ON or BUG_ON. */
export function panicName(operation: Operation, panic: string): string {
  return `${operation}/${panic}`;
}
