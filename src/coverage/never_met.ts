// SPDX-License-Identifier: GPL-2.0-only
/**
 * What a run could have met and did not: each transition in each state of its first page, and each
 * operation with each outcome the compiled kernel code is recorded to have had.
 */

import { OPERATIONS } from '../branches/index.js';
import type { Coverage } from '../result/index.js';
import { RECORDED_OUTCOMES } from './recorded_outcomes.js';

type Cell = Coverage['implementations'][number]['cells'][number];

const HOST_STATES = ['OWNED', 'SHARED_OWNED', 'NOPAGE'];
const HYP_STATES = ['NOPAGE', 'OWNED', 'SHARED_BORROWED'];

/** Host x hyp x guest of a page; what a guest has, the host shares and hyp has not mapped. */
export const PAGE_STATES: readonly (readonly [string, string, string])[] = [
  ...HOST_STATES.flatMap((host) =>
    HYP_STATES.map((hyp) => [host, hyp, 'NOPAGE'] as [string, string, string]),
  ),
  ['SHARED_OWNED', 'NOPAGE', 'SHARED_BORROWED'],
];

/** A line for each state and each outcome never met. */
export function neverMet(cells: readonly Cell[]): string[] {
  const states = new Set(cells.map(({ op, host, hyp, guest }) => stateLine(op, host, hyp, guest)));
  const outcomes = new Set(cells.map(({ op, outcome }) => outcomeLine(op, outcome)));
  const everyState = OPERATIONS.flatMap((op) =>
    PAGE_STATES.map(([host, hyp, guest]) => stateLine(op, host, hyp, guest)),
  );
  const everyOutcome = Object.entries(RECORDED_OUTCOMES).flatMap(([op, known]) =>
    known.map((outcome) => outcomeLine(op, outcome)),
  );
  return [
    ...everyState.filter((line) => !states.has(line)),
    ...everyOutcome.filter((line) => !outcomes.has(line)),
  ];
}

function stateLine(op: string, host: string, hyp: string, guest: string): string {
  return `${op} in host ${host}, hyp ${hyp}, guest ${guest}`;
}

function outcomeLine(op: string, outcome: string): string {
  return `${op} = ${outcome}`;
}
