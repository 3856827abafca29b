// SPDX-License-Identifier: GPL-2.0-only
/** What comparing two sides over one trace came to, however the sides were run. */

import type { Trace } from '../trace/trace.js';
import type { Divergence } from './divergence.js';

/** What each side said to an operation. */
export interface OpOutcomes {
  readonly firstOutcome: number;
  readonly secondOutcome: number;
}

/** Hears of each operation that was compared, with what it came to: a STEP_ constant. */
export type OutcomeObserver = (opIndex: number, outcomes: OpOutcomes, step: number) => void;

export interface TraceResult {
  readonly trace: Trace;
  readonly implementations: readonly [string, string];
  /** The nvhe_el2_debug it ran with. */
  readonly debug: boolean;
  /** Operations both sides ran and that were compared. */
  readonly compared: number;
  /** Operations after the end of one side, or of both, or where one is undefined: not compared. */
  readonly notCompared: number;
  /** Why operations were not compared, with how many, where it is not that a machine had ended. */
  readonly reasons?: ReadonlyMap<string, number>;
  /** Words the two journals named, of both sides: what was compared of the state. */
  readonly wordsCompared: number;
  /** In the order of the operations; each a cause, or put down to one before it. */
  readonly divergences: readonly Divergence[];
  /** Where a side became undefined, if one did: this operation and all after it are not compared. */
  readonly undefined?: UndefinedAt | undefined;
}

/** The end of what the model knows. */
export interface UndefinedAt {
  readonly opIndex: number;
  readonly opText: string;
  /** What became of each side: the page and its two uses; nothing of a side that is defined. */
  readonly sides: readonly [string | undefined, string | undefined];
  /** The trace says so: it expects UNDEFINED of each side that is. */
  readonly expected: boolean;
  /** It got there by misuse: hyp gave away, or let go of, a page that it uses itself. */
  readonly misuse: boolean;
}
