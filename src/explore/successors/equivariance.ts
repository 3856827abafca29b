// SPDX-License-Identifier: GPL-2.0-only
/**
 * Checks what symmetry rests on: a renamed operation in the renamed state does the renamed thing. Each
 * footprint is checked for every renaming before it is used, and what the renamed operations read,
 * named back, becomes part of it. So what is known of all states with that footprint is known of
 * their renamings too (ADR 11).
 */

import type { Effects } from './effects.js';
import { Footprints } from './footprints.js';
import type { ReadRecorder } from './reads.js';
import type { Machines, StepResult } from './machines.js';
import { type Images, NotSymmetric } from '../symmetry/images.js';

/** What a action does in a state, and so do its renamings. */
export interface Transition {
  /** Undefined if the action is not enabled. */
  readonly done: StepResult | undefined;
  /** Labels of all renamings for the digest, the identity first: two halves each. */
  readonly labels: readonly number[];
  /** Variables that decide it. */
  readonly path: readonly number[];
}

export class Equivariance {
  /** Actions run on the machines. */
  executed = 0;
  /** What single operations do, without a look at their renamings, so that none is run twice. */
  private readonly footprints: Footprints;
  private readonly results: (StepResult | undefined)[] = [];
  private readonly renamed: Int32Array;

  constructor(
    private readonly machines: Machines,
    private readonly recorder: ReadRecorder,
    private readonly effects: Effects,
    private readonly images: Images,
  ) {
    this.footprints = new Footprints(machines.world.actions.length);
    this.renamed = new Int32Array(machines.components.variables);
  }

  /** A word turned out to change: nothing that was learned without it may be used. */
  forget(): void {
    this.footprints.clear();
  }

  /**
   * A action in a state and all its renamings; of no use if a word turns out to change meanwhile.
   * @throws NotSymmetric when a renaming does something else
   */
  transition(action: number, ids: Int32Array): Transition {
    const { machines, images, renamed } = this;
    const asked = new Set<number>();
    const labels: number[] = [];
    const done = this.run(action, ids);
    for (let g = 0; g < images.order; g++) {
      images.rename(g, ids, renamed);
      machines.components.fillFacets(renamed);
      const image = images.action(g, action);
      const ran = this.run(image, renamed);
      if (!this.isRenaming(g, ids, done, ran)) {
        throw new NotSymmetric(machines.world.actions[image].text);
      }
      for (const variable of this.footprints.variables(image, renamed)) {
        asked.add(images.variableBefore(g, variable));
      }
      if (ran) labels.push(...this.effects.label(image, renamed, ran));
    }
    return { done, labels, path: this.recorder.joined([...asked]) };
  }

  private run(action: number, ids: Int32Array): StepResult | undefined {
    const { machines, recorder, footprints, results } = this;
    const leaf = footprints.find(action, ids);
    if (leaf >= 0) return results[leaf];
    const { version } = machines.components;
    const done = recorder.run(machines, action, ids);
    if (done) this.executed++;
    this.images.close();
    if (machines.components.version !== version) footprints.clear();
    else footprints.learn(action, recorder.path, ids, results.push(done) - 1);
    return done;
  }

  private isRenaming(
    g: number,
    ids: Int32Array,
    done: StepResult | undefined,
    ran: StepResult | undefined,
  ): boolean {
    if (!done || !ran) return done === ran;
    if (!isSameResult(done, ran) || done.nrChanged !== ran.nrChanged) return false;
    const { count } = this.machines.components;
    const expected = new Int32Array(count);
    this.images.rename(g, after(ids, done, count), expected);
    const found = after(this.renamed, ran, count);
    return expected.every((id, c) => id === found[c]);
  }
}

function after(ids: Int32Array, { nrChanged, changed, newIds }: StepResult, count: number) {
  const result = ids.slice(0, count);
  for (let i = 0; i < nrChanged; i++) result[changed[i]] = newIds[i];
  return result;
}

function isSameResult(a: StepResult, b: StepResult): boolean {
  return (
    a.firstOutcome === b.firstOutcome &&
    a.secondOutcome === b.secondOutcome &&
    a.step === b.step &&
    a.goesOn === b.goesOn &&
    a.columns.join() === b.columns.join()
  );
}
