// SPDX-License-Identifier: GPL-2.0-only
/** What reading traces yields, one after the other. */

import type { Problem } from '../input/problem.js';

/** What a reader yields. */
export type Item<T> =
  | { readonly kind: 'trace'; readonly trace: T }
  | { readonly kind: 'problem'; readonly problem: Problem };
