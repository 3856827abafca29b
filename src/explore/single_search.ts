// SPDX-License-Identifier: GPL-2.0-only
/** What all searches on one thread have in common: what was counted, and keys wide enough for the ids. */

import type { Effects } from './effects.js';
import type { Expander, Finding } from './expander.js';
import { Packing } from './packing.js';
import type { Stepper } from './stepper.js';
import type { Store } from './store.js';

export abstract class SingleSearch {
  abstract readonly stepper: Stepper;
  abstract readonly effects: Effects;
  abstract readonly store: Store;
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

  /** Operations run on the machines. */
  get executed(): number {
    return this.expander.executed;
  }

  get digest(): string {
    return this.expander.digest.toString();
  }

  /** Bytes kept for states. */
  get bytes(): number {
    return this.store.bytes;
  }

  get findings(): readonly Finding[] {
    return this.expander.findings;
  }

  /** Makes the fields of a key wide enough for the ids there are now. */
  readonly fit = (): void => {
    const sizes = this.sizes();
    if (!this.store.packing.fits(sizes)) this.repack(Packing.forSizes(sizes));
  };

  /** Packs all keys anew. */
  repack(packing: Packing): void {
    this.store.repack(packing);
    this.effects.repack(packing);
  }

  /** Ids of each component. */
  sizes(): number[] {
    return this.stepper.components.list.map((component) => component.size);
  }
}
