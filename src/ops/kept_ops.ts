// SPDX-License-Identifier: GPL-2.0-only
/** Operations made once: traces repeat themselves, and an object an operation is what costs most. */

import { Op } from '../hyp/op.js';

/** A power of two: the operations of a few hundred pages, in some 100 KiB. */
const KEPT = 1024;

/** The last operations that were asked for, each in the one place where its numbers put it. */
export class KeptOps {
  private readonly ops: Op[] = Array.from({ length: KEPT }, () => new Op(-1));

  /** An operation without a list; two that are equal may be the same object. */
  op(code: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): Op {
    const place = (Math.imul(code, 131) + a + Math.imul(b, 17) + Math.imul(d, 5)) & (KEPT - 1);
    const kept = this.ops[place];
    if (
      kept.code === code &&
      kept.a === a &&
      kept.b === b &&
      kept.c === c &&
      kept.d === d &&
      kept.e === e &&
      kept.f === f
    ) {
      return kept;
    }
    const op = new Op(code, a, b, c, d, e, f);
    this.ops[place] = op;
    return op;
  }
}
