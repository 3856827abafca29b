// SPDX-License-Identifier: GPL-2.0-only
/**
 * Every well-typed state of the pages of a world, built with `poke`, one operation deep: what would
 * happen if a state arose, whether or not it can.
 */

import type { Implementation } from '../../hyp/transitions.js';
import { compileOp } from '../../ops/index.js';
import { opText, type TraceOp } from '../../trace/index.js';
import type { Action } from '../world/actions.js';
import { Effects } from '../successors/effects.js';
import { Expander } from '../successors/expander.js';
import { KeyLayout } from '../state/key.js';
import type { SearchOptions } from './options.js';
import { needsVms } from '../world/options.js';
import { SequentialSearch } from './sequential.js';
import { answer } from '../successors/executor.js';
import { Machines } from '../successors/machines.js';
import { stateAfter, transitionOf } from '../successors/transition.js';
import { VisitedStates } from '../visited/by_state.js';
import type { World } from '../world/world.js';

type Poke = Extract<TraceOp, { op: 'poke' }>;

const HOST_STATES = ['OWNED', 'SHARED_OWNED', 'SHARED_BORROWED', 'NOPAGE'] as const;
const HYP_STATES = ['NOPAGE', 'OWNED', 'SHARED_BORROWED'] as const;

export class ConstructedSearch extends SequentialSearch {
  readonly world: World;
  readonly executor: Machines;
  readonly effects: Effects;
  readonly visited: VisitedStates;
  readonly expander: Expander;
  /** Constructed states; those on the way to them are kept too. */
  readonly roots: number[] = [];
  done = 0;
  readonly from = 'all';
  readonly depth = 1;
  readonly invariants = undefined;
  private readonly footprints: boolean;
  /** How many actions are tried; the pokes come after them. */
  private readonly actions: number;
  /** Numbers of the states by their ids. */
  private readonly numbers = new Map<string, number>();

  constructor(
    world: World,
    readonly pair: readonly [Implementation, Implementation],
    readonly options: SearchOptions,
  ) {
    super();
    const { level, footprints } = options;
    this.actions = world.actions.length;
    const columns = world.pages.map((pfn) => pokesOf(pfn, world));
    this.world = { ...world, actions: [...world.actions, ...columns.flat()] };
    this.executor = new Machines(this.world, pair, level);
    const { components } = this.executor;
    const layout = KeyLayout.forSizes(this.sizes());
    this.effects = new Effects(layout, this.world, components);
    this.visited = new VisitedStates(layout);
    this.footprints = footprints && level === 'exact';
    this.expander = new Expander({
      world: this.world,
      components,
      executor: this.executor,
      effects: this.effects,
      visited: this.visited,
      successors: { take: () => undefined },
      footprints: this.footprints,
      actions: this.actions,
    });
    this.construct(columns.map((column) => column.length));
  }

  get states(): number {
    return this.roots.length;
  }

  get frontier(): number {
    return this.roots.length - this.done;
  }

  get isComplete(): boolean {
    return this.done === this.roots.length;
  }

  readonly images = undefined;

  get kept(): number {
    return this.states;
  }

  traceOfPath(actions: readonly number[]): readonly number[] {
    return actions;
  }

  /** Takes every action from up to so many states. */
  advance(states: number): void {
    for (let i = 0; i < states && !this.isComplete; i++) {
      const state = this.roots[this.done++];
      if (this.expander.expandKnown(state)) continue;
      answer(this.expander.expand(state, this.fit), this.executor, this.footprints);
    }
  }

  /** The actions, pokes among them, from the first state to a state. */
  pathTo(state: number): number[] {
    const { parents, actions } = this.visited;
    const path: number[] = [];
    for (let at = state; at > 0; at = parents[at]) path.push(actions[at]);
    return path.reverse();
  }

  /** Pokes page after page, from the world's first state and from one with a page in a guest. */
  private construct(columns: readonly number[]): void {
    this.add(new Int32Array(this.executor.components.count), -1, 0);
    const starts = [0, ...this.sharedWithGuest()];
    let first = this.actions;
    let before = starts;
    for (const column of columns) {
      // A page that is no memory has no states to be poked.
      if (column === 0) continue;
      const after = new Set<number>();
      for (const state of before) {
        for (let action = first; action < first + column; action++) {
          after.add(this.take(state, action));
        }
      }
      first += column;
      before = [...after];
    }
    for (const state of before) this.roots.push(state);
  }

  private sharedWithGuest(): number[] {
    const action = this.world.actions.findIndex(({ name }) => name === '__pkvm_host_share_guest');
    return action < 0 || !needsVms(this.world.options) ? [] : [this.take(0, action)];
  }

  /** Takes an action that both sides agree on; the state after it. */
  private take(state: number, action: number): number {
    const ids = this.expander.idsOf(state).slice();
    const { components } = this.executor;
    const [executed] = this.executor.execute([{ action, ids }], false);
    const after = stateAfter(ids, transitionOf(executed, ids, components));
    return this.add(after, state, action);
  }

  private add(ids: Int32Array, parent: number, action: number): number {
    this.fit();
    const { visited } = this;
    const key = new Int32Array(visited.layout.words);
    visited.layout.pack(ids, key, 0);
    const name = ids.subarray(0, this.executor.components.count).join();
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    visited.insert(key, 0, parent, action);
    this.numbers.set(name, visited.size - 1);
    return visited.size - 1;
  }
}

/** Every well-typed state of a page; only hyp's where there is no memory. */
function pokesOf(pfn: number, world: World): Action[] {
  const { memory } = world.machine;
  const isMemory = memory.some((region) => pfn >= region.pfn && pfn < region.pfn + region.pages);
  if (!isMemory) return [];
  const shares = needsVms(world.options) ? [0, 1] : [0];
  const pokes: Action[] = [];
  for (const host_state of HOST_STATES) {
    for (const hyp_state of HYP_STATES) {
      for (let refcount = 0; refcount <= world.options.maxPins; refcount++) {
        for (const host_share_guest_count of shares) {
          pokes.push(
            actionOf({ op: 'poke', pfn, host_state, hyp_state, refcount, host_share_guest_count }),
          );
        }
      }
    }
  }
  return pokes;
}

function actionOf(source: Poke): Action {
  return { source, op: compileOp(source), name: 'poke', text: opText(source), pins: [] };
}
