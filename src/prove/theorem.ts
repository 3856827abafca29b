// SPDX-License-Identifier: GPL-2.0-only
/** What is proved of two implementations: they differ under the conditions, and under no others. */

import { OPERATIONS, type Operation } from '../branches/index.js';
import type { Implementation } from '../hyp/transitions.js';
import { type Condition, conditionsOf } from './conditions.js';
import { pairTree } from './pair_tree.js';
import type { Parameters } from './parameters.js';
import { Behaviours, SideTrees } from './side_tree.js';

/** Parameters of an operation that an implementation computes with in a way that is not known. */
export interface UnknownArithmetic {
  readonly operation: Operation;
  readonly debug: boolean;
  readonly parameters: Parameters;
}

export interface Theorem {
  readonly pair: readonly [string, string];
  readonly debugs: readonly boolean[];
  /** Combinations of answers and classes of parameters that were tried. */
  readonly combinations: number;
  readonly conditions: readonly Condition[];
  /** Where nothing is proved: nothing holds for all parameters there. */
  readonly unknown: readonly UnknownArithmetic[];
}

/** Compares pairs of implementations; each is run once, however many pairs it is in. */
export class Prover {
  /** The transition that was looked at last. */
  operation: Operation = OPERATIONS[0];
  private readonly behaviours = new Behaviours();
  private readonly sides = new Map<Implementation, Map<boolean, SideTrees>>();

  /**
   * Compares two implementations on every combination of answers.
   * @throws ProofError when one of them does what none may
   */
  prove(
    pair: readonly [Implementation, Implementation],
    debugs: readonly boolean[] = [false, true],
  ): Theorem {
    const conditions: Condition[] = [];
    const unknown: UnknownArithmetic[] = [];
    let combinations = 0;
    for (const debug of debugs) {
      const first = this.treesOf(pair[0], debug);
      const second = this.treesOf(pair[1], debug);
      for (const operation of OPERATIONS) {
        this.operation = operation;
        const tree = pairTree(operation, first, second);
        combinations += tree.combinations;
        conditions.push(...conditionsOf(tree, debug));
        unknown.push(...tree.unknown.map((parameters) => ({ operation, debug, parameters })));
      }
    }
    const names = [pair[0].name, pair[1].name] as const;
    return { pair: names, debugs, combinations, conditions, unknown };
  }

  private treesOf(implementation: Implementation, debug: boolean): SideTrees {
    let byDebug = this.sides.get(implementation);
    if (!byDebug) this.sides.set(implementation, (byDebug = new Map<boolean, SideTrees>()));
    let trees = byDebug.get(debug);
    if (!trees) {
      trees = new SideTrees(implementation, debug, this.behaviours, byDebug.get(!debug));
      byDebug.set(debug, trees);
    }
    return trees;
  }
}
