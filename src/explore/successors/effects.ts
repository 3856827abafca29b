// SPDX-License-Identifier: GPL-2.0-only
/**
 * What actions do, each different effect once: the outcomes, and the ids it turns into which others.
 * An effect is applied to a packed state by one exclusive-or, whatever the rest of the state is.
 */

import type { Column } from '../../compare/divergence.js';
import { STEP_EQUAL } from '../../compare/lockstep.js';
import type { OpName } from '../../hyp/op.js';
import { fold, foldText } from '../state/hash.js';
import type { KeyLayout } from '../state/key.js';
import type { Machines, StepResult } from './machines.js';

/** Transitions of a action with the same outcomes and the same verdict. */
export interface TransitionClass {
  readonly action: number;
  readonly first: number;
  readonly second: number;
  readonly step: number;
  readonly goesOn: boolean;
  readonly columns: readonly Column[];
  /** Index among the buckets, or -1 where the two agree. */
  readonly bucket: number;
}

/** Divergences with the same root cause, as far as can be seen without a trace. */
export interface FoundBucket {
  readonly op: OpName;
  readonly first: number;
  readonly second: number;
  readonly step: number;
  readonly columns: readonly Column[];
}

/** What comes after an effect. */
export const ENDS = 0;
export const STAYS = 1;
export const MOVES = 2;

export class Effects {
  size = 0;
  readonly classes: TransitionClass[] = [];
  readonly buckets: FoundBucket[] = [];
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
  private readonly classesByAction: number[][] = [];
  private readonly bucketByKey = new Map<string, number>();
  private readonly actionHash: readonly (readonly [number, number])[];

  /** `order`: how many renamings of a state are counted with it. */
  constructor(
    private layout: KeyLayout,
    private readonly machines: Machines,
    private readonly order = 1,
  ) {
    this.signatureLo = new Int32Array(64 * order);
    this.signatureHi = new Int32Array(64 * order);
    this.actionHash = machines.world.actions.map(({ text }) => [
      foldText(0x811c9dc5, text),
      foldText(0x01000193, text),
    ]);
  }

  /** The effect of a action from `ids`. `labels`: of all its renamings, the identity first. */
  intern(
    action: number,
    ids: Int32Array,
    done: StepResult,
    labels: readonly number[] = this.label(action, ids, done),
  ): number {
    const cls = this.classify(action, done);
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
    { nrChanged, changed, newIds }: StepResult,
    labels: readonly number[],
  ): boolean {
    const { order, signatureLo, signatureHi } = this;
    const changes = this.changes[effect];
    if (this.classOf[effect] !== cls || changes.length !== 2 * nrChanged) return false;
    for (let i = 0; i < nrChanged; i++) {
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
    { nrChanged, changed, newIds, goesOn }: StepResult,
    labels: readonly number[],
  ): number {
    const effect = this.size++;
    const changes: number[] = [];
    for (let i = 0; i < nrChanged; i++) changes.push(changed[i], newIds[i] ^ ids[changed[i]]);
    this.changes.push(changes);
    this.makeRoom();
    this.classOf[effect] = cls;
    this.after[effect] = !goesOn ? ENDS : nrChanged === 0 ? STAYS : MOVES;
    for (let g = 0; g < this.order; g++) {
      this.signatureLo[effect * this.order + g] = labels[2 * g];
      this.signatureHi[effect * this.order + g] = labels[2 * g + 1];
    }
    this.packDelta(effect);
    return effect;
  }

  /** Goes on with classes and buckets that were kept, in their order. */
  restore(classes: readonly TransitionClass[], buckets: readonly FoundBucket[]): void {
    for (const bucket of buckets) {
      this.bucketByKey.set(bucketName(bucket), this.buckets.push(bucket) - 1);
    }
    for (const cls of classes) {
      this.classesByAction[cls.action] ??= [];
      this.classesByAction[cls.action].push(this.classes.push(cls) - 1);
    }
  }

  /** Recomputes what is exclusive-ored for another layout. */
  repack(layout: KeyLayout): void {
    this.layout = layout;
    this.delta = new Int32Array(this.classOf.length * layout.words);
    for (let effect = 0; effect < this.size; effect++) this.packDelta(effect);
  }

  private classify(action: number, done: StepResult): number {
    const { firstOutcome, secondOutcome, step, goesOn, columns } = done;
    this.classesByAction[action] ??= [];
    const list = this.classesByAction[action];
    for (const index of list) {
      const cls = this.classes[index];
      if (
        cls.first === firstOutcome &&
        cls.second === secondOutcome &&
        cls.step === step &&
        cls.goesOn === goesOn &&
        (step === STEP_EQUAL || cls.columns.join() === columns.join())
      ) {
        return index;
      }
    }
    const bucket = step === STEP_EQUAL ? -1 : this.bucketOf(action, done);
    const cls = { action, first: firstOutcome, second: secondOutcome, step, goesOn, columns };
    const index = this.classes.push({ ...cls, bucket }) - 1;
    list.push(index);
    return index;
  }

  private bucketOf(action: number, done: StepResult): number {
    const { firstOutcome, secondOutcome, step, columns } = done;
    const op = this.machines.world.actions[action].name;
    const found = { op, first: firstOutcome, second: secondOutcome, step, columns };
    const key = bucketName(found);
    let bucket = this.bucketByKey.get(key);
    if (bucket === undefined) {
      bucket = this.buckets.push(found) - 1;
      this.bucketByKey.set(key, bucket);
    }
    return bucket;
  }

  /** The label of an edge of the state graph, in halves: action, outcomes, verdict, what changed. */
  label(action: number, ids: Int32Array, done: StepResult): [lo: number, hi: number] {
    const { list } = this.machines.components;
    let lo = 0;
    let hi = 0;
    for (let i = 0; i < done.nrChanged; i++) {
      const c = done.changed[i];
      lo ^= list[c].hashLo[ids[c]] ^ list[c].hashLo[done.newIds[i]];
      hi ^= list[c].hashHi[ids[c]] ^ list[c].hashHi[done.newIds[i]];
    }
    const [actionLo, actionHi] = this.actionHash[action];
    const outcome = fold(outcomeWord(done.firstOutcome), outcomeWord(done.secondOutcome));
    const verdict = fold(outcome, done.step * 2 + (done.goesOn ? 1 : 0));
    return [fold(fold(actionLo, verdict), lo), fold(fold(actionHi, verdict), hi)];
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

function bucketName({ op, first, second, step, columns }: FoundBucket): string {
  return [op, first, second, step, ...columns].join();
}

/** An outcome as 32 bits; panics are beyond them. */
function outcomeWord(outcome: number): number {
  return (outcome | 0) ^ (outcome > 0xffffffff ? 0x40000000 : 0);
}

function copied<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
