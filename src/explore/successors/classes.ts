// SPDX-License-Identifier: GPL-2.0-only
/** What transitions come to: those of an action with the same outcomes and the same verdict are a class. */

import type { Column } from '../../compare/divergence.js';
import { STEP_EQUAL, STEP_UNDEFINED } from '../../compare/lockstep.js';
import type { OpName } from '../../hyp/op.js';
import type { World } from '../world/world.js';

/** Transitions of an action with the same outcomes and the same verdict. */
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

/** What an action came to, without where it leads. */
export interface CameTo {
  readonly firstOutcome: number;
  readonly secondOutcome: number;
  readonly step: number;
  readonly goesOn: boolean;
  readonly columns: readonly Column[];
}

export class TransitionClasses {
  readonly list: TransitionClass[] = [];
  readonly buckets: FoundBucket[] = [];
  private readonly byAction: number[][] = [];
  private readonly bucketByKey = new Map<string, number>();

  constructor(private readonly world: World) {}

  /** The class of what an action came to. */
  classify(action: number, came: CameTo): number {
    const { firstOutcome, secondOutcome, step, goesOn, columns } = came;
    this.byAction[action] ??= [];
    const ofAction = this.byAction[action];
    for (const index of ofAction) {
      const cls = this.list[index];
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
    const differs = step !== STEP_EQUAL && step !== STEP_UNDEFINED;
    const bucket = differs ? this.bucketOf(action, came) : -1;
    const cls = { action, first: firstOutcome, second: secondOutcome, step, goesOn, columns };
    const index = this.list.push({ ...cls, bucket }) - 1;
    ofAction.push(index);
    return index;
  }

  /** Goes on with classes and buckets that were kept, in their order. */
  restore(classes: readonly TransitionClass[], buckets: readonly FoundBucket[]): void {
    for (const bucket of buckets) {
      this.bucketByKey.set(bucketName(bucket), this.buckets.push(bucket) - 1);
    }
    for (const cls of classes) {
      this.byAction[cls.action] ??= [];
      this.byAction[cls.action].push(this.list.push(cls) - 1);
    }
  }

  private bucketOf(action: number, came: CameTo): number {
    const { firstOutcome, secondOutcome, step, columns } = came;
    const op = this.world.actions[action].name;
    const found = { op, first: firstOutcome, second: secondOutcome, step, columns };
    const key = bucketName(found);
    let bucket = this.bucketByKey.get(key);
    if (bucket === undefined) {
      bucket = this.buckets.push(found) - 1;
      this.bucketByKey.set(key, bucket);
    }
    return bucket;
  }
}

function bucketName({ op, first, second, step, columns }: FoundBucket): string {
  return [op, first, second, step, ...columns].join();
}
