// SPDX-License-Identifier: GPL-2.0-only
/** What the two implementations did in one operation, side by side. Plain data. */

import type { Machine } from '../hyp/machine.js';
import { outcomeText } from '../hyp/outcome.js';
import { type Alignment, align } from './align.js';
import type { Cost, OpRecord, TreeNode } from './trace_tree.js';

export interface Side {
  readonly implementation: string;
  readonly outcome: string;
  readonly tree: readonly TreeNode[];
  readonly cost: Cost;
  /** The steps of the operation in the order they were taken. */
  readonly phases: readonly string[];
}

export interface Explanation {
  readonly trace: string;
  readonly debug: boolean;
  readonly opIndex: number;
  readonly opText: string;
  /** The state of the operation's first page before it. */
  readonly before: string | undefined;
  readonly sides: readonly [Side, Side];
  readonly alignment: Alignment;
  /** Is the whole state the same after the operation? */
  readonly sameState: boolean;
}

/** One side of an explanation. */
export function sideOf(machine: Machine, outcome: number, record: OpRecord): Side {
  return {
    implementation: machine.implementation.name,
    outcome: outcomeText(outcome),
    tree: record.tree,
    cost: record.cost,
    phases: phasesOf(record),
  };
}

export function alignRecords(first: OpRecord, second: OpRecord): Alignment {
  return align(first.effects, second.effects);
}

/** Same effects on both sides, in whatever order? */
export function sameEffects({ alignment }: Explanation): boolean {
  return alignment.firstOnly === 0 && alignment.secondOnly === 0;
}

/** Phases without locks, each once for every run of it. */
function phasesOf(record: OpRecord): string[] {
  const phases: string[] = [];
  for (const { phase } of record.effects) {
    if (phase === '' || phase === 'lock') continue;
    if (phases[phases.length - 1] !== phase) phases.push(phase);
  }
  return phases;
}
