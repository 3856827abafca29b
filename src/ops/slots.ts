// SPDX-License-Identifier: GPL-2.0-only
/**
 * Where the numbers of an operation are in its `Op`: its parameters one after the other in `a` to
 * `f`, a list in `list`; behind them the bits that say which donated addresses are unaligned, and
 * for an object the page after its last.
 */

import type { OpName } from '../hyp/op.js';
import type { Parameter } from './kinds.js';
import { type Row, TABLE } from './table.js';

/** `a` to `f` of an Op, by slot. */
export const SLOTS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
/** The slot of a list. */
export const LIST = SLOTS.length;
export const NO_SLOT = -1;

/** The bits of the first and the second donated address, where one is unaligned. */
export const UNALIGNED_FIRST = 1;
export const UNALIGNED_SECOND = 2;

/** A parameter with its place. */
export interface PlacedParameter extends Parameter {
  readonly slot: number;
  /** Of an object: the slot of the page after its last. */
  readonly end: number;
  /** Of a donated address: its bit among the unaligned ones. */
  readonly bit: number;
}

/** A row with its code, its parameters with their places. */
export interface Operation extends Row {
  readonly name: OpName;
  readonly code: number;
  readonly parameters: readonly PlacedParameter[];
  /** The slot of the bits of unaligned addresses. */
  readonly unaligned: number;
}

function placed(row: Row, code: number): Operation {
  const { parameters } = row;
  const numbers = parameters.filter(({ kind }) => kind !== 'pages' && kind !== 'ranges');
  const donated = parameters.filter(({ kind }) => kind === 'donated');
  let next = numbers.length;
  const unaligned = donated.length > 0 ? next++ : NO_SLOT;
  const place = (parameter: Parameter): PlacedParameter => {
    const index = numbers.indexOf(parameter);
    return {
      ...parameter,
      slot: index < 0 ? LIST : index,
      end: parameter.kind === 'object' ? next++ : NO_SLOT,
      bit: parameter.kind === 'donated' ? 1 << donated.indexOf(parameter) : 0,
    };
  };
  return { ...row, name: row.name as OpName, code, unaligned, parameters: parameters.map(place) };
}

/** The operations, by code. */
export const OPERATIONS: readonly Operation[] = TABLE.map(placed);
