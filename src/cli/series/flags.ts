// SPDX-License-Identifier: GPL-2.0-only
/** The options of `series`. */

import type { ExploreFlags } from '../explore/flags.js';
import type { ImplRef } from '../sides.js';

export interface SeriesFlags extends Omit<ExploreFlags, 'impl'> {
  tree: string;
  /** Close the default world for each pair too. */
  explore: boolean;
  /** What is made of a commit: its code compiled for user space, or a kernel. */
  with: 'code' | 'real';
  /** The configuration of the kernels. */
  config?: string;
  bisect?: boolean;
  /** Seconds of random traces. */
  fuzz?: number;
  seed?: number;
  /** Kernels that are asked. */
  confirm?: ImplRef[];
}
