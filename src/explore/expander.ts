// SPDX-License-Identifier: GPL-2.0-only
/**
 * Takes every letter from a state. With footprints a state whose effects are all known needs no
 * machine; whatever is not known is executed on both machines, and so is everything without them.
 */

import type { Component } from './component.js';
import { type Effects, MOVES } from './effects.js';
import { FastPath, type Known, type Successors } from './fast_path.js';
import { Footprints } from './footprints.js';
import { Sum64 } from './mix.js';
import { ReadRecorder } from './recorder.js';
import { flushRows, Rows } from './rows.js';
import type { Stepper } from './stepper.js';
import type { Store } from './store.js';
import type { SymmetryTables } from './symmetry/canonizer.js';
import { Equivariance, type Transition } from './symmetry/equivariance.js';
import type { Images } from './symmetry/images.js';
import { Tally } from './tally.js';

/** The leaf of a letter that is not enabled; effect e is leaf e + 1. */
const DISABLED = 0;

/** Room for classes of transitions: letters times outcomes. */
export const MOST_CLASSES = 1 << 16;

/** Where a diverging transition was seen first. */
export interface Finding {
  readonly bucket: number;
  readonly state: number;
  readonly letter: number;
}

export class Expander {
  /** Transitions by class. */
  readonly hits = new Float64Array(MOST_CLASSES);
  readonly digest = new Sum64();
  findings: Finding[] = [];
  /** Letters run on the machines here, those of a search that this one goes on from included. */
  private ran = 0;

  readonly footprints: Footprints | undefined;
  private readonly rows: Rows | undefined;
  private fastPath: FastPath | undefined;
  private readonly recorder: ReadRecorder;
  private readonly ids: Int32Array;
  private readonly moves: Int32Array;
  private readonly moveEffects: Int32Array;
  private leaves: Int32Array;
  private seenBuckets = 0;
  private readonly equivariance: Equivariance | undefined;
  private readonly tally: Tally;

  /**
   * `letters`: how many of the alphabet's letters to take. `successors`: where what comes next goes.
   * `images`: renamings of a state that are counted with it; only with footprints.
   */
  constructor(
    private readonly stepper: Stepper,
    private readonly effects: Effects,
    private readonly store: Store,
    useFootprints: boolean,
    letters: number,
    private successors: Successors,
    private readonly images?: Images,
  ) {
    this.footprints = useFootprints ? new Footprints(letters) : undefined;
    if (this.footprints) {
      const { questions } = stepper.components;
      this.rows = new Rows(questions, this.footprints, effects, images?.order ?? 1);
      this.fastPath = new FastPath(this.known(this.footprints, this.rows), successors, this);
    }
    this.recorder = new ReadRecorder(stepper.components);
    this.tally = new Tally(this.digest, images);
    if (images) this.equivariance = new Equivariance(stepper, this.recorder, effects, images);
    this.ids = new Int32Array(stepper.components.questions);
    this.moves = new Int32Array(letters);
    this.moveEffects = new Int32Array(letters);
    this.leaves = new Int32Array(letters);
  }

  /** Expands a stored state: counts, digests, and hands on what comes after it. */
  expand(state: number, fit: () => void): void {
    const { fastPath, store } = this;
    const ids = this.idsOf(state);
    if (fastPath?.expand(state, ids, store.keys, state * store.packing.words)) return;
    this.settle(fit);
    this.apply(state, store.keys, state * store.packing.words);
    this.remember();
  }

  /** Expands a state that is stored elsewhere, by its ids. */
  expandIds(state: number, given: Int32Array, fit: () => void): void {
    const { ids, store } = this;
    ids.set(given);
    this.stepper.components.fillFacets(ids);
    this.settle(fit);
    const key = new Int32Array(store.packing.words);
    store.packing.pack(ids, key, 0);
    this.apply(state, key, 0);
    this.remember();
  }

  /** Finds out what every letter does; afterwards keys have room for what came of it. */
  private settle(fit: () => void): void {
    while (!this.collect()) this.forget();
    fit();
  }

  private remember(): void {
    const { footprints, rows, fastPath, ids } = this;
    if (!footprints || !rows || !fastPath) return;
    rows.learn(ids);
    fastPath.learn(this.known(footprints, rows));
  }

  /** Letters run on the machines. */
  get executed(): number {
    return this.ran + (this.equivariance?.executed ?? 0);
  }

  /** What was learned so far, for whoever expands states elsewhere. */
  get knowledge(): Known | undefined {
    const { footprints, rows } = this;
    return footprints && rows ? this.known(footprints, rows) : undefined;
  }

  /** Grows with what was learned. */
  get learned(): number {
    return (this.footprints?.learned ?? 0) + this.rowsEnd;
  }

  /** Where rows end in what was learned. */
  get rowsEnd(): number {
    return this.rows?.length ?? 1;
  }

  /** The states of findings have other numbers from now on. */
  renumber(numberOf: (state: number) => number): void {
    this.findings = this.findings.map((finding) => ({
      ...finding,
      state: numberOf(finding.state),
    }));
  }

  /** From now on successors go elsewhere. */
  redirect(successors: Successors): void {
    const { footprints, rows } = this;
    this.successors = successors;
    if (footprints && rows) {
      this.fastPath = new FastPath(this.known(footprints, rows), successors, this);
    }
  }

  /** Goes on from counts that were kept. */
  resume(
    hits: readonly number[],
    digest: Sum64,
    findings: readonly Finding[],
    executed: number,
  ): void {
    this.hits.set(hits);
    this.digest.add(digest.lo, digest.hi);
    this.findings.push(...findings);
    this.seenBuckets = this.findings.length;
    this.ran = executed;
  }

  /** Counts everything so far in `hits`. */
  flush(): void {
    const { rows, hits } = this;
    if (rows) flushRows(rows.data, rows.used, rows.length, this.images?.order ?? 1, hits);
  }

  /** What was learned so far. */
  private known(footprints: Footprints, rows: Rows): Known {
    const { effects, stepper } = this;
    const { list } = stepper.components;
    const { nodeComponent, nodeBase, nodeCapacity, children } = footprints;
    const { after, classOf, signatureLo, signatureHi, delta } = effects;
    return {
      asked: rows.asked,
      index: rows.index,
      rows: rows.data,
      used: rows.used,
      nodeComponent,
      nodeBase,
      nodeCapacity,
      children,
      after,
      classOf,
      signatureLo,
      signatureHi,
      delta,
      hashLo: hashesLo(list),
      hashHi: hashesHi(list),
      words: this.store.packing.words,
      symmetry: this.images && plain(this.images),
    };
  }

  /** A word turned out to change: nothing that was learned without it may be used. */
  private forget(): void {
    this.flush();
    this.footprints?.clear();
    this.equivariance?.forget();
    this.rows?.clear();
  }

  /** The ids of a state; valid until the next call. */
  idsOf(state: number): Int32Array {
    const { packing, keys } = this.store;
    packing.unpack(keys, state * packing.words, this.ids);
    this.stepper.components.fillFacets(this.ids);
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
    this.ran++;
    stepper.run(alphabet[letter]);
    return 1 + this.effects.intern(letter, this.ids, stepper);
  }

  /** Executes a letter, to know it from now on. Of no use if a word turns out to change meanwhile. */
  private learn(letter: number, footprints: Footprints): number {
    const { stepper, ids, effects, equivariance } = this;
    const { version } = stepper.components;
    const { done, labels, path } = equivariance?.transition(letter, ids) ?? this.run(letter);
    if (stepper.components.version !== version) return DISABLED;
    const leaf = done ? 1 + effects.intern(letter, ids, done, labels) : DISABLED;
    footprints.learn(letter, path, ids, leaf);
    return leaf;
  }

  private run(letter: number): Transition {
    const { stepper, recorder, ids, effects } = this;
    const done = recorder.run(stepper, letter, ids);
    if (done) this.ran++;
    const labels = done ? effects.label(letter, ids, done) : [];
    return { done, labels, path: recorder.path };
  }

  private apply(state: number, keys: Int32Array, at: number): void {
    const { leaves, effects, hits, moves, moveEffects, tally, ids } = this;
    const { after, classOf, signatureLo, signatureHi, delta } = effects;
    const { list } = this.stepper.components;
    const weight = tally.begin(ids);
    let count = 0;
    for (let letter = 0; letter < leaves.length; letter++) {
      const effect = leaves[letter] - 1;
      if (effect < 0) continue;
      const cls = classOf[effect];
      hits[cls] += weight;
      tally.addEdge(effect, signatureLo, signatureHi);
      if (effects.buckets.length > this.seenBuckets) this.find(cls, state, letter);
      if (after[effect] !== MOVES) continue;
      moves[count] = letter;
      moveEffects[count++] = effect;
    }
    tally.end(ids, hashesLo(list), hashesHi(list));
    this.successors.take(state, keys, at, count, moves, moveEffects, delta);
  }

  private find(cls: number, state: number, letter: number): void {
    const { bucket } = this.effects.classes[cls];
    if (bucket < 0 || this.findings.some((finding) => finding.bucket === bucket)) return;
    this.findings.push({ bucket, state, letter });
    this.seenBuckets = this.findings.length;
  }
}

function hashesLo(list: readonly Component[]): Int32Array[] {
  return list.map(({ hashLo }) => hashLo);
}

function hashesHi(list: readonly Component[]): Int32Array[] {
  return list.map(({ hashHi }) => hashHi);
}

/** What renamings do as data alone, which a thread can be sent. */
function plain({ order, moved, from, maps }: SymmetryTables): SymmetryTables {
  return { order, moved, from, maps };
}
