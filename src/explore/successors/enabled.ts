// SPDX-License-Identifier: GPL-2.0-only
/** Which actions may be tried in a state: a page with as many references as the world allows is not pinned. */

import type { Layout } from '../../hyp/layout.js';
import type { Components } from '../state/components.js';
import type { World } from '../world/world.js';

export class EnabledActions {
  /** By action: the words that hold the references of the pages it pins. */
  private readonly refcounts: readonly (readonly number[])[];

  constructor(
    private readonly world: World,
    private readonly components: Components,
    layout: Layout,
  ) {
    this.refcounts = world.actions.map(({ pins }) =>
      pins
        .map((pfn) => layout.pageIndex(pfn))
        .filter((page) => page >= 0)
        .map((page) => layout.refcount + page),
    );
  }

  has(action: number, ids: Int32Array): boolean {
    const { maxPins } = this.world.options;
    const words = this.refcounts[action];
    for (let i = 0; i < words.length; i++) {
      if (this.components.valueOf(words[i], ids) >= maxPins) return false;
    }
    return true;
  }

  /** What `has()` looks at for an action, READ_FIELDS numbers for each word. */
  reads(action: number): number[] {
    return this.refcounts[action].flatMap((word) => [word, 0]);
  }
}
