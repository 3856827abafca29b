// SPDX-License-Identifier: GPL-2.0-only
/** Variations of a trace of the corpus: operations left out, doubled, replaced, put in and added. */

import { firstPageOf } from '../ops/index.js';
import type { Op } from '../hyp/op.js';
import type { Generator } from './generator.js';
import type { Random } from './random.js';

/** In percent of the operations. */
const LEFT_OUT = 3;
const DOUBLED = 2;
const REPLACED = 4;
const PUT_IN = 4;
/** Pages of the trace that what is put in comes back to. */
const PAGES = 6;

export class Mutator {
  private readonly pages: readonly number[];
  private index = 0;

  constructor(
    private readonly generator: Generator,
    private readonly ops: readonly Op[],
  ) {
    const recent = ops.map(firstPageOf).filter((page) => page >= 0);
    this.pages = [...new Set(recent.reverse())].slice(0, PAGES);
  }

  start(random: Random): void {
    this.index = 0;
    this.generator.start(random, this.pages);
  }

  /** The next operation; after the trace's last, random ones. */
  next(random: Random): Op {
    if (this.index >= this.ops.length) return this.generator.next(random);
    const draw = random.below(100);
    if (draw < PUT_IN) return this.generator.next(random);
    if (draw < PUT_IN + REPLACED) {
      this.index++;
      return this.generator.next(random);
    }
    if (draw < PUT_IN + REPLACED + DOUBLED) return this.ops[this.index];
    if (draw < PUT_IN + REPLACED + DOUBLED + LEFT_OUT) this.index++;
    if (this.index >= this.ops.length) return this.generator.next(random);
    return this.ops[this.index++];
  }
}
