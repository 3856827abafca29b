// SPDX-License-Identifier: GPL-2.0-only
/**
 * Every step of an implementation, in order, so that it can be said what never happened. Written
 * down beside its code; a test holds the code to it.
 */

import type { Implementation } from '../hyp/transitions.js';
import type { Operation } from './intercept.js';
import { branchName, CHANGE_WAYS, CHECK_WAYS, panicName } from './names.js';

/** A check or a change of an operation. */
export interface Step {
  readonly step: string;
  /** Made with NVHE_EL2_DEBUG only. */
  readonly debugOnly: boolean;
}

/** What an operation does, in order, and whether it has a WARN_ON of its own. */
export interface OperationSteps {
  readonly operation: Operation;
  readonly steps: readonly Step[];
  readonly hasWarn: boolean;
}

/** The six transitions. */
export const OPERATIONS: readonly Operation[] = [
  '__pkvm_host_share_hyp',
  '__pkvm_host_unshare_hyp',
  '__pkvm_host_donate_hyp',
  '__pkvm_hyp_donate_host',
  '__pkvm_host_share_ffa',
  '__pkvm_host_unshare_ffa',
];

const WARN = 'WARN_ON';

/** The steps of an implementation, operation by operation; none where it does not tell them. */
export function stepsOf({ steps }: Pick<Implementation, 'steps'>): OperationSteps[] {
  if (steps === undefined) return [];
  return OPERATIONS.map((operation) => ({
    operation,
    steps: steps[operation]
      .filter((text) => text !== WARN)
      .map((text) => ({ step: text.replace('?', ''), debugOnly: text.startsWith('?') })),
    hasWarn: steps[operation].includes(WARN),
  }));
}

/** Every branch of an implementation that a run can be asked for. */
export function branchesOf(implementation: Pick<Implementation, 'steps'>): string[] {
  const names: string[] = [];
  for (const { operation, steps, hasWarn } of stepsOf(implementation)) {
    for (const { step } of steps) {
      const ways = step.startsWith('check') ? CHECK_WAYS : CHANGE_WAYS;
      for (const way of ways) names.push(branchName(operation, step, way));
    }
    if (hasWarn) names.push(panicName(operation, 'WARN'));
  }
  return names;
}
