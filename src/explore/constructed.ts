// SPDX-License-Identifier: GPL-2.0-only
/**
 * Every well-typed state of the pages of a world, built with `poke`, one operation deep: what would
 * happen if a state arose, whether or not it can.
 */

import type { Implementation } from '../hyp/transitions.js';
import { compileOp } from '../trace/compile.js';
import { opText, type TraceOp } from '../trace/index.js';
import type { Letter } from './alphabet.js';
import { Effects } from './effects.js';
import { Expander } from './expander.js';
import { Packing } from './packing.js';
import type { SearchOptions } from './search.js';
import { needsVms } from './setup.js';
import { SingleSearch } from './single_search.js';
import { Stepper } from './stepper.js';
import { Store } from './store.js';
import type { World } from './world.js';

type Poke = Extract<TraceOp, { op: 'poke' }>;

const HOST_STATES = ['OWNED', 'SHARED_OWNED', 'SHARED_BORROWED', 'NOPAGE'] as const;
const HYP_STATES = ['NOPAGE', 'OWNED', 'SHARED_BORROWED'] as const;

export class ConstructedSearch extends SingleSearch {
  readonly world: World;
  readonly stepper: Stepper;
  readonly effects: Effects;
  readonly store: Store;
  readonly expander: Expander;
  /** Constructed states; those on the way to them are in the store too. */
  readonly roots: number[] = [];
  done = 0;
  readonly from = 'all';
  readonly depth = 1;
  readonly invariants = undefined;
  private readonly letters: number;
  /** Numbers of the states by their ids. */
  private readonly numbers = new Map<string, number>();

  constructor(
    world: World,
    readonly pair: readonly [Implementation, Implementation],
    readonly options: SearchOptions,
  ) {
    super();
    const { level, footprints } = options;
    this.letters = world.alphabet.length;
    const columns = world.pages.map((pfn) => pokesOf(pfn, world));
    this.world = { ...world, alphabet: [...world.alphabet, ...columns.flat()] };
    this.stepper = new Stepper(this.world, pair[0], pair[1], level);
    const packing = Packing.forSizes(this.sizes());
    this.effects = new Effects(packing, this.stepper);
    this.store = new Store(packing);
    this.expander = new Expander(
      this.stepper,
      this.effects,
      this.store,
      footprints && level === 'exact',
      this.letters,
      { take: () => undefined },
    );
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

  unfold(letters: readonly number[]): readonly number[] {
    return letters;
  }

  /** Takes every letter from up to so many states. */
  advance(states: number): void {
    for (let i = 0; i < states && !this.isComplete; i++) {
      this.expander.expand(this.roots[this.done++], this.fit);
    }
  }

  /** The letters, pokes among them, from the first state to a state. */
  pathTo(state: number): number[] {
    const { parents, letters } = this.store;
    const path: number[] = [];
    for (let at = state; at > 0; at = parents[at]) path.push(letters[at]);
    return path.reverse();
  }

  /** Pokes page after page, from the world's first state and from one with a page in a guest. */
  private construct(columns: readonly number[]): void {
    this.add(new Int32Array(this.stepper.components.count), -1, 0);
    const starts = [0, ...this.sharedWithGuest()];
    let first = this.letters;
    let before = starts;
    for (const column of columns) {
      const after = new Set<number>();
      for (const state of before) {
        for (let letter = first; letter < first + column; letter++) {
          after.add(this.take(state, letter));
        }
      }
      first += column;
      before = [...after];
    }
    for (const state of before) this.roots.push(state);
  }

  private sharedWithGuest(): number[] {
    const letter = this.world.alphabet.findIndex(({ name }) => name === '__pkvm_host_share_guest');
    return letter < 0 || !needsVms(this.world.options) ? [] : [this.take(0, letter)];
  }

  /** Takes a letter that both sides agree on; the state after it. */
  private take(state: number, letter: number): number {
    const ids = this.expander.idsOf(state).slice();
    this.stepper.load(ids);
    this.stepper.run(this.world.alphabet[letter]);
    for (let i = 0; i < this.stepper.nrChanged; i++) {
      ids[this.stepper.changed[i]] = this.stepper.newIds[i];
    }
    return this.add(ids, state, letter);
  }

  private add(ids: Int32Array, parent: number, letter: number): number {
    this.fit();
    const { store } = this;
    const key = new Int32Array(store.packing.words);
    store.packing.pack(ids, key, 0);
    const name = ids.subarray(0, this.stepper.components.count).join();
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    store.insert(key, 0, parent, letter);
    this.numbers.set(name, store.size - 1);
    return store.size - 1;
  }
}

/** Every well-typed state of a page; only hyp's where there is no memory. */
function pokesOf(pfn: number, world: World): Letter[] {
  const { memory } = world.machine;
  const isMemory = memory.some((region) => pfn >= region.pfn && pfn < region.pfn + region.pages);
  if (!isMemory) return [];
  const shares = needsVms(world.options) ? [0, 1] : [0];
  const pokes: Letter[] = [];
  for (const host_state of HOST_STATES) {
    for (const hyp_state of HYP_STATES) {
      for (let refcount = 0; refcount <= world.options.maxPins; refcount++) {
        for (const host_share_guest_count of shares) {
          pokes.push(
            letterOf({ op: 'poke', pfn, host_state, hyp_state, refcount, host_share_guest_count }),
          );
        }
      }
    }
  }
  return pokes;
}

function letterOf(source: Poke): Letter {
  return { source, op: compileOp(source), name: 'poke', text: opText(source), pins: [] };
}
