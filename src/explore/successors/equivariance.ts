// SPDX-License-Identifier: GPL-2.0-only
/**
 * Checks what symmetry rests on: a renamed action in the renamed state does the renamed thing. Each
 * footprint is checked for every renaming before it is used, and what the renamed actions read,
 * named back, becomes part of it. So what is known of all states with that footprint is known of
 * their renamings too (ADR 11).
 */

import type { Components } from '../state/components.js';
import { type Images, NotSymmetric } from '../symmetry/images.js';
import type { World } from '../world/world.js';
import type { Effects } from './effects.js';
import type { EnabledActions } from './enabled.js';
import type { Asked } from './executor.js';
import { Footprints } from './footprints.js';
import { stateAfter, type Transition } from './transition.js';

/** What an action does in a state, and so do its renamings. */
export interface SymmetricTransition {
  /** Undefined if the action is not enabled. */
  readonly done: Transition | undefined;
  /** Labels of all renamings for the digest, the identity first: two halves each. */
  readonly labels: readonly number[];
  /** Variables that decide it. */
  readonly path: readonly number[];
}

export class Equivariance {
  /** What single actions do, without a look at their renamings, so that none is run twice. */
  private readonly footprints: Footprints;
  private readonly results: (Transition | undefined)[] = [];
  private readonly renamed: Int32Array;

  constructor(
    private readonly world: World,
    private readonly components: Components,
    private readonly enabled: EnabledActions,
    private readonly effects: Effects,
    private readonly images: Images,
  ) {
    this.footprints = new Footprints(world.actions.length);
    this.renamed = new Int32Array(components.variables);
  }

  /** A word turned out to change: nothing that was learned without it may be used. */
  forget(): void {
    this.footprints.clear();
  }

  /**
   * Adds to `asked` which renamings of an action have to be run, and from which states; of no more
   * than `most` there. False if there are none.
   */
  ask(action: number, ids: Int32Array, asked: Asked[], most: number): boolean {
    const { images, renamed, footprints, enabled, components } = this;
    let isKnown = true;
    for (let g = 0; g < images.order && (isKnown || asked.length < most); g++) {
      this.rename(g, ids);
      const image = images.action(g, action);
      if (footprints.find(image, renamed) >= 0) continue;
      if (enabled.has(image, renamed)) {
        isKnown = false;
        if (!asked.some((other) => isSame(other, image, renamed))) {
          asked.push({ action: image, ids: renamed.slice() });
        }
      } else {
        const path = components.variablesOf(enabled.reads(image), []);
        footprints.learn(image, path, renamed, this.results.push(undefined) - 1);
      }
    }
    return !isKnown;
  }

  /** Takes what an action came to. */
  learn({ action, ids }: Asked, done: Transition, path: readonly number[]): void {
    if (this.footprints.find(action, ids) >= 0) return;
    this.footprints.learn(action, path, ids, this.results.push(done) - 1);
  }

  /**
   * An action in a state and all its renamings, which are known.
   * @throws NotSymmetric when a renaming does something else
   */
  transition(action: number, ids: Int32Array): SymmetricTransition {
    const { images, renamed, components, footprints } = this;
    const asked = new Set<number>();
    const labels: number[] = [];
    const done = this.results[footprints.find(action, ids)];
    for (let g = 0; g < images.order; g++) {
      this.rename(g, ids);
      const image = images.action(g, action);
      const ran = this.results[footprints.find(image, renamed)];
      if (!this.isRenaming(g, ids, done, ran)) {
        throw new NotSymmetric(this.world.actions[image].text);
      }
      for (const variable of footprints.variables(image, renamed)) {
        asked.add(images.variableBefore(g, variable));
      }
      if (ran) labels.push(...this.effects.label(image, renamed, ran));
    }
    return { done, labels, path: components.joined([...asked]) };
  }

  private rename(g: number, ids: Int32Array): void {
    this.images.rename(g, ids, this.renamed);
    this.components.fillFacets(this.renamed);
  }

  private isRenaming(
    g: number,
    ids: Int32Array,
    done: Transition | undefined,
    ran: Transition | undefined,
  ): boolean {
    if (!done || !ran) return done === ran;
    if (!isSameResult(done, ran) || done.changed.length !== ran.changed.length) return false;
    const { count } = this.components;
    const expected = new Int32Array(count);
    this.images.rename(g, stateAfter(ids, done), expected);
    const found = stateAfter(this.renamed, ran);
    return expected.every((id, c) => id === found[c]);
  }
}

function isSame(asked: Asked, action: number, ids: Int32Array): boolean {
  return asked.action === action && asked.ids.every((id, c) => id === ids[c]);
}

function isSameResult(a: Transition, b: Transition): boolean {
  return (
    a.firstOutcome === b.firstOutcome &&
    a.secondOutcome === b.secondOutcome &&
    a.step === b.step &&
    a.goesOn === b.goesOn &&
    a.columns.join() === b.columns.join()
  );
}
