// SPDX-License-Identifier: GPL-2.0-only
/**
 * Takes every letter from a state. With footprints a state whose effects are all known needs no
 * machine; whatever is not known is executed on both machines, and so is everything without them.
 */

import { type Effects, MOVES } from './effects.js';
import { Footprints } from './footprints.js';
import { mix32, Sum64 } from './mix.js';
import { ReadRecorder } from './recorder.js';
import type { Stepper } from './stepper.js';
import type { Store } from './store.js';

/** The leaf of a letter that is not enabled; effect e is leaf e + 1. */
const DISABLED = 0;

/** What becomes of a successor: its key, where it was reached from, and how. */
export type Onward = (key: Int32Array, parent: number, letter: number) => void;

/** Where a diverging transition was seen first. */
export interface Finding {
  readonly bucket: number;
  readonly state: number;
  readonly letter: number;
}

export class Expander {
  /** Transitions by class. */
  readonly hits: number[] = [];
  readonly digest = new Sum64();
  readonly findings: Finding[] = [];
  /** Letters run on the machines. */
  executed = 0;

  readonly footprints: Footprints | undefined;
  private readonly recorder: ReadRecorder;
  private readonly ids: Int32Array;
  private readonly key: Int32Array;
  private leaves: Int32Array;
  private seenBuckets = 0;

  /** `letters`: how many of the alphabet's letters to take. `onward`: what becomes of successors. */
  constructor(
    private readonly stepper: Stepper,
    private readonly effects: Effects,
    private readonly store: Store,
    useFootprints: boolean,
    letters: number,
    private readonly onward: Onward,
  ) {
    this.footprints = useFootprints ? new Footprints(letters) : undefined;
    this.recorder = new ReadRecorder(stepper.components);
    this.ids = new Int32Array(stepper.components.count);
    this.key = new Int32Array(64);
    this.leaves = new Int32Array(letters);
  }

  /** Expands a state: counts, digests, and stores what comes after it. `fit` may pack anew. */
  expand(state: number, fit: () => void): void {
    this.idsOf(state);
    while (!this.collect()) this.footprints?.clear();
    fit();
    this.apply(state);
  }

  /** The ids of a state; valid until the next call. */
  idsOf(state: number): Int32Array {
    const { packing, keys } = this.store;
    packing.unpack(keys, state * packing.words, this.ids);
    return this.ids;
  }

  /** Finds the leaf of every letter. False if a word turned out to change: then once more. */
  private collect(): boolean {
    const { footprints, leaves, ids, stepper } = this;
    const { version } = stepper.components;
    for (let letter = 0; letter < leaves.length; letter++) {
      let leaf = footprints === undefined ? -1 : footprints.find(letter, ids);
      if (leaf < 0) {
        leaf = footprints === undefined ? this.execute(letter) : this.learn(letter, footprints);
        if (stepper.components.version !== version && footprints) return false;
      }
      leaves[letter] = leaf;
    }
    return true;
  }

  private execute(letter: number): number {
    const { stepper } = this;
    const { alphabet } = stepper.world;
    stepper.load(this.ids);
    if (!stepper.isEnabled(alphabet[letter])) return DISABLED;
    this.executed++;
    stepper.run(alphabet[letter]);
    return 1 + this.effects.intern(letter, this.ids);
  }

  private learn(letter: number, footprints: Footprints): number {
    const { stepper, recorder } = this;
    const { components, lockstep } = stepper;
    const { version } = components;
    stepper.load(this.ids);
    let leaf = DISABLED;
    recorder.record(lockstep.first, lockstep.second, stepper.joint, () => {
      leaf = this.execute(letter);
    });
    if (components.version === version) footprints.learn(letter, recorder.path, this.ids, leaf);
    return leaf;
  }

  private apply(state: number): void {
    const { leaves, effects, store, key, hits } = this;
    const { after, classOf, signatureLo, signatureHi, delta } = effects;
    const { words } = store.packing;
    const at = state * words;
    let lo = 0;
    let hi = 0;
    for (let letter = 0; letter < leaves.length; letter++) {
      const effect = leaves[letter] - 1;
      if (effect < 0) continue;
      const cls = classOf[effect];
      while (cls >= hits.length) hits.push(0);
      hits[cls]++;
      lo = (lo + signatureLo[effect]) | 0;
      hi = (hi + signatureHi[effect]) | 0;
      if (effects.buckets.length > this.seenBuckets) this.find(cls, state, letter);
      if (after[effect] !== MOVES) continue;
      for (let w = 0; w < words; w++) key[w] = store.keys[at + w] ^ delta[effect * words + w];
      this.onward(key, state, letter);
    }
    this.addToDigest(lo, hi);
  }

  /** A state and the labels of all its edges, which say where they lead. */
  private addToDigest(edgesLo: number, edgesHi: number): void {
    const { list } = this.stepper.components;
    let lo = 0;
    let hi = 0;
    for (let c = 0; c < list.length; c++) {
      lo ^= list[c].hashLo[this.ids[c]];
      hi ^= list[c].hashHi[this.ids[c]];
    }
    this.digest.add(mix32(mix32(lo) + edgesLo), mix32(mix32(hi) + edgesHi));
  }

  private find(cls: number, state: number, letter: number): void {
    const { bucket } = this.effects.classes[cls];
    if (bucket < 0 || this.findings.some((finding) => finding.bucket === bucket)) return;
    this.findings.push({ bucket, state, letter });
    this.seenBuckets = this.findings.length;
  }
}
