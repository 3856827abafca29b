// SPDX-License-Identifier: GPL-2.0-only
/** The physical pages an operation names, as rows of a picture: a few of a long range. */

import type { Op } from '../hyp/op.js';
import { pageRanges } from '../ops/index.js';

/** Most pages of one range that get a row. */
const MOST_OF_A_RANGE = 4;

/** Page numbers in the order the operation names them; those of no memory are among them. */
export function pagesOf(op: Op): number[] {
  return pageRanges(op).flatMap(({ start, end }) =>
    Array.from({ length: Math.min(end - start, MOST_OF_A_RANGE) }, (_, i) => start + i),
  );
}
