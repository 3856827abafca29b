// SPDX-License-Identifier: GPL-2.0-only
/** The numbers of an `Op` by their slots. Nothing but this folder and the dispatch knows `a` to `f`. */

import { PFN_SPACE } from '../hyp/numbers.js';
import { Op, OpCode, type OpName } from '../hyp/op.js';
import { LIST, NO_SLOT, OPERATIONS, type Operation, SLOTS } from './slots.js';
import type { Operation as WrittenOp } from './types.generated.js';

/** The row of an operation. */
export function operationOf(op: Op): Operation {
  const operation = OPERATIONS[op.code];
  if (operation === undefined) throw new RangeError(`no operation has the code ${op.code}`);
  return operation;
}

/** The number in a slot. */
export function numberAt(op: Op, slot: number): number {
  switch (slot) {
    case 0:
      return op.a;
    case 1:
      return op.b;
    case 2:
      return op.c;
    case 3:
      return op.d;
    case 4:
      return op.e;
    case 5:
      return op.f;
    default:
      throw new RangeError(`no number has the slot ${slot}`);
  }
}

/** An operation's numbers, to be changed. */
function numbersOf({ a, b, c, d, e, f }: Op): number[] {
  return [a, b, c, d, e, f];
}

/** The operation with other numbers in the slots given. */
export function withNumbers(
  op: Op,
  changes: readonly (readonly [slot: number, number: number])[],
): Op {
  const numbers = numbersOf(op);
  for (const [slot, number] of changes) numbers[slot] = number;
  return newOp(op.code, numbers, op.list);
}

/** The operation with another list. */
export function withList(op: Op, list: readonly number[]): Op {
  return newOp(op.code, numbersOf(op), list);
}

/** An operation by its code, its numbers by slot, and its list. */
export function newOp(code: number, numbers: readonly number[], list?: readonly number[]): Op {
  const [a, b, c, d, e, f] = numbers;
  return new Op(code, a, b, c, d, e, f, list);
}

type ParameterOf<N extends OpName> = Exclude<
  keyof Extract<WrittenOp, { op: N }>,
  'op' | 'expect' | 'expect_state' | 'comment'
>;

/** What the parameters of an operation are, by their names in the table. */
type NamedNumbers<N extends OpName> = {
  readonly [K in keyof Extract<WrittenOp, { op: N }> as K extends ParameterOf<N>
    ? K
    : never]: K extends 'memcache' | 'ranges' ? readonly number[] : number;
};

/** What goes with the numbers of an operation. */
interface Besides<N extends OpName> {
  /** The donated address that is not page-aligned. */
  readonly unaligned?: ParameterOf<N> | undefined;
  /** How many pages an object lies in, 1 without it. */
  readonly pagesOfObject?: number;
}

/** An operation by its name, its numbers by theirs: a parameter that is left out is left alone. */
export function opOf<N extends OpName>(
  name: N,
  numbers: NamedNumbers<N>,
  { unaligned, pagesOfObject = 1 }: Besides<N> = {},
): Op {
  const operation = OPERATIONS[OpCode[name]];
  const given: Readonly<Record<string, number | readonly number[] | undefined>> = numbers;
  const bySlot = SLOTS.map(() => 0);
  let list: readonly number[] | undefined;
  for (const { name: parameter, slot, end, bit } of operation.parameters) {
    const value = given[parameter];
    if (typeof value === 'object') list = value;
    else if (slot !== LIST) bySlot[slot] = value ?? -1;
    if (end !== NO_SLOT) bySlot[end] = (bySlot[slot] + pagesOfObject) % PFN_SPACE;
    if (parameter === unaligned) bySlot[operation.unaligned] = bit;
  }
  return newOp(operation.code, bySlot, list);
}

/**
 * The number of a parameter, by its name in the table.
 * @throws RangeError when the operation has no such parameter
 */
export function argumentOf(op: Op, name: string): number {
  const parameter = operationOf(op).parameters.find((candidate) => candidate.name === name);
  if (!parameter) throw new RangeError(`${operationOf(op).name} has no parameter ${name}`);
  return numberAt(op, parameter.slot);
}

/**
 * The slot of a parameter, for who asks so often that looking for it by name each time costs too much.
 * @throws RangeError when the operation has no such parameter
 */
export function slotOf(name: OpName, parameter: string): number {
  const operation = OPERATIONS.find((candidate) => candidate.name === name);
  const found = operation?.parameters.find((candidate) => candidate.name === parameter);
  if (!found) throw new RangeError(`${name} has no parameter ${parameter}`);
  return found.slot;
}

/** Whether a donated address is page-aligned. */
export function isAligned(op: Op, name: string): boolean {
  const operation = operationOf(op);
  const bit = operation.parameters.find((candidate) => candidate.name === name)?.bit ?? 0;
  return bit === 0 || (numberAt(op, operation.unaligned) & bit) === 0;
}

/** The operation that came in a message from another thread: there it lost its class. */
export function opFrom({ code, a, b, c, d, e, f, list }: Op): Op {
  return new Op(code, a, b, c, d, e, f, list);
}
