// SPDX-License-Identifier: GPL-2.0-only
/**
 * Operations as a trace writes them: from the numbers the machine runs on, for traces that were made
 * by a program (compiling what comes out gives the same numbers again), and in canonical form.
 */

import type { Op } from '../hyp/op.js';
import { KINDS } from './kinds.js';
import { canonicalCount, canonicalHex, rightsNumber, type U64, wrapPage } from './numbers.js';
import { numberAt, operationOf } from './op_numbers.js';
import { LEFT_OUT, PAGE_STATE, type WrittenRange } from './read.js';
import { LIST, OPERATIONS, type Operation, type PlacedParameter } from './slots.js';
import type { Operation as WrittenOp } from './types.generated.js';

/** The operation as a trace writes it, in canonical form. */
export function decompileOp(op: Op): WrittenOp {
  const operation = operationOf(op);
  const written: Record<string, unknown> = { op: operation.name };
  for (const parameter of operation.parameters) {
    const value = writtenValue(op, operation, parameter);
    if (value !== undefined) written[parameter.name] = value;
  }
  return written as unknown as WrittenOp;
}

function writtenValue(op: Op, { unaligned }: Operation, parameter: PlacedParameter): unknown {
  const { kind, slot, end, bit, isOptional } = parameter;
  if (slot === LIST) {
    if (kind === 'ranges') return writtenRanges(op.list);
    return op.list.length > 0 ? op.list.map(canonicalHex) : undefined;
  }
  const number = numberAt(op, slot);
  if (isOptional && number === LEFT_OUT) return undefined;
  switch (kind) {
    case 'page':
    case 'gfn':
      return canonicalHex(number);
    case 'donated':
      return address(number, (numberAt(op, unaligned) & bit) !== 0);
    case 'object':
      return address(number, numberAt(op, end) !== wrapPage(number + 1));
    case 'flag':
      return number !== 0;
    case 'hostState':
    case 'hypState':
      return stateName(number);
    default:
      return KINDS[kind].form === 'hex' ? address(number) : number;
  }
}

function stateName(state: number): string {
  const [name] = Object.entries(PAGE_STATE).find(([, value]) => value === state) ?? [];
  if (name === undefined) throw new RangeError(`no page state is ${state}`);
  return name;
}

function writtenRanges(list: readonly number[]): WrittenRange[] {
  const ranges: WrittenRange[] = [];
  for (let i = 0; i < list.length; i += 2) {
    ranges.push({ address: address(list[i]), pg_cnt: list[i + 1] });
  }
  return ranges;
}

/** The byte address of a page, or one within it that no alignment check lets through. */
function address(page: number, unaligned = false): string {
  return canonicalHex(`0x${page.toString(16)}${unaligned ? '008' : '000'}`);
}

/** A parameter of an operation: its name, its value as JSON, and its value as a report shows it. */
export interface WrittenParameter {
  readonly name: string;
  readonly value: unknown;
  readonly text: string;
}

const BY_NAME: ReadonlyMap<string, Operation> = new Map(
  OPERATIONS.map((operation) => [operation.name, operation]),
);

/** The parameters of an operation that are there, in canonical form and in the table's order. */
export function canonicalParameters(op: WrittenOp): WrittenParameter[] {
  const values: Readonly<Record<string, unknown>> = { ...op };
  return (BY_NAME.get(op.op)?.parameters ?? []).flatMap(({ name, kind }) => {
    const given = values[name];
    if (given === undefined) return [];
    const value = canonicalValue(kind, given);
    return [{ name, value, text: parameterText(kind, value, given) }];
  });
}

function canonicalValue(kind: PlacedParameter['kind'], given: unknown): unknown {
  if (kind === 'pages') return (given as U64[]).map(canonicalHex);
  if (kind === 'ranges') {
    return (given as WrittenRange[]).map((range) => ({
      address: canonicalHex(range.address),
      pg_cnt: canonicalCount(range.pg_cnt),
    }));
  }
  const { form } = KINDS[kind];
  if (form === 'plain') return given;
  if (form === 'hex') return canonicalHex(given as U64);
  return canonicalCount(kind === 'prot' ? rightsNumber(given as U64) : (given as U64));
}

/** As a report shows it: a count that was written in hex stays hex. */
function parameterText(kind: PlacedParameter['kind'], value: unknown, given: unknown): string {
  if (kind === 'handle' || isHex(given)) return canonicalHex(given as U64);
  if (kind === 'pages') return `[${(value as string[]).join(', ')}]`;
  if (kind !== 'ranges') return String(value);
  const ranges = (value as WrittenRange[]).map(({ address: at, pg_cnt }) => `${at}+${pg_cnt}`);
  return `[${ranges.join(', ')}]`;
}

function isHex(given: unknown): boolean {
  return typeof given === 'string' && /^0x/i.test(given);
}

/**
 * `__pkvm_host_donate_hyp(pfn=0x40100, nr_pages=2)`: page numbers, addresses and VM handles in hex,
 * counts in decimal unless they are written in hex, FF-A ranges as `address+pages`.
 */
export function opText(op: WrittenOp): string {
  const parameters = canonicalParameters(op).map(({ name, text }) => `${name}=${text}`);
  return `${op.op}(${parameters.join(', ')})`;
}
