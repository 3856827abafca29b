// SPDX-License-Identifier: GPL-2.0-only
/** What one operation did on one machine: the tree of calls with what each looked at and changed. */

import type { Column } from '../compare/divergence.js';

/** A call of a kernel function. Texts are ready to be shown. */
export interface CallNode {
  readonly kind: 'call';
  readonly name: string;
  readonly args: string;
  /** `0`, `-EPERM`, `0x40e05000`; empty for a function without a result or one a panic left. */
  result: string;
  /** The panic that left this function: its own, or one that went through it. */
  panic?: { readonly code: string; readonly here: boolean };
  /** Of a check: what it looked at and found. */
  found?: string;
  readonly body: TreeNode[];
}

/** A change of the state. */
export interface ChangeNode {
  readonly kind: 'change';
  readonly column: Column;
  readonly subject: string;
  readonly before: string;
  readonly after: string;
}

export interface LockNode {
  readonly kind: 'lock';
  readonly lock: string;
  readonly taken: boolean;
}

/** A TLB invalidation. */
export interface FlushNode {
  readonly kind: 'flush';
  readonly name: string;
}

/** CONFIG_NVHE_EL2_DEBUG was asked for. */
export interface ConfigNode {
  readonly kind: 'config';
  readonly name: string;
  readonly on: boolean;
}

/** Calls that are counted but not spelled out. */
export interface MoreNode {
  readonly kind: 'more';
  readonly name: string;
  calls: number;
}

export type TreeNode = CallNode | ChangeNode | LockNode | FlushNode | ConfigNode | MoreNode;

/** What can be told apart from outside: checks of the state, changes, locks, TLB invalidations. */
export interface Effect {
  readonly kind: 'check' | 'change' | 'lock' | 'flush';
  readonly text: string;
  /** The step of the operation it belongs to: `host state`, `hyp map`, `host check`, ... */
  readonly phase: string;
}

/** What the operation cost one implementation. */
export interface Cost {
  /** Calls of kernel functions that are not inlined in C. */
  calls: number;
  /** Most such calls open at once. */
  depth: number;
  /** Page-table walks. */
  walks: number;
  pteReads: number;
  pteWrites: number;
  /** TLB invalidations. */
  tlbi: number;
}

/** One operation on one machine. */
export interface OpRecord {
  readonly tree: TreeNode[];
  readonly effects: Effect[];
  readonly cost: Cost;
}

export function emptyRecord(): OpRecord {
  return {
    tree: [],
    effects: [],
    cost: { calls: 0, depth: 0, walks: 0, pteReads: 0, pteWrites: 0, tlbi: 0 },
  };
}
