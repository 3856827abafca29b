// SPDX-License-Identifier: GPL-2.0-only
/**
 * Finds out what every action does in a state: from footprints, where they say it, and else by asking
 * an executor. Without footprints it asks for everything.
 */

import type { Components } from '../state/components.js';
import type { Images } from '../symmetry/images.js';
import type { World } from '../world/world.js';
import type { Effects } from './effects.js';
import { EnabledActions } from './enabled.js';
import { Equivariance } from './equivariance.js';
import type { Asked, Asking, Executed, Executor } from './executor.js';
import { Footprints } from './footprints.js';
import { type Transition, transitionOf } from './transition.js';

/** The leaf of an action that is not enabled; effect e is leaf e + 1. */
export const DISABLED = 0;

export interface FinderOptions {
  readonly footprints: boolean;
  /** How many of the world's actions are taken, from the first on. */
  readonly actions: number;
  /** Renamings of a state that are counted with it; only with footprints. */
  readonly images: Images | undefined;
}

export class EffectFinder {
  readonly footprints: Footprints | undefined;
  /** By action: what it does in the state that was looked at last. */
  readonly leaves: Int32Array;
  /** Actions that the executor ran. */
  executed = 0;
  private readonly enabled: EnabledActions;
  private readonly equivariance: Equivariance | undefined;
  private readonly images: Images | undefined;

  constructor(
    world: World,
    private readonly components: Components,
    private readonly executor: Executor,
    private readonly effects: Effects,
    { footprints, actions, images }: FinderOptions,
  ) {
    this.footprints = footprints ? new Footprints(actions) : undefined;
    this.leaves = new Int32Array(actions);
    this.enabled = new EnabledActions(world, components, executor.reference.layout);
    this.images = images;
    if (images) {
      this.equivariance = new Equivariance(world, components, this.enabled, effects, images);
    }
  }

  /** Fills in the leaves of a state. False if a word turned out to change: `forget()`, then once more. */
  *find(ids: Int32Array): Asking<boolean> {
    const { footprints, components } = this;
    if (!footprints) {
      yield* this.askForAll(ids);
      return true;
    }
    const { version } = components;
    for (;;) {
      const asked = this.unknown(ids, footprints);
      if (asked.length === 0) return true;
      const answers = yield asked;
      for (let i = 0; i < asked.length; i++) {
        this.learn(asked[i], answers[i], footprints);
        if (components.version !== version) return false;
      }
    }
  }

  /** Nothing that was learned may be used any more. */
  forget(): void {
    this.footprints?.clear();
    this.equivariance?.forget();
  }

  private *askForAll(ids: Int32Array): Asking<void> {
    const { leaves, enabled, executor } = this;
    let asked: Asked[] = [];
    for (let action = 0; action < leaves.length; action++) {
      leaves[action] = DISABLED;
      if (enabled.has(action, ids)) asked.push({ action, ids });
      if (asked.length < executor.batch && action < leaves.length - 1) continue;
      if (asked.length === 0) continue;
      const answers = yield asked;
      for (let i = 0; i < asked.length; i++) {
        this.executed++;
        const done = transitionOf(answers[i], ids, this.components);
        leaves[asked[i].action] = 1 + this.effects.intern(asked[i].action, ids, done);
      }
      asked = [];
    }
  }

  /** Fills in what is known. What is to be asked for: about a batch, as long as there is something. */
  private unknown(ids: Int32Array, footprints: Footprints): Asked[] {
    const { leaves, enabled, equivariance, executor } = this;
    const asked: Asked[] = [];
    for (let action = 0; action < leaves.length && asked.length < executor.batch; action++) {
      let leaf = footprints.find(action, ids);
      if (leaf < 0) {
        if (equivariance) {
          if (equivariance.ask(action, ids, asked, executor.batch)) continue;
          leaf = this.learnJointly(action, ids, footprints, equivariance);
        } else if (enabled.has(action, ids)) {
          asked.push({ action, ids });
          continue;
        } else {
          leaf = DISABLED;
          footprints.learn(action, this.pathOf(action, [], []), ids, leaf);
        }
      }
      leaves[action] = leaf;
    }
    return asked;
  }

  private learn(asked: Asked, executed: Executed, footprints: Footprints): void {
    const { components, images, equivariance, effects } = this;
    const { version } = components;
    const { action, ids } = asked;
    this.executed++;
    const done = transitionOf(executed, ids, components);
    images?.close();
    if (components.version !== version) return;
    const path = this.pathOf(action, executed.reads, done.changed);
    if (equivariance) equivariance.learn(asked, done, path);
    else footprints.learn(action, path, ids, 1 + effects.intern(action, ids, done));
  }

  /** Learns an action whose renamings are all known. */
  private learnJointly(
    action: number,
    ids: Int32Array,
    footprints: Footprints,
    equivariance: Equivariance,
  ): number {
    const { done, labels, path } = equivariance.transition(action, ids);
    const leaf = done ? 1 + this.effects.intern(action, ids, done, labels) : DISABLED;
    footprints.learn(action, path, ids, leaf);
    return leaf;
  }

  private pathOf(
    action: number,
    reads: readonly number[],
    changed: Transition['changed'],
  ): number[] {
    return this.components.variablesOf([...this.enabled.reads(action), ...reads], changed);
  }
}
