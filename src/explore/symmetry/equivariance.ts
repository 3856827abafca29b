// SPDX-License-Identifier: GPL-2.0-only
/**
 * Checks what symmetry rests on: a renamed operation in the renamed state does the renamed thing. Each
 * footprint is checked for every renaming before it is used, and what the renamed operations read,
 * named back, becomes part of it. So what is known of all states with that footprint is known of
 * their renamings too (ADR 11).
 */

import type { Effects } from '../effects.js';
import { Footprints } from '../footprints.js';
import type { ReadRecorder } from '../recorder.js';
import type { Stepper, StepResult } from '../stepper.js';
import { type Images, NotSymmetric } from './images.js';

/** What a letter does in a state, and so do its renamings. */
export interface Transition {
  /** Undefined if the letter is not enabled. */
  readonly done: StepResult | undefined;
  /** Labels of all renamings for the digest, the identity first: two halves each. */
  readonly labels: readonly number[];
  /** Questions that decide it. */
  readonly path: readonly number[];
}

export class Equivariance {
  /** Letters run on the machines. */
  executed = 0;
  /** What single operations do, without a look at their renamings, so that none is run twice. */
  private readonly footprints: Footprints;
  private readonly results: (StepResult | undefined)[] = [];
  private readonly renamed: Int32Array;

  constructor(
    private readonly stepper: Stepper,
    private readonly recorder: ReadRecorder,
    private readonly effects: Effects,
    private readonly images: Images,
  ) {
    this.footprints = new Footprints(stepper.world.alphabet.length);
    this.renamed = new Int32Array(stepper.components.questions);
  }

  /** A word turned out to change: nothing that was learned without it may be used. */
  forget(): void {
    this.footprints.clear();
  }

  /**
   * A letter in a state and all its renamings; of no use if a word turns out to change meanwhile.
   * @throws NotSymmetric when a renaming does something else
   */
  transition(letter: number, ids: Int32Array): Transition {
    const { stepper, images, renamed } = this;
    const asked = new Set<number>();
    const labels: number[] = [];
    const done = this.run(letter, ids);
    for (let g = 0; g < images.order; g++) {
      images.rename(g, ids, renamed);
      stepper.components.fillFacets(renamed);
      const image = images.letter(g, letter);
      const ran = this.run(image, renamed);
      if (!this.isRenaming(g, ids, done, ran)) {
        throw new NotSymmetric(stepper.world.alphabet[image].text);
      }
      for (const question of this.footprints.questions(image, renamed)) {
        asked.add(images.questionBefore(g, question));
      }
      if (ran) labels.push(...this.effects.label(image, renamed, ran));
    }
    return { done, labels, path: this.recorder.joined([...asked]) };
  }

  private run(letter: number, ids: Int32Array): StepResult | undefined {
    const { stepper, recorder, footprints, results } = this;
    const leaf = footprints.find(letter, ids);
    if (leaf >= 0) return results[leaf];
    const { version } = stepper.components;
    const done = recorder.run(stepper, letter, ids);
    if (done) this.executed++;
    this.images.close();
    if (stepper.components.version !== version) footprints.clear();
    else footprints.learn(letter, recorder.path, ids, results.push(done) - 1);
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
    const { count } = this.stepper.components;
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
