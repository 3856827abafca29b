// SPDX-License-Identifier: GPL-2.0-only
/** How a world is searched. */

import type { CompareLevel } from '../../compare/lockstep.js';
import type { Certificate } from '../../result/index.js';

/** Which states are told apart. */
export type View = Certificate['view'];

export interface SearchOptions {
  readonly level: CompareLevel;
  readonly view: View;
  /** Run an operation on the machines only where what it reads was not met before. */
  readonly footprints: boolean;
  /** Keep one of all states that differ only in which page or guest frame is which. */
  readonly symmetry: boolean;
  /** Check the invariants in every state. */
  readonly invariants: boolean;
}
