// SPDX-License-Identifier: GPL-2.0-only
/** Explores a world from its first state until nothing new appears, or a limit is reached. */

import type { CompareLevel } from '../compare/lockstep.js';
import type { Implementation } from '../hyp/transitions.js';
import type { View } from './certificate.js';
import { Effects } from './effects.js';
import { Expander } from './expander.js';
import { InvariantChecker } from './invariant_checker.js';
import { OwnershipStore } from './ownership_store.js';
import { Packing } from './packing.js';
import { SingleSearch } from './single_search.js';
import { type Snapshot, takeSnapshot } from './snapshot.js';
import { Stepper } from './stepper.js';
import { Store } from './store.js';
import { symmetryGroup } from './symmetry/automorphism.js';
import { Images } from './symmetry/images.js';
import { unfold } from './symmetry/unfold.js';
import type { World } from './world.js';

export interface SearchOptions {
  readonly level: CompareLevel;
  readonly view: View;
  /** Run an operation on the machines only where what it reads was not met before. */
  readonly footprints: boolean;
  /** Keep one of all states that differ only in which page or guest frame is which. */
  readonly symmetry: boolean;
  /** Check the invariants in every state. */
  readonly invariants: boolean;
}

export class Search extends SingleSearch {
  readonly stepper: Stepper;
  readonly effects: Effects;
  readonly store: Store;
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
  /** Which ownerships were met, if those are what tells states apart. */
  readonly owners: OwnershipStore | undefined;

  /** @throws NotSymmetric when the world is not as symmetric as its operations; then or later */
  constructor(
    readonly world: World,
    readonly pair: readonly [Implementation, Implementation],
    readonly options: SearchOptions,
  ) {
    super();
    this.stepper = new Stepper(world, pair[0], pair[1], options.level);
    this.images = this.findSymmetry();
    const packing = Packing.forSizes(this.sizes());
    this.effects = new Effects(packing, this.stepper, this.images?.order);
    this.store = new Store(packing, this.images);
    if (options.view === 'ownership') this.owners = new OwnershipStore(this.store, this.stepper);
    const successors = this.owners ?? this.store;
    const useFootprints = options.footprints && options.level === 'exact';
    this.expander = new Expander(
      this.stepper,
      this.effects,
      this.store,
      useFootprints,
      world.alphabet.length,
      successors,
      this.images,
    );
    this.invariants = options.invariants ? new InvariantChecker(world.pages) : undefined;
    const first = new Int32Array(packing.words);
    packing.pack(new Int32Array(this.stepper.components.count), first, 0);
    this.store.insert(first, 0, -1, 0);
  }

  /** States met: those kept and their renamings. */
  get states(): number {
    return this.store.met;
  }

  get kept(): number {
    return this.store.size;
  }

  get frontier(): number {
    return this.store.size - this.done;
  }

  get isComplete(): boolean {
    return this.done === this.store.size;
  }

  /** Every state of a depth is expanded, and none of the next. */
  get isBetweenLevels(): boolean {
    return this.lastOfLevel === this.store.size - 1;
  }

  async snapshot(seconds: number): Promise<Snapshot> {
    return takeSnapshot(this, seconds);
  }

  /** Expands up to so many states, or until `stop` says so. */
  advance(states: number, stop?: () => boolean): void {
    for (let i = 0; i < states && !this.isComplete; i++) {
      if (stop?.()) return;
      this.next();
    }
  }

  /** The letters from the first state to a state. */
  pathTo(state: number): number[] {
    const letters: number[] = [];
    const { parents } = this.store;
    for (let at = state; parents[at] >= 0; at = parents[at]) letters.push(this.store.letters[at]);
    return letters.reverse();
  }

  /** The letters of a trace, from those that lead to a state that is kept and on. */
  unfold(letters: readonly number[]): number[] {
    return this.images ? unfold(letters, this.stepper, this.images) : [...letters];
  }

  private next(): void {
    const state = this.done++;
    this.expandState(state);
    if (state !== this.lastOfLevel || this.isComplete) return;
    this.depth++;
    this.lastOfLevel = this.store.size - 1;
  }

  private expandState(state: number): void {
    if (this.invariants) {
      const { lockstep } = this.stepper;
      this.stepper.load(this.expander.idsOf(state));
      this.invariants.check(state, [lockstep.first, lockstep.second]);
    }
    this.expander.expand(state, this.fit);
  }

  private findSymmetry(): Images | undefined {
    const { symmetry, footprints, level, view, invariants } = this.options;
    if (!symmetry || !footprints || invariants || level !== 'exact' || view !== 'exact') return;
    const group = symmetryGroup(this.world);
    const { components, lockstep } = this.stepper;
    return group && new Images(this.world, group, components, lockstep.first);
  }
}
