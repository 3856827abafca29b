// SPDX-License-Identifier: GPL-2.0-only
/**
 * What actions do, each different effect once: the outcomes, and the ids it turns into which others.
 * An effect is applied to a packed state by one exclusive-or, whatever the rest of the state is.
 */

import type { Components } from '../state/components.js';
import { actionHash, edgeLabel, type Halves } from '../state/digest.js';
import { fold } from '../state/hash.js';
import type { KeyLayout } from '../state/key.js';
import type { World } from '../world/world.js';
import { TransitionClasses } from './classes.js';
import type { Transition } from './transition.js';

/** What comes after an effect. */
export const ENDS = 0;
export const STAYS = 1;
export const MOVES = 2;

export class Effects {
  size = 0;
  readonly classes: TransitionClasses;
  /** By effect: its class, and what comes after. */
  classOf = new Int32Array(64);
  after = new Uint8Array(64);
  /** By effect and renaming, the identity first: labels of the edges for the digest, in halves. */
  signatureLo: Int32Array;
  signatureHi: Int32Array;
  /** By effect and word of a key: what is to be exclusive-ored. */
  delta = new Int32Array(0);

  private readonly byHash = new Map<number, number[]>();
  /** By effect: components and exclusive-ors of ids, alternating. */
  private readonly changes: number[][] = [];
  private readonly actionHashes: readonly Halves[];

  /** `order`: how many renamings of a state are counted with it. */
  constructor(
    private layout: KeyLayout,
    world: World,
    private readonly components: Components,
    private readonly order = 1,
  ) {
    this.signatureLo = new Int32Array(64 * order);
    this.signatureHi = new Int32Array(64 * order);
    this.actionHashes = world.actions.map(({ text }) => actionHash(text));
    this.classes = new TransitionClasses(world);
  }

  /** The effect of an action from `ids`. `labels`: of all its renamings, the identity first. */
  intern(
    action: number,
    ids: Int32Array,
    done: Transition,
    labels: readonly number[] = this.label(action, ids, done),
  ): number {
    const cls = this.classes.classify(action, done);
    const hash = fold(fold(cls, labels[0]), labels[1]);
    const alike = this.byHash.get(hash);
    for (let i = 0; alike && i < alike.length; i++) {
      if (this.isSame(alike[i], cls, ids, done, labels)) return alike[i];
    }
    const effect = this.add(cls, ids, done, labels);
    if (alike) alike.push(effect);
    else this.byHash.set(hash, [effect]);
    return effect;
  }

  private isSame(
    effect: number,
    cls: number,
    ids: Int32Array,
    { changed, newIds }: Transition,
    labels: readonly number[],
  ): boolean {
    const { order, signatureLo, signatureHi } = this;
    const changes = this.changes[effect];
    if (this.classOf[effect] !== cls || changes.length !== 2 * changed.length) return false;
    for (let i = 0; i < changed.length; i++) {
      if (changes[2 * i] !== changed[i]) return false;
      if (changes[2 * i + 1] !== (newIds[i] ^ ids[changed[i]])) return false;
    }
    for (let g = 0; g < order; g++) {
      if (signatureLo[effect * order + g] !== labels[2 * g]) return false;
      if (signatureHi[effect * order + g] !== labels[2 * g + 1]) return false;
    }
    return true;
  }

  private add(
    cls: number,
    ids: Int32Array,
    { changed, newIds, goesOn }: Transition,
    labels: readonly number[],
  ): number {
    const effect = this.size++;
    const changes: number[] = [];
    for (let i = 0; i < changed.length; i++) changes.push(changed[i], newIds[i] ^ ids[changed[i]]);
    this.changes.push(changes);
    this.makeRoom();
    this.classOf[effect] = cls;
    this.after[effect] = !goesOn ? ENDS : changed.length === 0 ? STAYS : MOVES;
    for (let g = 0; g < this.order; g++) {
      this.signatureLo[effect * this.order + g] = labels[2 * g];
      this.signatureHi[effect * this.order + g] = labels[2 * g + 1];
    }
    this.packDelta(effect);
    return effect;
  }

  /** Recomputes what is exclusive-ored for another layout. */
  repack(layout: KeyLayout): void {
    this.layout = layout;
    this.delta = new Int32Array(this.classOf.length * layout.words);
    for (let effect = 0; effect < this.size; effect++) this.packDelta(effect);
  }

  /** The label of an edge of the state graph, in halves. */
  label(action: number, ids: Int32Array, done: Transition): [lo: number, hi: number] {
    const { list } = this.components;
    const { changed, newIds } = done;
    let lo = 0;
    let hi = 0;
    for (let i = 0; i < changed.length; i++) {
      const { hashLo, hashHi } = list[changed[i]];
      lo ^= hashLo[ids[changed[i]]] ^ hashLo[newIds[i]];
      hi ^= hashHi[ids[changed[i]]] ^ hashHi[newIds[i]];
    }
    return edgeLabel(this.actionHashes[action], done, [lo, hi]);
  }

  private packDelta(effect: number): void {
    const { word, shift, words } = this.layout;
    const changes = this.changes[effect];
    for (let w = 0; w < words; w++) this.delta[effect * words + w] = 0;
    for (let i = 0; i < changes.length; i += 2) {
      this.delta[effect * words + word[changes[i]]] ^= changes[i + 1] << shift[changes[i]];
    }
  }

  private makeRoom(): void {
    const room = this.classOf.length;
    const needed = this.size * this.layout.words;
    if (this.size > room || needed > this.delta.length) {
      const length = this.size > room ? room * 2 : room;
      this.classOf = copied(this.classOf, new Int32Array(length));
      this.after = copied(this.after, new Uint8Array(length));
      this.signatureLo = copied(this.signatureLo, new Int32Array(length * this.order));
      this.signatureHi = copied(this.signatureHi, new Int32Array(length * this.order));
      this.delta = copied(this.delta, new Int32Array(length * this.layout.words));
    }
  }
}

function copied<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
