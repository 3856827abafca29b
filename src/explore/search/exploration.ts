// SPDX-License-Identifier: GPL-2.0-only
/** What every way to search has in common: how it goes on, and what it found so far. */

import type { Implementation } from '../../hyp/transitions.js';
import type { InvariantChecker } from '../invariants/checker.js';
import type { TransitionClasses } from '../successors/classes.js';
import type { Finding } from '../successors/expander.js';
import type { Images } from '../symmetry/images.js';
import type { World } from '../world/world.js';
import type { SearchOptions } from './options.js';

export interface Exploration {
  readonly world: World;
  readonly pair: readonly [Implementation, Implementation];
  readonly options: SearchOptions;
  /** From boot as far as it goes, or from every constructed state. */
  readonly from: 'boot' | 'all';
  /** Threads that expand states. */
  readonly workers: number;

  /** Nothing is left to expand. */
  readonly isComplete: boolean;
  /** States visited: those kept and their renamings. */
  readonly states: number;
  /** States kept: representatives, where there is symmetry. */
  readonly kept: number;
  /** States that are kept and not expanded yet. */
  readonly frontier: number;
  /** Actions of the longest shortest path. */
  readonly depth: number;
  readonly transitions: number;
  /** Transitions by class. */
  readonly hits: Float64Array;
  /** Transitions that an executor ran. */
  readonly executed: number;
  /** Of the state graph, 16 hex digits. */
  readonly digest: string;
  /** Bytes kept for states. */
  readonly bytes: number;
  /** What transitions came to. */
  readonly classes: TransitionClasses;
  /** The first transition of each bucket. */
  readonly findings: readonly Finding[];
  readonly invariants: InvariantChecker | undefined;
  /** Renamings of states, if they are used. */
  readonly images: Images | undefined;

  /** Expands up to so many states. */
  advance(states: number): void | Promise<void>;
  /** Counts what was counted elsewhere, before results are read. */
  readonly collect?: (() => Promise<void>) | undefined;
  /** The actions from the first state to a state: of a path of representatives, with symmetry. */
  pathTo(state: number): number[] | Promise<number[]>;
  /** The actions of a real trace along a path. */
  traceOfPath(path: readonly number[]): readonly number[] | Promise<readonly number[]>;
}
