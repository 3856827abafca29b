// SPDX-License-Identifier: GPL-2.0-only
/** Stores states whose ownership is new: of all states that agree in it, the one met first. */

import type { Successors } from './fast_path.js';
import { Packing } from './packing.js';
import { Projection } from './projection.js';
import type { Stepper } from './stepper.js';
import { Store } from './store.js';

export class OwnershipStore implements Successors {
  private readonly projection: Projection;
  private readonly owners: Store;
  private readonly ids: Int32Array;

  constructor(
    private readonly store: Store,
    private readonly stepper: Stepper,
  ) {
    this.projection = new Projection(stepper);
    this.owners = new Store(Packing.ofWords(this.projection.words));
    this.ids = new Int32Array(stepper.components.questions);
    this.project(this.ids);
    this.owners.insert(this.projection.key, 0, -1, 0);
  }

  /** Knows the ownerships of all states there are, after they came from elsewhere. */
  refill(): void {
    const { keys, packing, size } = this.store;
    for (let n = 0; n < size; n++) {
      packing.unpack(keys, n * packing.words, this.ids);
      this.project(this.ids);
      this.owners.insert(this.projection.key, 0, -1, 0);
    }
  }

  take(
    state: number,
    keys: Int32Array,
    at: number,
    count: number,
    letters: Int32Array,
    effects: Int32Array,
    delta: Int32Array,
  ): void {
    const { packing } = this.store;
    const { words } = packing;
    const key = new Int32Array(words);
    for (let i = 0; i < count; i++) {
      for (let w = 0; w < words; w++) key[w] = keys[at + w] ^ delta[effects[i] * words + w];
      packing.unpack(key, 0, this.ids);
      this.project(this.ids);
      if (!this.owners.insert(this.projection.key, 0, state, letters[i])) continue;
      this.store.insert(key, 0, state, letters[i]);
    }
  }

  private project(ids: Int32Array): void {
    this.stepper.components.fillFacets(ids);
    this.projection.project(ids);
  }
}
