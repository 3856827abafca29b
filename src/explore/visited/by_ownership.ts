// SPDX-License-Identifier: GPL-2.0-only
/** Stores states whose ownership is new: of all states that agree in it, the one met first. */

import type { Successors } from '../successors/known_successors.js';
import { KeyLayout } from '../state/key.js';
import { OwnershipView } from './ownership.js';
import type { Machines } from '../successors/machines.js';
import { VisitedStates } from './by_state.js';

export class VisitedByOwnership implements Successors {
  private readonly ownership: OwnershipView;
  private readonly owners: VisitedStates;
  private readonly ids: Int32Array;

  constructor(
    private readonly visited: VisitedStates,
    private readonly machines: Machines,
  ) {
    this.ownership = new OwnershipView(machines);
    this.owners = new VisitedStates(KeyLayout.ofWords(this.ownership.words));
    this.ids = new Int32Array(machines.components.variables);
    this.project(this.ids);
    this.owners.insert(this.ownership.key, 0, -1, 0);
  }

  /** Knows the ownerships of all states there are, after they came from elsewhere. */
  refill(): void {
    const { keys, layout, size } = this.visited;
    for (let n = 0; n < size; n++) {
      layout.unpack(keys, n * layout.words, this.ids);
      this.project(this.ids);
      this.owners.insert(this.ownership.key, 0, -1, 0);
    }
  }

  take(
    state: number,
    keys: Int32Array,
    at: number,
    count: number,
    actions: Int32Array,
    effects: Int32Array,
    delta: Int32Array,
  ): void {
    const { layout } = this.visited;
    const { words } = layout;
    const key = new Int32Array(words);
    for (let i = 0; i < count; i++) {
      for (let w = 0; w < words; w++) key[w] = keys[at + w] ^ delta[effects[i] * words + w];
      layout.unpack(key, 0, this.ids);
      this.project(this.ids);
      if (!this.owners.insert(this.ownership.key, 0, state, actions[i])) continue;
      this.visited.insert(key, 0, state, actions[i]);
    }
  }

  private project(ids: Int32Array): void {
    this.machines.components.fillFacets(ids);
    this.ownership.project(ids);
  }
}
