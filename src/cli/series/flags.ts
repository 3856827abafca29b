// SPDX-License-Identifier: GPL-2.0-only
/** The options of `series`. */

import type { ComparingFlags } from '../comparing.js';
import type { ExploreFlags } from '../explore/flags.js';

export interface SeriesFlags
  extends Omit<ExploreFlags, 'impl' | 'coverage' | 'debug'>,
    Omit<ComparingFlags, 'debug' | 'coverage' | 'compare'> {
  tree: string;
  /** Close the default world for each pair too. */
  explore: boolean;
  bisect?: boolean;
  debug: ExploreFlags['debug'];
}
