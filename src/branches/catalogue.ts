// SPDX-License-Identifier: GPL-2.0-only
/**
 * Every step of every implementation, in order, so that it can be said what never happened. Written
 * down from mem_protect.c before and after the series; a test holds the implementations to it.
 */

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

type Style = 'legacy' | 'direct';

/** The steps of each operation in each style; `?` in front: with NVHE_EL2_DEBUG only. */
const STEPS: Readonly<Record<Operation, Readonly<Record<Style, readonly string[]>>>> = {
  __pkvm_host_share_hyp: {
    legacy: [
      'check host OWNED',
      '?check hyp NOPAGE',
      'set host SHARED_OWNED',
      'map hyp SHARED_BORROWED',
    ],
    direct: [
      'check host OWNED',
      '?check hyp NOPAGE',
      'map hyp SHARED_BORROWED',
      'set host SHARED_OWNED',
    ],
  },
  __pkvm_host_unshare_hyp: {
    legacy: [
      'check host SHARED_OWNED',
      'check refcount',
      'check hyp SHARED_BORROWED',
      'set host OWNED',
      'unmap hyp',
    ],
    direct: [
      'check host SHARED_OWNED',
      'check hyp SHARED_BORROWED',
      'check refcount',
      'unmap hyp',
      'set host OWNED',
    ],
  },
  __pkvm_host_donate_hyp: {
    legacy: ['check host OWNED', '?check hyp NOPAGE', 'set owner HYP', 'map hyp OWNED'],
    direct: ['check host OWNED', '?check hyp NOPAGE', 'map hyp OWNED', 'set owner HYP'],
  },
  __pkvm_hyp_donate_host: {
    legacy: ['check hyp OWNED', '?check host NOPAGE', 'unmap hyp', 'set owner HOST'],
    direct: ['check hyp OWNED', '?check host NOPAGE', 'unmap hyp', 'set owner HOST'],
  },
  __pkvm_host_share_ffa: {
    legacy: ['check host OWNED', 'set host SHARED_OWNED'],
    direct: ['check host OWNED', 'set host SHARED_OWNED'],
  },
  __pkvm_host_unshare_ffa: {
    legacy: ['check host SHARED_OWNED', 'set host OWNED'],
    direct: ['check host SHARED_OWNED', 'set host OWNED'],
  },
};

const FFA: readonly Operation[] = ['__pkvm_host_share_ffa', '__pkvm_host_unshare_ffa'];
const SHARING: readonly Operation[] = ['__pkvm_host_share_hyp', '__pkvm_host_unshare_hyp'];
export const OPERATIONS = Object.keys(STEPS) as Operation[];

/** The operations each implementation has in the direct style; the others are legacy. */
const DIRECT_IN: Readonly<Record<string, readonly Operation[]>> = {
  'legacy-before-fix': [],
  legacy: [],
  'series-1': FFA,
  'series-2': [...FFA, ...SHARING],
  direct: OPERATIONS,
};

/** The steps of an implementation, operation by operation; undefined for a name without an entry. */
export function stepsOf(implementation: string): OperationSteps[] | undefined {
  const converted = DIRECT_IN[implementation];
  if (converted === undefined) return undefined;
  return OPERATIONS.map((operation) => {
    const style = converted.includes(operation) ? 'direct' : 'legacy';
    const steps = STEPS[operation][style].map((text) => ({
      step: text.replace('?', ''),
      debugOnly: text.startsWith('?') || isSkippedBeforeFix(implementation, operation, text),
    }));
    return { operation, steps, hasWarn: style === 'legacy' || !FFA.includes(operation) };
  });
}

/** The bug of 5b426d0a481a: hyp_ack_unshare() looked at hyp's state in debug only. */
function isSkippedBeforeFix(implementation: string, operation: Operation, step: string): boolean {
  return (
    implementation === 'legacy-before-fix' &&
    operation === '__pkvm_host_unshare_hyp' &&
    step === 'check hyp SHARED_BORROWED'
  );
}

/** Every branch of an implementation that a run can be asked for. */
export function branchesOf(implementation: string): string[] {
  const names: string[] = [];
  for (const { operation, steps, hasWarn } of stepsOf(implementation) ?? []) {
    for (const { step } of steps) {
      const ways = step.startsWith('check') ? CHECK_WAYS : CHANGE_WAYS;
      for (const way of ways) names.push(branchName(operation, step, way));
    }
    if (hasWarn) names.push(panicName(operation, 'WARN'));
  }
  return names;
}
