// SPDX-License-Identifier: GPL-2.0-only
/** What a comparison finds: plain data, ready to be reported in any form. */

/** What a difference is in. */
export type Column =
  | 'host_state'
  | 'refcount'
  | 'order'
  | 'host_share_guest_count'
  | 'hyp_s1'
  | 'host_s2'
  | 'guest_s2'
  | 'free_list'
  | 'vm'
  | 'vcpu'
  | 'memcache'
  | 'contents'
  | 'locks';

/** One decoded difference between the two sides. */
export interface Difference {
  readonly column: Column;
  /** `page 0x40100`, `pages 0x40100-0x401ff (256)`, `hpool order 0`, ... */
  readonly subject: string;
  readonly first: string;
  readonly second: string;
}

/**
 * - `outcome`: the two returned different things, or one of them panicked
 * - `state`: same outcome, different state after it
 * - `state-at-panic`: both panicked in the same way, in different states
 * - `expectation`: a side did not do what the trace expects of it
 */
export type DivergenceKind = 'outcome' | 'state' | 'state-at-panic' | 'expectation';

export interface Divergence {
  readonly kind: DivergenceKind;
  /** Index of the operation in its trace, from 0. */
  readonly opIndex: number;
  /** The operation's name. */
  readonly op: string;
  /** The operation as text. */
  readonly opText: string;
  /** Outcome of each side as text; of an expectation, of the side it is about. */
  readonly outcomes: readonly [string, string];
  /** What was expected of each side that did something else; of an expectation only. */
  readonly expected?: readonly [string | undefined, string | undefined];
  /** The operation's first page and its state before the operation; nothing if it names no page. */
  readonly before?: string | undefined;
  /** Columns that differ, sorted. */
  readonly columns: readonly Column[];
  readonly differences: readonly Difference[];
  /** Words that differ. */
  readonly words: number;
  /** The second machine was made equal to the first after this, and replay went on. */
  readonly resynced: boolean;
  /** Of what follows from another: the index of its cause among the divergences of the trace. */
  readonly cause?: number;
  /** Hyp was made to give away a page that it uses itself, in this operation or before. */
  readonly misuse?: boolean;
}
