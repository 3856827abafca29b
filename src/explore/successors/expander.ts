// SPDX-License-Identifier: GPL-2.0-only
/**
 * Expands states: takes every action from a state, counts what came of it, and hands on the states
 * after it. A state of which everything is known is expanded on typed arrays alone
 * (`known_successors.ts`); for the others it asks first (`effect_finder.ts`).
 */

import type { Component } from '../state/component.js';
import type { Components } from '../state/components.js';
import { Sum64 } from '../state/hash.js';
import type { KeyedStates } from '../state/key.js';
import type { Images } from '../symmetry/images.js';
import type { SymmetryTables } from '../symmetry/representative.js';
import type { World } from '../world/world.js';
import { DigestShare } from './digest_share.js';
import { EffectFinder } from './effect_finder.js';
import { type Effects, MOVES } from './effects.js';
import type { Asking, Executor } from './executor.js';
import type { Footprints } from './footprints.js';
import { type Knowledge, KnownSuccessors, type Successors } from './known_successors.js';
import { flushSummaries, Summaries } from './summaries.js';

/** Room for classes of transitions: actions times outcomes. */
export const MOST_CLASSES = 1 << 16;

/** Where a diverging transition was seen first. */
export interface Finding {
  readonly bucket: number;
  readonly state: number;
  readonly action: number;
}

export interface ExpanderOptions {
  readonly world: World;
  readonly components: Components;
  readonly executor: Executor;
  readonly effects: Effects;
  /** Where the states are kept. */
  readonly visited: KeyedStates;
  /** Where the states after them go. */
  readonly successors: Successors;
  readonly footprints: boolean;
  /** How many of the world's actions are taken, from the first on. */
  readonly actions: number;
  /** Renamings of a state that are counted with it; only with footprints. */
  readonly images?: Images | undefined;
}

export class Expander {
  /** Transitions by class. */
  readonly hits = new Float64Array(MOST_CLASSES);
  readonly digest = new Sum64();
  findings: Finding[] = [];
  /** Actions that were run by a search that this one goes on from. */
  private before = 0;

  private readonly components: Components;
  private readonly effects: Effects;
  private readonly visited: KeyedStates;
  private readonly finder: EffectFinder;
  private readonly images: Images | undefined;
  private successors: Successors;
  private readonly summaries: Summaries | undefined;
  private knownSuccessors: KnownSuccessors | undefined;
  private readonly ids: Int32Array;
  private readonly moves: Int32Array;
  private readonly moveEffects: Int32Array;
  private seenBuckets = 0;
  private readonly share: DigestShare;

  constructor(options: ExpanderOptions) {
    const { world, components, executor, effects, actions, images, footprints } = options;
    this.components = components;
    this.effects = effects;
    this.visited = options.visited;
    this.successors = options.successors;
    this.images = images;
    this.finder = new EffectFinder(world, components, executor, effects, {
      footprints,
      actions,
      images,
    });
    if (this.finder.footprints) {
      const { variables } = components;
      const order = images?.order ?? 1;
      this.summaries = new Summaries(variables, this.finder.footprints, effects, order);
      this.redirect(this.successors);
    }
    this.share = new DigestShare(this.digest, images);
    this.ids = new Int32Array(components.variables);
    this.moves = new Int32Array(actions);
    this.moveEffects = new Int32Array(actions);
  }

  /** Expands a state that is kept, if all is known that is needed for it: else does nothing. */
  expandKnown(state: number): boolean {
    const { knownSuccessors, visited } = this;
    if (!knownSuccessors) return false;
    const ids = this.idsOf(state);
    return knownSuccessors.expand(state, ids, visited.keys, state * visited.layout.words);
  }

  /** Expands a state that is kept: counts, digests, and hands on what comes after it. */
  *expand(state: number, fit: () => void): Asking<void> {
    const { visited } = this;
    this.idsOf(state);
    yield* this.settle(fit);
    this.apply(state, visited.keys, state * visited.layout.words);
    this.remember();
  }

  /** Expands a state that is kept elsewhere, by its ids. */
  *expandIds(state: number, given: Int32Array, fit: () => void): Asking<void> {
    const { ids, visited } = this;
    ids.set(given);
    this.components.fillFacets(ids);
    yield* this.settle(fit);
    const key = new Int32Array(visited.layout.words);
    visited.layout.pack(ids, key, 0);
    this.apply(state, key, 0);
    this.remember();
  }

  /** Finds out what every action does; afterwards keys have room for what came of it. */
  private *settle(fit: () => void): Asking<void> {
    while (!(yield* this.finder.find(this.ids))) this.forget();
    fit();
  }

  private remember(): void {
    const { footprints } = this.finder;
    const { summaries, knownSuccessors, ids } = this;
    if (!footprints || !summaries || !knownSuccessors) return;
    summaries.learn(ids);
    knownSuccessors.learn(this.known(footprints, summaries));
  }

  /** Actions that the executor ran. */
  get executed(): number {
    return this.before + this.finder.executed;
  }

  /** What was learned so far, for whoever expands states elsewhere. */
  get knowledge(): Knowledge | undefined {
    const { footprints } = this.finder;
    const { summaries } = this;
    return footprints && summaries ? this.known(footprints, summaries) : undefined;
  }

  /** Grows with what was learned. */
  get learned(): number {
    return (this.finder.footprints?.learned ?? 0) + this.summariesEnd;
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
    const { knowledge } = this;
    this.successors = successors;
    if (knowledge) this.knownSuccessors = new KnownSuccessors(knowledge, successors, this);
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
    this.before = executed;
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
    const { effects } = this;
    const { list } = this.components;
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
    this.finder.forget();
    this.summaries?.clear();
  }

  /** The ids of a state; valid until the next call. */
  idsOf(state: number): Int32Array {
    const { layout, keys } = this.visited;
    layout.unpack(keys, state * layout.words, this.ids);
    this.components.fillFacets(this.ids);
    return this.ids;
  }

  private apply(state: number, keys: Int32Array, at: number): void {
    const { effects, hits, moves, moveEffects, share, ids } = this;
    const { leaves } = this.finder;
    const { buckets } = effects.classes;
    const { after, classOf, signatureLo, signatureHi, delta } = effects;
    const { list } = this.components;
    const weight = share.begin(ids);
    let count = 0;
    for (let action = 0; action < leaves.length; action++) {
      const effect = leaves[action] - 1;
      if (effect < 0) continue;
      const cls = classOf[effect];
      hits[cls] += weight;
      share.addEdge(effect, signatureLo, signatureHi);
      if (buckets.length > this.seenBuckets) this.find(cls, state, action);
      if (after[effect] !== MOVES) continue;
      moves[count] = action;
      moveEffects[count++] = effect;
    }
    share.end(ids, hashesLo(list), hashesHi(list));
    this.successors.take(state, keys, at, count, moves, moveEffects, delta);
  }

  private find(cls: number, state: number, action: number): void {
    const { bucket } = this.effects.classes.list[cls];
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
