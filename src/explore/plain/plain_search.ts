// SPDX-License-Identifier: GPL-2.0-only
/**
 * Read this first: exploring a world, as plainly as it can be done. Breadth first, every action is run
 * in every state on both machines, and every state is visited once. `search/search.ts` comes to the same
 * states, transitions, outcomes and digest many times faster, from what actions read, with one state for
 * all its renamings, on threads; the tests hold it to this one, which `explore --plain` runs.
 */

import type { Implementation } from '../../hyp/transitions.js';
import type { Exploration } from '../search/exploration.js';
import type { SearchOptions } from '../search/options.js';
import { actionHash, addState, edgeLabel, type Halves } from '../state/digest.js';
import { Sum64 } from '../state/hash.js';
import { TransitionClasses } from '../successors/classes.js';
import type { Finding } from '../successors/expander.js';
import type { World } from '../world/world.js';
import { type PlainCame, PlainMachines, type PlainState } from './plain_machines.js';

const OPTIONS: SearchOptions = {
  level: 'exact',
  view: 'exact',
  footprints: false,
  symmetry: false,
  invariants: false,
};

/** A state, and how it was reached first. */
interface Visited {
  readonly state: PlainState;
  /** Number of the state before it; -1 for the first state. */
  readonly parent: number;
  /** The action that led here. */
  readonly action: number;
  readonly depth: number;
}

export class PlainSearch implements Exploration {
  /** States in the order in which they were visited: those from `done` on are the frontier. */
  private readonly visited: Visited[] = [];
  private readonly keys = new Set<string>();
  private done = 0;
  private readonly machines: PlainMachines;
  private readonly actionHashes: readonly Halves[];
  private readonly sum = new Sum64();
  readonly findings: Finding[] = [];
  readonly classes: TransitionClasses;
  private readonly counts: number[] = [];
  bytes = 0;

  /** @throws BootError, SetupError, SetupDivergence: see `bootWorld()` */
  constructor(
    readonly world: World,
    readonly pair: readonly [Implementation, Implementation],
  ) {
    this.classes = new TransitionClasses(world);
    this.actionHashes = world.actions.map(({ text }) => actionHash(text));
    this.machines = new PlainMachines(world, pair);
    this.visit({ state: this.machines.firstState, parent: -1, action: 0, depth: 0 });
  }

  /** Expands up to so many states. */
  advance(states: number): void {
    for (let i = 0; i < states && !this.isComplete; i++) this.expand(this.done++);
  }

  /** Runs every action from a state. */
  private expand(number: number): void {
    const { state, depth } = this.visited[number];
    let [labelsLo, labelsHi] = [0, 0];
    this.machines.goTo(state);
    this.actionHashes.forEach((hash, action) => {
      if (!this.machines.isEnabled(action)) return;
      const came = this.machines.run(action);
      this.count(number, action, came);
      const { lo, hi } = came.after ?? state;
      const label = edgeLabel(hash, came, [state.lo ^ lo, state.hi ^ hi]);
      labelsLo += label[0];
      labelsHi += label[1];
      if (came.after) this.visit({ state: came.after, parent: number, action, depth: depth + 1 });
    });
    addState(this.sum, state.lo, state.hi, labelsLo, labelsHi);
  }

  private visit(found: Visited): void {
    if (this.keys.has(found.state.key)) return;
    this.keys.add(found.state.key);
    this.visited.push(found);
    this.bytes += found.state.key.length;
  }

  private count(state: number, action: number, came: PlainCame): void {
    const index = this.classes.classify(action, came);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    const { bucket } = this.classes.list[index];
    if (bucket === this.findings.length) this.findings.push({ bucket, state, action });
  }

  pathTo(state: number): number[] {
    const { parent, action } = this.visited[state];
    return parent < 0 ? [] : [...this.pathTo(parent), action];
  }

  readonly from = 'boot';
  readonly options = OPTIONS;
  readonly workers = 1;
  readonly invariants = undefined;
  readonly images = undefined;

  get isComplete(): boolean {
    return this.frontier === 0;
  }

  get states(): number {
    return this.visited.length;
  }

  get kept(): number {
    return this.states;
  }

  get frontier(): number {
    return this.states - this.done;
  }

  get depth(): number {
    return this.visited[this.states - 1].depth;
  }

  get transitions(): number {
    return this.counts.reduce((sum, n) => sum + n, 0);
  }

  get executed(): number {
    return this.transitions;
  }

  get hits(): Float64Array {
    return Float64Array.from(this.counts);
  }

  get digest(): string {
    return this.sum.toString();
  }

  traceOfPath(path: readonly number[]): readonly number[] {
    return path;
  }
}
