// SPDX-License-Identifier: GPL-2.0-only
/**
 * Takes every action from a state. With footprints a state whose effects are all known needs no
 * machine; whatever is not known is executed on both machines, and so is everything without them.
 */

import type { Component } from '../state/component.js';
import { type Effects, MOVES } from './effects.js';
import { KnownSuccessors, type Knowledge, type Successors } from './known_successors.js';
import { Footprints } from './footprints.js';
import { Sum64 } from '../state/hash.js';
import { ReadRecorder } from './reads.js';
import { flushSummaries, Summaries } from './summaries.js';
import type { Machines } from './machines.js';
import type { KeyedStates } from '../state/key.js';
import type { SymmetryTables } from '../symmetry/representative.js';
import { Equivariance, type Transition } from './equivariance.js';
import type { Images } from '../symmetry/images.js';
import { DigestShare } from './digest_share.js';

/** The leaf of a action that is not enabled; effect e is leaf e + 1. */
const DISABLED = 0;

/** Room for classes of transitions: actions times outcomes. */
export const MOST_CLASSES = 1 << 16;

/** Where a diverging transition was seen first. */
export interface Finding {
  readonly bucket: number;
  readonly state: number;
  readonly action: number;
}

export class Expander {
  /** Transitions by class. */
  readonly hits = new Float64Array(MOST_CLASSES);
  readonly digest = new Sum64();
  findings: Finding[] = [];
  /** Actions run on the machines here, those of a search that this one goes on from included. */
  private ran = 0;

  readonly footprints: Footprints | undefined;
  private readonly summaries: Summaries | undefined;
  private knownSuccessors: KnownSuccessors | undefined;
  private readonly recorder: ReadRecorder;
  private readonly ids: Int32Array;
  private readonly moves: Int32Array;
  private readonly moveEffects: Int32Array;
  private leaves: Int32Array;
  private seenBuckets = 0;
  private readonly equivariance: Equivariance | undefined;
  private readonly share: DigestShare;

  /**
   * `actions`: how many of the actions's actions to take. `successors`: where what comes next goes.
   * `images`: renamings of a state that are counted with it; only with footprints.
   */
  constructor(
    private readonly machines: Machines,
    private readonly effects: Effects,
    private readonly visited: KeyedStates,
    useFootprints: boolean,
    actions: number,
    private successors: Successors,
    private readonly images?: Images,
  ) {
    this.footprints = useFootprints ? new Footprints(actions) : undefined;
    if (this.footprints) {
      const { variables } = machines.components;
      this.summaries = new Summaries(variables, this.footprints, effects, images?.order ?? 1);
      this.knownSuccessors = new KnownSuccessors(
        this.known(this.footprints, this.summaries),
        successors,
        this,
      );
    }
    this.recorder = new ReadRecorder(machines.components);
    this.share = new DigestShare(this.digest, images);
    if (images) this.equivariance = new Equivariance(machines, this.recorder, effects, images);
    this.ids = new Int32Array(machines.components.variables);
    this.moves = new Int32Array(actions);
    this.moveEffects = new Int32Array(actions);
    this.leaves = new Int32Array(actions);
  }

  /** Expands a stored state: counts, digests, and hands on what comes after it. */
  expand(state: number, fit: () => void): void {
    const { knownSuccessors, visited } = this;
    const ids = this.idsOf(state);
    if (knownSuccessors?.expand(state, ids, visited.keys, state * visited.layout.words)) return;
    this.settle(fit);
    this.apply(state, visited.keys, state * visited.layout.words);
    this.remember();
  }

  /** Expands a state that is stored elsewhere, by its ids. */
  expandIds(state: number, given: Int32Array, fit: () => void): void {
    const { ids, visited } = this;
    ids.set(given);
    this.machines.components.fillFacets(ids);
    this.settle(fit);
    const key = new Int32Array(visited.layout.words);
    visited.layout.pack(ids, key, 0);
    this.apply(state, key, 0);
    this.remember();
  }

  /** Finds out what every action does; afterwards keys have room for what came of it. */
  private settle(fit: () => void): void {
    while (!this.collect()) this.forget();
    fit();
  }

  private remember(): void {
    const { footprints, summaries, knownSuccessors, ids } = this;
    if (!footprints || !summaries || !knownSuccessors) return;
    summaries.learn(ids);
    knownSuccessors.learn(this.known(footprints, summaries));
  }

  /** Actions run on the machines. */
  get executed(): number {
    return this.ran + (this.equivariance?.executed ?? 0);
  }

  /** What was learned so far, for whoever expands states elsewhere. */
  get knowledge(): Knowledge | undefined {
    const { footprints, summaries } = this;
    return footprints && summaries ? this.known(footprints, summaries) : undefined;
  }

  /** Grows with what was learned. */
  get learned(): number {
    return (this.footprints?.learned ?? 0) + this.summariesEnd;
  }

  /** Where summaries end in what was learned. */
  get summariesEnd(): number {
    return this.summaries?.length ?? 1;
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
    const { footprints, summaries } = this;
    this.successors = successors;
    if (footprints && summaries) {
      this.knownSuccessors = new KnownSuccessors(
        this.known(footprints, summaries),
        successors,
        this,
      );
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
    const { summaries, hits } = this;
    if (summaries)
      flushSummaries(
        summaries.data,
        summaries.used,
        summaries.length,
        this.images?.order ?? 1,
        hits,
      );
  }

  /** What was learned so far. */
  private known(footprints: Footprints, summaries: Summaries): Knowledge {
    const { effects, machines } = this;
    const { list } = machines.components;
    const { nodeVariable, nodeBase, nodeCapacity, children } = footprints;
    const { after, classOf, signatureLo, signatureHi, delta } = effects;
    return {
      asked: summaries.asked,
      index: summaries.index,
      summaries: summaries.data,
      used: summaries.used,
      nodeVariable,
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
      words: this.visited.layout.words,
      symmetry: this.images && plain(this.images),
    };
  }

  /** A word turned out to change: nothing that was learned without it may be used. */
  private forget(): void {
    this.flush();
    this.footprints?.clear();
    this.equivariance?.forget();
    this.summaries?.clear();
  }

  /** The ids of a state; valid until the next call. */
  idsOf(state: number): Int32Array {
    const { layout, keys } = this.visited;
    layout.unpack(keys, state * layout.words, this.ids);
    this.machines.components.fillFacets(this.ids);
    return this.ids;
  }

  /** Finds the leaf of every action. False if a word turned out to change: then once more. */
  private collect(): boolean {
    const { footprints, leaves, ids, machines } = this;
    const { version } = machines.components;
    for (let action = 0; action < leaves.length; action++) {
      let leaf = footprints === undefined ? -1 : footprints.find(action, ids);
      if (leaf < 0) {
        leaf = footprints === undefined ? this.execute(action) : this.learn(action, footprints);
        if (machines.components.version !== version && footprints) return false;
      }
      leaves[action] = leaf;
    }
    return true;
  }

  private execute(action: number): number {
    const { machines } = this;
    const { actions } = machines.world;
    machines.load(this.ids);
    if (!machines.isEnabled(actions[action])) return DISABLED;
    this.ran++;
    machines.run(actions[action]);
    return 1 + this.effects.intern(action, this.ids, machines);
  }

  /** Executes a action, to know it from now on. Of no use if a word turns out to change meanwhile. */
  private learn(action: number, footprints: Footprints): number {
    const { machines, ids, effects, equivariance } = this;
    const { version } = machines.components;
    const { done, labels, path } = equivariance?.transition(action, ids) ?? this.run(action);
    if (machines.components.version !== version) return DISABLED;
    const leaf = done ? 1 + effects.intern(action, ids, done, labels) : DISABLED;
    footprints.learn(action, path, ids, leaf);
    return leaf;
  }

  private run(action: number): Transition {
    const { machines, recorder, ids, effects } = this;
    const done = recorder.run(machines, action, ids);
    if (done) this.ran++;
    const labels = done ? effects.label(action, ids, done) : [];
    return { done, labels, path: recorder.path };
  }

  private apply(state: number, keys: Int32Array, at: number): void {
    const { leaves, effects, hits, moves, moveEffects, share, ids } = this;
    const { after, classOf, signatureLo, signatureHi, delta } = effects;
    const { list } = this.machines.components;
    const weight = share.begin(ids);
    let count = 0;
    for (let action = 0; action < leaves.length; action++) {
      const effect = leaves[action] - 1;
      if (effect < 0) continue;
      const cls = classOf[effect];
      hits[cls] += weight;
      share.addEdge(effect, signatureLo, signatureHi);
      if (effects.buckets.length > this.seenBuckets) this.find(cls, state, action);
      if (after[effect] !== MOVES) continue;
      moves[count] = action;
      moveEffects[count++] = effect;
    }
    share.end(ids, hashesLo(list), hashesHi(list));
    this.successors.take(state, keys, at, count, moves, moveEffects, delta);
  }

  private find(cls: number, state: number, action: number): void {
    const { bucket } = this.effects.classes[cls];
    if (bucket < 0 || this.findings.some((finding) => finding.bucket === bucket)) return;
    this.findings.push({ bucket, state, action });
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
