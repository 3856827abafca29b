// SPDX-License-Identifier: GPL-2.0-only
/**
 * The digest of a state graph, a 64-bit number that depends on nothing but the graph. A state's hash is
 * the exclusive-or over the words that differ from the first state; an edge's label says the action,
 * what it came to and where it leads; a state's share mixes its hash with the sum of the labels of its
 * edges; the digest is the sum of all shares. Everything is kept in two halves of 32 bits.
 */

import { fold, foldText, mix32, type Sum64 } from './hash.js';

export type Halves = readonly [lo: number, hi: number];

/** What a word adds to the hash of a state in which it differs from the first state. */
export function wordHash(nameHalf: number, value: number): number {
  return fold(nameHalf, value);
}

export function actionHash(text: string): Halves {
  return [foldText(0x811c9dc5, text), foldText(0x01000193, text)];
}

/** What both sides came to, and whether there is a state after it. */
export interface EdgeOutcome {
  readonly firstOutcome: number;
  readonly secondOutcome: number;
  readonly step: number;
  readonly goesOn: boolean;
}

/** The label of an edge. `change`: the hash of the state before it, exclusive-or that after it. */
export function edgeLabel(action: Halves, came: EdgeOutcome, change: Halves): [number, number] {
  const outcome = fold(outcomeWord(came.firstOutcome), outcomeWord(came.secondOutcome));
  const verdict = fold(outcome, came.step * 2 + (came.goesOn ? 1 : 0));
  return [fold(fold(action[0], verdict), change[0]), fold(fold(action[1], verdict), change[1])];
}

/** Adds the share of a state. */
export function addState(
  digest: Sum64,
  hashLo: number,
  hashHi: number,
  labelsLo: number,
  labelsHi: number,
): void {
  digest.add(mix32(mix32(hashLo) + labelsLo), mix32(mix32(hashHi) + labelsHi));
}

/** An outcome as 32 bits; panics are beyond them. */
function outcomeWord(outcome: number): number {
  return (outcome | 0) ^ (outcome > 0xffffffff ? 0x40000000 : 0);
}
