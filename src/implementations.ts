// SPDX-License-Identifier: GPL-2.0-only
/** The implementations by name, and the points of the series between the two. */

import { direct } from './direct/index.js';
import { DIRECT_STEPS } from './direct/steps.js';
import {
  type ComposedTransitions,
  eachTransition,
  type Implementation,
  type TransitionHelpers,
  type Transitions,
  transitionOf,
} from './hyp/transitions.js';
import { legacy, legacyBeforeFix } from './legacy/index.js';
import { LEGACY_STEPS } from './legacy/steps.js';

/** The transitions of which each patch of the series takes the machinery out. */
const PATCHES: readonly (readonly (keyof Transitions)[])[] = [
  ['__pkvm_host_share_ffa', '__pkvm_host_unshare_ffa'],
  ['__pkvm_host_share_hyp', '__pkvm_host_unshare_hyp'],
];

/** The implementation after the first `patches` patches: some transitions direct, the rest legacy. */
function series(
  name: string,
  description: string,
  commit: string,
  patches: number,
): Implementation {
  const converted = new Set<keyof Transitions>(PATCHES.slice(0, patches).flat());
  return {
    name,
    description,
    commit,
    steps: {
      ...LEGACY_STEPS,
      ...Object.fromEntries([...converted].map((name) => [name, DIRECT_STEPS[name]])),
    },
    create(helpers: TransitionHelpers): ComposedTransitions {
      const before = legacy.create(helpers);
      const after = direct.create(helpers);
      const transitions = eachTransition((name) =>
        transitionOf(converted.has(name) ? after : before, name),
      );
      return { ...transitions, parts: [before, after] };
    },
  };
}

/** Every implementation, in the order of the kernel's history. */
export const IMPLEMENTATIONS: readonly Implementation[] = [
  legacyBeforeFix,
  legacy,
  series(
    'series-1',
    'after patch 1 (ed2f80fd76bd): FF-A direct, the rest legacy',
    'ed2f80fd76bd',
    1,
  ),
  series(
    'series-2',
    'after patch 2 (d3b3473c15e4): host/hyp sharing direct too',
    'd3b3473c15e4',
    2,
  ),
  direct,
];

export function findImplementation(name: string): Implementation | undefined {
  return IMPLEMENTATIONS.find((implementation) => implementation.name === name);
}
