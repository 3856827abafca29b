// SPDX-License-Identifier: GPL-2.0-only
/**
 * Settles each case of a theorem: reachable and constructed by replaying a trace, now; what cannot
 * happen by an argument and by having looked for it in every constructed state of the smallest world.
 * What is neither is open.
 */

import { OPERATIONS, type Operation } from '../branches/index.js';
import type { Column } from '../compare/divergence.js';
import { Replayer } from '../compare/replay.js';
import type { OpName } from '../hyp/op.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Trace } from '../trace/index.js';
import type { Case, Condition } from './conditions.js';
import { pokesCarveout, touchesCarveout } from './misuse.js';
import { conditionOf, Observer, partingOf, type Satisfied } from './observed.js';
import type { Difference } from './pair_tree.js';
import type { Theorem } from './theorem.js';

/** A trace that leads to a case, and what replay says of it. */
export interface Witness {
  readonly name: string;
  readonly file: string;
  readonly debug: boolean;
  readonly constructed: boolean;
  /** A page that hyp keeps a table in was given away on the way. */
  readonly misuse: boolean;
  /** Index of the operation in which the two part. */
  readonly opIndex: number;
  readonly op: OpName;
  readonly kind: Difference;
  readonly outcomes: readonly [string, string];
  readonly columns: readonly Column[];
  /** In this run; else in an earlier one, with the same model. */
  readonly replayed: boolean;
}

/** How a case was looked for in constructed states. */
export interface WorldCount {
  readonly states: number;
  readonly executions: number;
}

export type Settlement =
  | { readonly verdict: 'reachable'; readonly witness: Witness }
  | {
      readonly verdict: 'constructed';
      readonly witness: Witness;
      /** From boot, by misuse only. */
      readonly misuse: Witness | undefined;
      /** States from boot in which it was searched for, and not met; undefined if it was not. */
      readonly searched: number | undefined;
    }
  | {
      readonly verdict: 'by misuse';
      readonly witness: Witness;
      readonly searched: number | undefined;
    }
  | {
      readonly verdict: 'cannot happen';
      readonly argument: string;
      /** Undefined where the states were not run yet, with the model as it is. */
      readonly looked: WorldCount;
    }
  | { readonly verdict: 'open'; readonly why: string };

/** The states of a setting of debug, and the transitions that were run there. */
export interface WorldOf extends WorldCount {
  readonly debug: boolean;
  readonly operations: readonly Operation[];
}

/** Something that was found between two implementations, and that the theorem has no condition for. */
export class Contradiction extends Error {}

/** What a trace to a case stands on. */
type Way = 'reachable' | 'constructed' | 'by misuse';

/** The cases of a theorem, and what settles each. */
export class Settled {
  private readonly witnesses = new Map<Case, Partial<Record<Way, Witness>>>();
  private readonly searches = new Map<Case, number>();
  private readonly worlds: WorldOf[] = [];

  constructor(
    readonly theorem: Theorem,
    private readonly pair: readonly [Implementation, Implementation],
  ) {}

  /** Cases that no trace leads to yet, though no argument excludes them. */
  get unwitnessed(): readonly { readonly condition: Condition; readonly case: Case }[] {
    return this.unreached.filter((one) => !this.witnesses.has(one.case));
  }

  /** Cases that no trace from boot leads to without misuse, though no argument excludes them. */
  get unreached(): readonly { readonly condition: Condition; readonly case: Case }[] {
    return this.theorem.conditions.flatMap((condition) =>
      condition.cases
        .filter((one) => !one.argument && !this.witnesses.get(one)?.reachable)
        .map((one) => ({ condition, case: one })),
    );
  }

  /** Is there a trace to it that pokes? */
  isConstructed(one: Case): boolean {
    return this.witnesses.get(one)?.constructed !== undefined;
  }

  /** Transitions with a case that is not settled, with a setting of debug. */
  unsettled(debug: boolean): Operation[] {
    const operations = this.theorem.conditions
      .filter(
        (condition) =>
          condition.debug === debug &&
          condition.cases.some((one) => this.of(condition, one).verdict === 'open'),
      )
      .map(({ operation }) => operation);
    return [...new Set(operations)];
  }

  /**
   * Replays a trace and keeps it for the cases it leads to.
   * @returns the cases that it leads to from boot without misuse
   * @throws Contradiction when the two part where no condition holds, or where one cannot hold
   */
  replay(trace: Trace, debug: boolean): Case[] {
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
        misuse ||= pokesCarveout(trace.machine, trace.source[opIndex]);
        misuse ||= observers[0].runs.some((run) => touchesCarveout(trace.machine, run));
        if (step === 0) return;
        const met = this.conditionMet(observers, debug);
        if (met) parted.set(opIndex, met);
        if (!misuse) this.holdAgainst(met, `${trace.name}, op ${opIndex}`);
      },
      before,
    );
    const reached: Case[] = [];
    for (const divergence of result.divergences) {
      const met = parted.get(divergence.opIndex);
      if (!met || met.case.argument || divergence.kind === 'expectation') continue;
      const { name, file, constructed } = trace;
      const { opIndex, op, kind, outcomes, columns } = divergence;
      const isMisuse = misuse || divergence.misuse === true;
      const place = { name, file, debug, constructed, misuse: isMisuse, opIndex };
      this.keep(met.case, { ...place, op: op as OpName, kind, outcomes, columns, replayed: true });
      if (!constructed && !isMisuse) reached.push(met.case);
    }
    return reached;
  }

  /** Takes what an earlier run of the same model found, for the case it is about. */
  accept(operation: Operation, witness: Witness): void {
    for (const one of this.casesOf(operation, witness)) this.keep(one, witness);
  }

  /** A case was searched for from boot, and not met in so many states. */
  addSearch(one: Case, states: number): void {
    this.searches.set(one, states);
  }

  searchedFor(one: Case): number | undefined {
    return this.searches.get(one);
  }

  /** The cases of a transition that come to the same, if no argument excludes them. */
  casesOf(
    operation: string,
    { debug, kind, outcomes }: Pick<Witness, 'debug' | 'kind'> & { outcomes: readonly string[] },
  ): Case[] {
    return this.theorem.conditions
      .filter((condition) => condition.operation === operation && condition.debug === debug)
      .flatMap(({ cases }) => cases)
      .filter(
        (one) =>
          !one.argument && one.difference === kind && one.outcomes.join() === outcomes.join(),
      );
  }

  /** States run in a world, for the transitions that were run there. */
  addWorld(debug: boolean, operations: readonly Operation[], count: WorldCount): void {
    this.worlds.push({ debug, operations, ...count });
  }

  /** The worlds that were run, now or before with the same model. */
  get looked(): readonly WorldOf[] {
    return this.worlds;
  }

  /** What was searched for from boot, now or before with the same model, and not met. */
  get searched(): readonly {
    readonly condition: Condition;
    readonly case: Case;
    readonly states: number;
  }[] {
    return this.unreached.flatMap((one) => {
      const states = this.searches.get(one.case);
      return states === undefined ? [] : [{ ...one, states }];
    });
  }

  /** Every case that a trace leads to. */
  get witnessed(): readonly { readonly condition: Condition; readonly witness: Witness }[] {
    return this.theorem.conditions.flatMap((condition) =>
      condition.cases.flatMap((one) => {
        const witnesses = Object.values(this.witnesses.get(one) ?? {});
        return witnesses.map((witness) => ({ condition, witness }));
      }),
    );
  }

  /** What settles a case. */
  of(condition: Condition, one: Case): Settlement {
    const ways = this.witnesses.get(one) ?? {};
    const { reachable, constructed, 'by misuse': misuse } = ways;
    if (reachable) return { verdict: 'reachable', witness: reachable };
    const searched = this.searches.get(one);
    if (constructed) return { verdict: 'constructed', witness: constructed, misuse, searched };
    if (misuse) return { verdict: 'by misuse', witness: misuse, searched };
    const looked = this.worlds.find(
      ({ debug, operations }) =>
        debug === condition.debug && operations.includes(condition.operation),
    );
    if (!one.argument) {
      const states = searched === undefined ? '' : `, nor in ${searched} states from boot`;
      const where = looked ? ` in ${looked.executions} constructed executions` : '';
      return { verdict: 'open', why: `no trace is known that leads there${where}${states}` };
    }
    if (!looked) return { verdict: 'open', why: 'argued, and not looked for: run prove' };
    const { states, executions } = looked;
    return {
      verdict: 'cannot happen',
      argument: one.argument.text,
      looked: { states, executions },
    };
  }

  private conditionMet(
    [first, second]: readonly [Observer, Observer],
    debug: boolean,
  ): Satisfied | undefined {
    const parting = partingOf(first.runs, second.runs);
    return parting && conditionOf(parting, this.theorem.conditions, debug);
  }

  private holdAgainst(met: Satisfied | undefined, where: string): void {
    const pair = this.theorem.pair.join(' and ');
    if (!met) {
      throw new Contradiction(
        `${pair} differ in ${where}, and no condition of the theorem holds there`,
      );
    }
    const { argument } = met.case;
    if (argument) throw new Contradiction(`${where} does what cannot happen: ${argument.text}`);
  }

  private keep(one: Case, witness: Witness): void {
    const ways = this.witnesses.get(one) ?? {};
    this.witnesses.set(one, ways);
    const way = wayOf(witness);
    const known = ways[way];
    if (!known || rank(witness) < rank(known)) ways[way] = witness;
  }
}

function wayOf({ constructed, misuse }: Witness): Way {
  if (misuse) return 'by misuse';
  return constructed ? 'constructed' : 'reachable';
}

/** From boot before poked, the transition itself before what calls it, short before long. */
function rank({ constructed, opIndex, op }: Witness): number {
  const isCalled = !(OPERATIONS as readonly string[]).includes(op);
  return (Number(constructed) * 2 + Number(isCalled)) * 1e6 + opIndex;
}
