// SPDX-License-Identifier: GPL-2.0-only
/**
 * What the helpers can answer, after mem_protect.c, pgtable.c and mm.c: the answer's name, and values
 * that stand for all answers of that name. Which panic ends a helper makes no difference to the
 * implementation, which does not come back from any: there is one answer for all of them.
 */

import type { Helper } from '../branches/index.js';
import { EINVAL, ENOMEM, EPERM, ERANGE, outcomeText } from '../hyp/outcome.js';
import { MOST_MAPPED } from './parameters.js';

/** The answer of a helper that panicked. */
export const PANICS = 'panics';

export interface Answer {
  readonly name: string;
  /** What the helper returns; undefined where it panics. */
  readonly value: number | undefined;
}

/** Errors each helper returns, besides 0. */
const ERRORS: Readonly<Partial<Record<Helper, readonly number[]>>> = {
  __host_check_page_state_range: [-EINVAL, -EPERM],
  __hyp_check_page_state_range: [-EPERM, -ERANGE, -EINVAL],
  __host_set_page_state_range: [-ENOMEM, -ERANGE, -EINVAL],
  host_stage2_set_owner_locked: [-EPERM, -ENOMEM, -ERANGE, -EINVAL],
  pkvm_create_mappings_locked: [-ENOMEM, -ERANGE, -EINVAL],
};

/** References on a page, the least of which a count is made up of: none, one, more. */
const COUNTS: readonly Answer[] = [
  { name: '0', value: 0 },
  { name: '1', value: 1 },
  { name: 'more', value: 65535 },
];

const PANIC: Answer = { name: PANICS, value: undefined };

/** Every answer of a helper to these arguments. */
export function answersOf(helper: Helper, args: readonly number[]): Answer[] {
  switch (helper) {
    case 'hyp_page_count':
      return [...COUNTS, PANIC];
    case 'kvm_pgtable_hyp_unmap':
      return [...unmapped(args[1]), PANIC];
    case '__host_check_page_state_range':
      return errorsOf(helper);
    default:
      return [...errorsOf(helper), PANIC];
  }
}

/** The name of what a helper answered; one that is in no list if it never should have. */
export function answerName(helper: Helper, args: readonly number[], value: number): string {
  if (helper === 'hyp_page_count') return value > 1 && value < 65536 ? 'more' : String(value);
  if (helper !== 'kvm_pgtable_hyp_unmap') return outcomeText(value);
  const size = args[1];
  if (value === size) return 'all';
  if (value === 0) return 'none';
  return value > 0 && value < size && size <= MOST_MAPPED ? 'some' : String(value);
}

/** What lets an implementation go on. */
export function isGood(helper: Helper, answer: string): boolean {
  return answer === (helper === 'kvm_pgtable_hyp_unmap' ? 'all' : '0');
}

function errorsOf(helper: Helper): Answer[] {
  return [0, ...(ERRORS[helper] ?? [])].map((value) => ({ name: outcomeText(value), value }));
}

/** A walk of more pages than there are addresses finds nothing: its end wraps, or is refused. */
function unmapped(size: number): Answer[] {
  if (size === 0) return [{ name: 'all', value: 0 }];
  if (size > MOST_MAPPED || size < 0) return [{ name: 'none', value: 0 }];
  const all = { name: 'all', value: size };
  const none = { name: 'none', value: 0 };
  return size === 1 ? [all, none] : [all, none, { name: 'some', value: size - 1 }];
}
