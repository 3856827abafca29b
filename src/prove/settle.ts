// SPDX-License-Identifier: GPL-2.0-only
/**
 * Settles each case of a theorem: reachable and constructed by replaying a trace, now; what cannot
 * happen by an argument and by having looked for it in every constructed state of the smallest world.
 * What is neither is open.
 */

import type { Operation } from '../branches/index.js';
import { bucketKey } from '../compare/bucket.js';
import type { Divergence } from '../compare/divergence.js';
import { Replayer } from '../compare/replay.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Trace } from '../trace/index.js';
import type { Case, Condition } from './conditions.js';
import { touchesCarveout } from './misuse.js';
import { conditionOf, Observer, partingOf, type Satisfied } from './observed.js';
import type { Theorem } from './theorem.js';

/** A trace that leads to a case. */
export interface Witness {
  readonly trace: Trace;
  readonly debug: boolean;
  /** Index of the operation in which the two part. */
  readonly opIndex: number;
  /** What replay says of it. */
  readonly divergence: Divergence;
  /** A page that hyp keeps a table in was given away on the way. */
  readonly misuse: boolean;
  readonly constructed: boolean;
}

/** How a case was looked for in constructed states. */
export interface WorldCount {
  readonly states: number;
  readonly executions: number;
}

export type Settlement =
  | { readonly verdict: 'reachable' | 'constructed'; readonly witness: Witness }
  | {
      readonly verdict: 'cannot happen';
      readonly argument: string;
      /** Undefined where the states were not run yet, with the model as it is. */
      readonly looked: WorldCount;
    }
  | { readonly verdict: 'open'; readonly why: string };

/** Something that was found between two implementations, and that the theorem has no condition for. */
export class Contradiction extends Error {}

/** The cases of a theorem, and what settles each. */
export class Settled {
  private readonly witnesses = new Map<Case, Witness>();
  private readonly worlds = new Map<string, WorldCount>();

  constructor(
    readonly theorem: Theorem,
    private readonly pair: readonly [Implementation, Implementation],
  ) {}

  /** Cases that no trace leads to yet, though no argument excludes them. */
  get unwitnessed(): readonly { readonly condition: Condition; readonly case: Case }[] {
    return this.theorem.conditions.flatMap((condition) =>
      condition.cases
        .filter((one) => !one.argument && !this.witnesses.has(one))
        .map((one) => ({ condition, case: one })),
    );
  }

  /** Transitions of which an argument excludes something, with a setting of debug. */
  excluding(debug: boolean): Operation[] {
    const operations = this.theorem.conditions
      .filter((one) => one.debug === debug && one.cases.some(({ argument }) => argument))
      .map(({ operation }) => operation);
    return [...new Set(operations)];
  }

  /**
   * Replays a trace and keeps it for the cases it leads to.
   * @throws Contradiction when the two part where no condition holds, or where one cannot hold
   */
  replay(trace: Trace, debug: boolean): void {
    if (!this.theorem.debugs.includes(debug)) return;
    const observers = [new Observer(), new Observer()] as const;
    const [first, second] = this.pair;
    const replayer = new Replayer(observers[0].around(first), observers[1].around(second), 'exact');
    let misuse = false;
    const parted = new Map<number, Satisfied>();
    const before = () => observers.forEach(({ runs }) => runs.splice(0));
    const result = replayer.replay(
      trace,
      debug,
      (opIndex, _, step) => {
        misuse ||= observers[0].runs.some((run) => touchesCarveout(trace.machine, run));
        if (step === 0) return;
        const met = this.conditionMet(observers, debug, `${trace.name}: op ${opIndex}`);
        if (met.case.argument && !misuse) {
          throw new Contradiction(
            `${trace.name}: op ${opIndex} does what cannot happen: ${met.case.argument.text}`,
          );
        }
        parted.set(opIndex, met);
      },
      before,
    );
    for (const divergence of result.divergences) {
      const met = parted.get(divergence.opIndex);
      if (!met || met.case.argument || divergence.kind === 'expectation') continue;
      const { opIndex } = divergence;
      const { constructed } = trace;
      this.keep(met.case, { trace, debug, opIndex, divergence, misuse, constructed });
    }
  }

  /** States run in a world, for the transitions that were run there. */
  addWorld(debug: boolean, operations: readonly Operation[], count: WorldCount): void {
    for (const operation of operations) this.worlds.set(`${operation} ${debug}`, count);
  }

  /** What settles a case. */
  of(condition: Condition, one: Case): Settlement {
    const witness = this.witnesses.get(one);
    if (witness) {
      const isReachable = !witness.constructed && !witness.misuse;
      return { verdict: isReachable ? 'reachable' : 'constructed', witness };
    }
    const looked = this.worlds.get(`${condition.operation} ${condition.debug}`);
    if (!one.argument) {
      const where = looked ? ` in ${looked.executions} constructed executions` : '';
      return { verdict: 'open', why: `no trace is known that leads there${where}` };
    }
    if (!looked) return { verdict: 'open', why: 'argued, and not looked for: run prove --settle' };
    return { verdict: 'cannot happen', argument: one.argument.text, looked };
  }

  private conditionMet(
    [first, second]: readonly [Observer, Observer],
    debug: boolean,
    where: string,
  ): Satisfied {
    const parting = partingOf(first.runs, second.runs);
    const met = parting && conditionOf(parting, this.theorem.conditions, debug);
    if (met) return met;
    throw new Contradiction(
      `${this.theorem.pair.join(' and ')} differ in ${where}, and no condition of the theorem holds there`,
    );
  }

  private keep(one: Case, witness: Witness): void {
    const known = this.witnesses.get(one);
    if (!known || rank(witness) < rank(known)) this.witnesses.set(one, witness);
  }
}

/** Reachable before constructed, the transition itself before what calls it, short before long. */
function rank({ constructed, misuse, opIndex, divergence, trace }: Witness): number {
  const isCalled = !/^__pkvm_(host|hyp)_(un)?(share|donate)/.test(divergence.op);
  const kind = Number(constructed || misuse) * 4 + Number(misuse) * 2 + Number(isCalled);
  return kind * 1e6 + opIndex + Math.min(trace.ops.length, 1000) / 1e4;
}

/** The bucket that a witness's divergence is in. */
export function witnessKey({ divergence, debug, constructed }: Witness) {
  return bucketKey(divergence, debug, constructed);
}
