// SPDX-License-Identifier: GPL-2.0-only
/** The numbers of an `Op` by their slots. Nothing but this folder and the dispatch knows `a` to `f`. */

import { Op, type OpName } from '../hyp/op.js';
import { OPERATIONS, type Operation } from './slots.js';

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
