// SPDX-License-Identifier: GPL-2.0-only
/**
 * What a run has met: cells of operation, state of its first page before it, and outcome; and cells of
 * a branch that one of the sides took. A cell is one number, so that meeting one again costs a look
 * into an array.
 */

import type { Implementation } from '../hyp/transitions.js';
import { firstPageOf } from '../ops/index.js';
import { hypStateOf } from '../hyp/lookup.js';
import type { Machine } from '../hyp/machine.js';
import { OP_NAMES, type Op } from '../hyp/op.js';
import { isPanic, outcomeText, PANIC_WARN } from '../hyp/outcome.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';
import { BRANCHES, branchText } from './trail.js';

/** -1 (no memory, or no page) and the five page states. */
const STATES = 6;
/** References on a page: none, one, more. */
const REFERENCES = 3;
/** 0, positive, errno numbers 1 to 40, three panics. */
const FIRST_PANIC = 42;
const OUTCOMES = FIRST_PANIC + 3;
const PRE_STATES = STATES * STATES * REFERENCES;

/** Cells of operations come first, then those of branches. */
const FIRST_BRANCH = OP_NAMES.length * PRE_STATES * OUTCOMES * 2;
/** Number of cells there could be. */
export const CELLS = FIRST_BRANCH + 2 * BRANCHES * 2;

/** The state an operation meets, as a number below PRE_STATES. */
export function preState(machine: Machine, op: Op): number {
  const pfn = firstPageOf(op);
  if (pfn < 0) return 0;
  const page = machine.layout.pageIndex(pfn);
  if (page < 0) return 0;
  const host = machine.vmemmap.hostState(page);
  const references = machine.vmemmap.refcount(page);
  const hyp = hypStateOf(machine, pfn);
  return ((host + 1) * STATES + hyp + 1) * REFERENCES + Math.min(references, REFERENCES - 1);
}

/** The cell of an operation. */
export function cellOf(op: Op, before: number, outcome: number, debug: boolean): number {
  const cell = (op.code * PRE_STATES + before) * OUTCOMES + outcomeClass(outcome);
  return cell * 2 + (debug ? 1 : 0);
}

/** The cell of a branch of a side, 0 or 1. */
export function cellOfBranch(side: number, branch: number, debug: boolean): number {
  return FIRST_BRANCH + (side * BRANCHES + branch) * 2 + (debug ? 1 : 0);
}

function outcomeClass(outcome: number): number {
  if (isPanic(outcome)) return FIRST_PANIC + (outcome - PANIC_WARN);
  return outcome < 0 ? 1 - outcome : Math.min(outcome, 1);
}

/** A cell in words, for people and for the corpus. */
export function cellText(
  cell: number,
  pair: readonly Pick<Implementation, 'name' | 'steps'>[],
): string {
  const debug = cell % 2 === 1;
  if (cell >= FIRST_BRANCH) {
    const branch = Math.floor((cell - FIRST_BRANCH) / 2);
    const side = pair[Math.floor(branch / BRANCHES)];
    return `${branchText(branch % BRANCHES, side)} in ${side.name}, debug ${debug ? 'on' : 'off'}`;
  }
  const rest = Math.floor(cell / 2);
  const outcome = rest % OUTCOMES;
  const place = Math.floor(rest / OUTCOMES);
  const before = place % PRE_STATES;
  const name = OP_NAMES[Math.floor(place / PRE_STATES)];
  return `${name} on ${stateText(before)} = ${classText(outcome)}, debug ${debug ? 'on' : 'off'}`;
}

function stateText(before: number): string {
  if (before === 0) return 'no page';
  const references = before % REFERENCES;
  const states = Math.floor(before / REFERENCES);
  const host = PAGE_STATE_NAMES[Math.floor(states / STATES) - 1];
  const hyp = PAGE_STATE_NAMES[(states % STATES) - 1];
  const held = references === REFERENCES - 1 ? `${references} or more` : String(references);
  return `host ${host}, hyp ${hyp}, refcount ${held}`;
}

function classText(outcome: number): string {
  if (outcome >= FIRST_PANIC) return outcomeText(PANIC_WARN + outcome - FIRST_PANIC);
  if (outcome > 1) return outcomeText(1 - outcome);
  return outcome === 1 ? 'positive' : '0';
}

/** The cells met so far. */
export class CellSet {
  private readonly met = new Uint8Array(CELLS);
  size = 0;

  /** True the first time. */
  add(cell: number): boolean {
    if (this.met[cell] !== 0) return false;
    this.met[cell] = 1;
    this.size++;
    return true;
  }

  has(cell: number): boolean {
    return this.met[cell] !== 0;
  }
}
