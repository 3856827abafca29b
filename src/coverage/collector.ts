// SPDX-License-Identifier: GPL-2.0-only
/** Counts what implementations meet: operation x state before it x outcome, and branches. */

import { type BranchCounts, branchesOf, instrument } from '../branches/index.js';
import type { Lockstep } from '../compare/lockstep.js';
import type { BeforeOp } from '../compare/replay_run.js';
import { OP_NAMES, type Op } from '../hyp/op.js';
import type { Implementation } from '../hyp/transitions.js';
import { type Coverage, OUTCOME_CLASSES, outcomeClass, outcomeClassText } from '../result/index.js';
import { neverMet } from './never_met.js';
import { PageBefore, STATES, stateText } from './page_before.js';

type Cell = Coverage['implementations'][number]['cells'][number];

/** Called around each operation that both sides run. */
export interface CoverageObserver {
  readonly before: BeforeOp;
  readonly after: (opIndex: number, lockstep: Lockstep) => void;
}

/** What one implementation met. */
class Met {
  readonly branches: BranchCounts = new Map();
  /** Every branch there is. */
  catalogue: readonly string[] = [];
  private readonly counts = new Map<number, number>();

  add(op: Op, debug: boolean, { host, hyp, guest }: PageBefore, outcome: number): void {
    let key = op.code * 2 + Number(debug);
    key = ((key * STATES + host) * STATES + hyp) * STATES + guest;
    key = key * OUTCOME_CLASSES + outcomeClass(outcome);
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  cells(): Cell[] {
    return [...this.counts].sort(([a], [b]) => a - b).map(([key, count]) => cellOf(key, count));
  }
}

function cellOf(key: number, count: number): Cell {
  let rest = key;
  const take = (radix: number) => {
    const digit = rest % radix;
    rest = Math.floor(rest / radix);
    return digit;
  };
  const outcome = outcomeClassText(take(OUTCOME_CLASSES));
  const guest = stateText(take(STATES));
  const hyp = stateText(take(STATES));
  const host = stateText(take(STATES));
  const debug = take(2) === 1;
  return { op: OP_NAMES[rest], debug, host, hyp, guest, outcome, count };
}

export class CoverageCollector {
  private readonly byName = new Map<string, Met>();

  /** The implementation, with the branches it takes counted. */
  watched(implementation: Implementation): Implementation {
    const met = this.metOf(implementation.name);
    met.catalogue = branchesOf(implementation);
    return instrument(implementation, met.branches);
  }

  /** Counts the operations of a replay of `ops` through a pair. */
  observer(pair: readonly [string, string], ops: readonly Op[], debug: boolean): CoverageObserver {
    const first = this.metOf(pair[0]);
    const second = this.metOf(pair[1]);
    const firstBefore = new PageBefore();
    const secondBefore = new PageBefore();
    return {
      before: (index, lockstep) => {
        firstBefore.look(lockstep.first, ops[index]);
        secondBefore.look(lockstep.second, ops[index]);
      },
      after: (index, { firstOutcome, secondOutcome }) => {
        first.add(ops[index], debug, firstBefore, firstOutcome);
        second.add(ops[index], debug, secondBefore, secondOutcome);
      },
    };
  }

  /** What was met so far; `missing` is for whoever requires something. */
  section(): Coverage['implementations'] {
    return [...this.byName].map(([name, met]) => {
      const cells = met.cells();
      return {
        name,
        cells,
        neverMet: neverMet(cells),
        branches: [...met.branches]
          .map(([branch, count]) => ({ name: branch, count }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
        neverFired: met.catalogue.filter((branch) => !met.branches.has(branch)),
      };
    });
  }

  private metOf(name: string): Met {
    let met = this.byName.get(name);
    if (met === undefined) {
      met = new Met();
      this.byName.set(name, met);
    }
    return met;
  }
}
