// SPDX-License-Identifier: GPL-2.0-only
/** Explores a world from its first state until nothing new appears, or a limit is reached. */

import type { Implementation } from '../../hyp/transitions.js';
import { Effects } from '../successors/effects.js';
import { Expander } from '../successors/expander.js';
import { InvariantChecker } from '../invariants/checker.js';
import { VisitedByOwnership } from '../visited/by_ownership.js';
import { KeyLayout } from '../state/key.js';
import type { SearchOptions } from './options.js';
import { SequentialSearch } from './sequential.js';
import { type Asking, answer, type Executor } from '../successors/executor.js';
import { Machines } from '../successors/machines.js';
import { VisitedStates } from '../visited/by_state.js';
import { symmetryGroup } from '../symmetry/group.js';
import { Images } from '../symmetry/images.js';
import { traceOfPath } from './path.js';
import type { World } from '../world/world.js';

export class Search extends SequentialSearch {
  /** The machines, if actions are run in this process. */
  readonly machines: Machines | undefined;
  readonly effects: Effects;
  readonly visited: VisitedStates;
  readonly expander: Expander;
  readonly invariants: InvariantChecker | undefined;
  /** Renamings of states that are counted with them, if the world has any. */
  readonly images: Images | undefined;
  /** States expanded. */
  done = 0;
  readonly from = 'boot';
  /** Longest of the shortest paths to the states so far. */
  depth = 0;
  /** The last state of the depth that is being expanded. */
  lastOfLevel = 0;
  /** Effects are known from what was read. */
  private readonly footprints: boolean;
  /** Which ownerships were met, if those are what tells states apart. */
  readonly owners: VisitedByOwnership | undefined;

  /**
   * @param executor who runs actions; if it is none of this process, states are told apart by every
   *   word, and invariants are not checked
   * @throws NotSymmetric when the world is not as symmetric as its operations; then or later
   */
  constructor(
    readonly world: World,
    readonly pair: readonly [Implementation, Implementation],
    readonly options: SearchOptions,
    readonly executor: Executor = new Machines(world, pair, options.level),
  ) {
    super();
    const { components } = executor;
    this.machines = executor instanceof Machines ? executor : undefined;
    this.images = this.findSymmetry();
    const layout = KeyLayout.forSizes(this.sizes());
    this.effects = new Effects(layout, world, components, this.images?.order);
    this.visited = new VisitedStates(layout, this.images);
    if (this.machines && options.view === 'ownership') {
      this.owners = new VisitedByOwnership(this.visited, this.machines);
    }
    this.footprints = options.footprints && options.level === 'exact';
    this.expander = new Expander({
      world,
      components,
      executor,
      effects: this.effects,
      visited: this.visited,
      successors: this.owners ?? this.visited,
      footprints: this.footprints,
      actions: world.actions.length,
      images: this.images,
    });
    this.invariants = options.invariants ? new InvariantChecker(world.pages) : undefined;
    const first = new Int32Array(layout.words);
    layout.pack(new Int32Array(components.count), first, 0);
    this.visited.insert(first, 0, -1, 0);
  }

  /** States met: those kept and their renamings. */
  get states(): number {
    return this.visited.met;
  }

  get kept(): number {
    return this.visited.size;
  }

  get frontier(): number {
    return this.visited.size - this.done;
  }

  get isComplete(): boolean {
    return this.done === this.visited.size;
  }

  /** Every state of a depth is expanded, and none of the next. */
  get isBetweenLevels(): boolean {
    return this.lastOfLevel === this.visited.size - 1;
  }

  /** Expands up to so many states, or until `stop` says so; at once, if the executor answers at once. */
  advance(states: number, stop?: () => boolean): void | Promise<void> {
    return this.answer(this.advancing(states, stop));
  }

  /** Lets the executor answer something that asks. */
  answer<T>(asking: Asking<T>): T | Promise<T> {
    return answer(asking, this.executor, this.footprints);
  }

  /** The actions from the first state to a state. */
  pathTo(state: number): number[] {
    const actions: number[] = [];
    const { parents } = this.visited;
    for (let at = state; parents[at] >= 0; at = parents[at]) actions.push(this.visited.actions[at]);
    return actions.reverse();
  }

  /** The actions of a trace, from those that lead to a state that is kept and on. */
  traceOfPath(path: readonly number[]): readonly number[] | Promise<readonly number[]> {
    const { images, executor } = this;
    return images ? this.answer(traceOfPath(path, this.world, executor.components, images)) : path;
  }

  private *advancing(states: number, stop?: () => boolean): Asking<void> {
    const { expander } = this;
    for (let i = 0; i < states && !this.isComplete; i++) {
      if (stop?.()) return;
      const state = this.done++;
      this.check(state);
      if (!expander.expandKnown(state)) yield* expander.expand(state, this.fit);
      if (state !== this.lastOfLevel || this.isComplete) continue;
      this.depth++;
      this.lastOfLevel = this.visited.size - 1;
    }
  }

  private check(state: number): void {
    const { invariants, machines } = this;
    if (!invariants || !machines) return;
    const { lockstep } = machines;
    machines.load(this.expander.idsOf(state));
    invariants.check(state, [lockstep.first, lockstep.second]);
  }

  private findSymmetry(): Images | undefined {
    const { symmetry, footprints, level, view, invariants } = this.options;
    if (!symmetry || !footprints || invariants || level !== 'exact' || view !== 'exact') return;
    const group = symmetryGroup(this.world);
    const { components, reference } = this.executor;
    return group && new Images(this.world, group, components, reference);
  }
}
