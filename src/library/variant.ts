// SPDX-License-Identifier: GPL-2.0-only
/** An implementation with some transitions of its own, and the others from another. */

import {
  eachTransition,
  type Implementation,
  type Transition,
  type TransitionHelpers,
  type Transitions,
  transitionOf,
} from '../hyp/transitions.js';

export interface Variant {
  /** The name that results give it. */
  readonly name: string;
  /** One line: which code it stands for. */
  readonly description: string;
  /** The transitions it has of its own, on the helpers of one machine. */
  transitions(helpers: TransitionHelpers): Partial<Transitions>;
}

/** `base` with other transitions in the place of some of its own: a refactor of those. */
export function variantOf(base: Implementation, variant: Variant): Implementation {
  const { name, description } = variant;
  return {
    name,
    description,
    create(helpers) {
      const others = base.create(helpers);
      const own = variant.transitions(helpers);
      return eachTransition((transition) => {
        const mine: Transition | undefined = own[transition];
        return mine ? mine.bind(own) : transitionOf(others, transition);
      });
    },
  };
}
