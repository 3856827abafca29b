// SPDX-License-Identifier: GPL-2.0-only
/** What all searches on one thread have in common: what was counted, and keys wide enough for the ids. */

import type { Effects } from '../successors/effects.js';
import type { Expander, Finding } from '../successors/expander.js';
import { KeyLayout } from '../state/key.js';
import type { TransitionClasses } from '../successors/classes.js';
import type { Executor } from '../successors/executor.js';
import type { VisitedStates } from '../visited/by_state.js';

export abstract class SequentialSearch {
  abstract readonly executor: Executor;
  abstract readonly effects: Effects;
  abstract readonly visited: VisitedStates;
  abstract readonly expander: Expander;
  readonly workers = 1;
  readonly collect = undefined;

  get transitions(): number {
    return this.hits.reduce((sum, n) => sum + n, 0);
  }

  /** Transitions by class. */
  get hits(): Float64Array {
    this.expander.flush();
    return this.expander.hits;
  }

  /** What transitions came to. */
  get classes(): TransitionClasses {
    return this.effects.classes;
  }

  /** Actions that the executor ran. */
  get executed(): number {
    return this.expander.executed;
  }

  get digest(): string {
    return this.expander.digest.toString();
  }

  /** Bytes kept for states. */
  get bytes(): number {
    return this.visited.bytes;
  }

  get findings(): readonly Finding[] {
    return this.expander.findings;
  }

  /** Makes the fields of a key wide enough for the ids there are now. */
  readonly fit = (): void => {
    const sizes = this.sizes();
    if (!this.visited.layout.fits(sizes)) this.repack(KeyLayout.forSizes(sizes));
  };

  /** Packs all keys anew. */
  repack(layout: KeyLayout): void {
    this.visited.repack(layout);
    this.effects.repack(layout);
  }

  /** Ids of each component. */
  sizes(): number[] {
    return this.executor.components.list.map((component) => component.size);
  }
}
