// SPDX-License-Identifier: GPL-2.0-only
/** What can be wrong with a step of an implementation, as data, and which steps it can be wrong with. */

import type { Operation, Step } from '../branches/index.js';

/**
 * - `dropped`: the check always passes
 * - `inverted`: the check refuses what it should pass and passes what it should refuse
 * - `behind the change`: the check is made after everything was changed
 * - `after the next`: the check and the one after it change places
 * - `with another error`: the check refuses with -EINVAL
 * - `in debug only`: the check is skipped without NVHE_EL2_DEBUG
 * - `without debug too`: the check that is for NVHE_EL2_DEBUG is always made
 * - `of another state`: the check or the change is about another page state
 * - `for another owner`: the pages go to another owner
 * - `but the first page`, `but the last page`: a page of several is left out
 * - `of a size truncated`: the number of pages is cut to 8 bits
 * - `forgotten`: the change is not made, and reported done
 * - `counted in an int`: the result in bytes is cut to 32 bits with a sign
 */
export type MutationKind =
  | 'dropped'
  | 'inverted'
  | 'behind the change'
  | 'after the next'
  | 'with another error'
  | 'in debug only'
  | 'without debug too'
  | 'of another state'
  | 'for another owner'
  | 'but the first page'
  | 'but the last page'
  | 'of a size truncated'
  | 'forgotten'
  | 'counted in an int';

/** A seeded bug: one mutation of one step. */
export interface Mutant {
  /** `direct/__pkvm_host_share_hyp/check host OWNED: dropped` */
  readonly name: string;
  readonly base: string;
  readonly operation: Operation;
  readonly step: string;
  readonly kind: MutationKind;
  /** The check that is made first instead; of `after the next` only. */
  readonly next?: string | undefined;
}

const SINGLE_PAGE: readonly Operation[] = ['__pkvm_host_share_hyp', '__pkvm_host_unshare_hyp'];

/** The mutations that make sense for a step, given the one after it. */
export function mutationsOf(
  operation: Operation,
  { step, debugOnly }: Step,
  next: Step | undefined,
): MutationKind[] {
  const isSized = !SINGLE_PAGE.includes(operation);
  const pages: MutationKind[] = isSized
    ? ['but the first page', 'but the last page', 'of a size truncated']
    : [];
  if (step === 'check refcount') {
    return ['dropped', 'inverted', 'behind the change', 'with another error', 'in debug only'];
  }
  if (step.startsWith('check ')) {
    const isNextCheck = next !== undefined && next.step.startsWith('check ');
    return [
      'dropped',
      'inverted',
      'behind the change',
      ...(isNextCheck ? (['after the next'] as const) : []),
      'with another error',
      debugOnly ? 'without debug too' : 'in debug only',
      'of another state',
      ...pages,
    ];
  }
  switch (step) {
    case 'unmap hyp':
      return ['forgotten', ...pages, ...(isSized ? (['counted in an int'] as const) : [])];
    case 'set owner HYP':
    case 'set owner HOST':
      return ['forgotten', 'for another owner', ...pages];
    default:
      return ['forgotten', 'of another state', ...pages];
  }
}
