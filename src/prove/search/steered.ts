// SPDX-License-Identifier: GPL-2.0-only
/**
 * A search from boot for a condition: in small machines, always from the state whose helpers answer most
 * of what the condition wants. What it finds is a trace that is yet to be replayed.
 */

import { type Operation, OPERATIONS } from '../../branches/index.js';
import { type Action, actionsOf } from '../../explore/world/actions.js';
import { DEFAULT_WORLD } from '../../explore/world/options.js';
import { Layout } from '../../hyp/layout.js';
import { Machine } from '../../hyp/machine.js';
import { type MachineConfig, Op, OpCode, type OpName } from '../../hyp/op.js';
import { isPanic } from '../../hyp/outcome.js';
import type { Implementation } from '../../hyp/transitions.js';
import type { Case, Condition } from '../conditions.js';
import { classOf, type Parameters, takesRange } from '../parameters.js';
import { Probe, type Wanted, wantedOf } from './probe.js';

/** What is searched for. */
export interface Target {
  readonly condition: Condition;
  readonly case: Case;
}

/** A trace from boot whose last operation may be in the case. */
export interface Candidate {
  readonly machine: MachineConfig;
  readonly ops: readonly Op[];
}

/** A region of three tables' pages, the first of which has the carve-out. */
const REGION = { pfn: 0x40000, pages: 1536, nomap: false };

/** A page whose tables boot has made, and two on either side of the border of two other tables. */
const PAGES = [0x40100, 0x403ff, 0x40400];

/**
 * Pages of the two pools, hyp's and the host's: boot takes four of each, so there are machines with
 * tables to spare in both, in one, in neither, and for one more.
 */
const POOLS: readonly (readonly [number, number])[] = [
  [64, 64],
  [4, 64],
  [64, 4],
  [4, 4],
  [5, 64],
  [64, 5],
];

const TRIED: readonly OpName[] = [...OPERATIONS, 'hyp_pin_shared_mem', 'hyp_unpin_shared_mem'];

/** Longest range, in pages, and most references that are pinned on a page. */
const MOST_PAGES = 2;
const MOST_PINS = 2;
/** States of one machine at which the next one has its turn, */
const TURNS = [1, 50, 200, 500, 1000];
/** and at which it is given up. */
const MOST_STATES = 2000;
/** An answer that is not as wanted counts as much as so many operations. */
const ANSWER_COST = 4;

/**
 * Searches for a case.
 * @param accept whether a candidate leads there, by replay; the last that does is the shortest found
 * @param most states of each machine
 * @returns states that were looked at, of all machines
 */
export function steerTo(
  pair: readonly [Implementation, Implementation],
  { condition, case: one }: Target,
  accept: (candidate: Candidate) => boolean,
  most = MOST_STATES,
): number {
  const { operation, debug } = condition;
  const classes = new Set(one.leaves.flatMap((leaf) => leaf.classes));
  const parameters = parametersOf(operation).filter((each) => classes.has(classOf(each).name));
  if (parameters.length === 0) return 0;
  const wanted = wantedOf(one);
  const searches = POOLS.map(
    (pools) => new SteeredSearch(pair, machineOf(pools, debug), operation, parameters, wanted),
  );
  const found = firstOf(searches, accept, most);
  if (found) shorten(found, accept);
  return searches.reduce((sum, { states }) => sum + states, 0);
}

/** Gives each machine its turns. */
function firstOf(
  searches: readonly SteeredSearch[],
  accept: (candidate: Candidate) => boolean,
  most: number,
): Candidate | undefined {
  for (const turn of [...TURNS, most]) {
    if (turn > most) continue;
    for (const search of searches) {
      const found = search.run(turn, accept);
      if (found) return found;
    }
  }
  return undefined;
}

/** Leaves out what it can do without. */
function shorten({ machine, ops }: Candidate, accept: (candidate: Candidate) => boolean): void {
  let left = ops;
  for (let i = ops.length - 2; i >= 0; i--) {
    const without = left.filter((_, at) => at !== i);
    if (accept({ machine, ops: without })) left = without;
  }
}

function machineOf(
  [hpool_pages, host_s2_pages]: readonly [number, number],
  debug: boolean,
): MachineConfig {
  return {
    nvhe_el2_debug: debug,
    share_guest_warn: true,
    memory: [REGION],
    carveout: { pfn: REGION.pfn, hpool_pages, host_s2_pages },
  };
}

/** What a transition is tried with. */
function parametersOf(operation: Operation): Parameters[] {
  const sizes = takesRange(operation) ? [0, 1, 2] : [1];
  return PAGES.flatMap((pfn) => sizes.map((nr_pages) => ({ pfn, nr_pages })));
}

/** A state, by the operation that led to it. */
interface Reached {
  readonly before: Reached | undefined;
  readonly op: Op | undefined;
  readonly depth: number;
}

class SteeredSearch {
  states = 0;
  private readonly machine: Machine;
  private readonly probe: Probe;
  private readonly actions: readonly Action[];
  private readonly seen = new Set<string>();
  /** States that are not expanded yet, by their cost. */
  private readonly queues: Reached[][] = [];
  private candidate: Candidate | undefined;

  constructor(
    pair: readonly [Implementation, Implementation],
    private readonly config: MachineConfig,
    private readonly operation: Operation,
    private readonly parameters: readonly Parameters[],
    private readonly wanted: Wanted,
  ) {
    this.machine = new Machine(new Layout(config), pair[0]);
    this.probe = new Probe(this.machine, pair);
    const options = { ...DEFAULT_WORLD, ops: TRIED, ranges: MOST_PAGES, vms: 0, gfns: 0 };
    this.actions = actionsOf(options, PAGES, [], config);
  }

  /** Goes on until it has looked at so many states; the candidate that was accepted, if one was. */
  run(most: number, accept: (candidate: Candidate) => boolean): Candidate | undefined {
    if (this.states === 0) this.look({ before: undefined, op: undefined, depth: 0 }, accept);
    while (this.candidate === undefined && this.states < most) {
      const next = this.cheapest();
      if (!next) break;
      this.expand(next, accept);
    }
    return this.candidate;
  }

  private expand(from: Reached, accept: (candidate: Candidate) => boolean): void {
    const path = pathTo(from);
    for (const { op, pins } of this.actions) {
      this.goTo(path);
      if (this.areTooMany(pins) || !this.does(op)) continue;
      this.look({ before: from, op, depth: from.depth + 1 }, accept);
      if (this.candidate) return;
    }
  }

  /** Puts a state that is new into its queue, unless the case is met from there. */
  private look(reached: Reached, accept: (candidate: Candidate) => boolean): void {
    const key = this.key();
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.states++;
    let least = this.wanted.size + 1;
    for (const each of this.parameters) {
      const distance = this.probe.distance(this.operation, each, this.wanted);
      least = Math.min(least, distance);
      if (distance > 0) continue;
      const candidate = { machine: this.config, ops: [...pathTo(reached), this.opOf(each)] };
      if (!accept(candidate)) continue;
      this.candidate = candidate;
      return;
    }
    const cost = ANSWER_COST * least + reached.depth;
    (this.queues[cost] ??= []).push(reached);
  }

  private cheapest(): Reached | undefined {
    for (const queue of this.queues) {
      const next = queue?.shift();
      if (next) return next;
    }
    return undefined;
  }

  private goTo(path: readonly Op[]): void {
    this.machine.state.undoTo(0);
    this.machine.revive();
    for (const op of path) this.machine.run(op);
  }

  /** Runs an operation; false if it changes nothing, or ends the machine. */
  private does(op: Op): boolean {
    const mark = this.machine.state.journalLength;
    const outcome = this.machine.run(op);
    return !isPanic(outcome) && this.machine.state.journalLength > mark;
  }

  private areTooMany(pins: readonly number[]): boolean {
    const { vmemmap } = this.machine;
    return pins.some((pfn) => vmemmap.refcount(vmemmap.hyp_phys_to_page(pfn)) >= MOST_PINS);
  }

  /** What differs from the state after boot. */
  private key(): string {
    const { journalIndex, journalOld, journalLength, words } = this.machine.state;
    const booted = new Map<number, number>();
    for (let i = 0; i < journalLength; i++) {
      if (!booted.has(journalIndex[i])) booted.set(journalIndex[i], journalOld[i]);
    }
    const changed = [...booted].filter(([word, old]) => words[word] !== old);
    return changed
      .map(([word]) => `${word}=${words[word]}`)
      .sort()
      .join();
  }

  private opOf({ pfn, nr_pages }: Parameters): Op {
    return new Op(OpCode[this.operation], pfn, takesRange(this.operation) ? nr_pages : 0);
  }
}

function pathTo(reached: Reached): Op[] {
  const ops: Op[] = [];
  for (let at: Reached | undefined = reached; at?.op; at = at.before) ops.push(at.op);
  return ops.reverse();
}
