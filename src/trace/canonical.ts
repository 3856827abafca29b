// SPDX-License-Identifier: GPL-2.0-only
/**
 * The one canonical form of an operation: parameters in the order of the schema, page numbers and
 * addresses in hex, counts in decimal.
 */

import { OP_NAMES } from '../hyp/op.js';
import { outcomeText } from '../hyp/outcome.js';
import { compileOutcome, OUTCOME_NAMES } from './compile.js';
import { canonicalCount, canonicalHex, type U64 } from './numbers.js';
import { traceSchema } from './schema.generated.js';
import type { TraceOp } from './trace.js';
import type { Expect, FfaRange, Outcome } from './types.generated.js';

/** A parameter of an operation: its name, its value as JSON, and its value as a report shows it. */
export interface Parameter {
  readonly name: string;
  readonly value: unknown;
  readonly text: string;
}

const HEX = new Set(['pageNumber', 'address', 'pageAddress']);
const COUNT = new Set(['pageCount', 'unsignedInt', 'protection', 'u32', 'u16']);
const NOT_PARAMETERS = new Set(['op', 'expect', 'comment']);

/** The kind of each parameter by operation and name: the definition the schema refers to. */
const KINDS = new Map<string, readonly (readonly [name: string, kind: string])[]>();
for (const op of OP_NAMES) {
  const parameters = Object.entries<object>(traceSchema.$defs[op].properties)
    .filter(([name]) => !NOT_PARAMETERS.has(name))
    .map(([name, schema]) => [name, kindOf(schema)] as const);
  KINDS.set(op, parameters);
}

function kindOf(schema: object): string {
  return '$ref' in schema ? (String(schema.$ref).split('/').at(-1) ?? '') : '';
}

/** The parameters of an operation that are there, in the order of the schema. */
export function canonicalParameters(op: TraceOp): Parameter[] {
  const values = new Map<string, unknown>(Object.entries(op));
  const parameters: Parameter[] = [];
  for (const [name, kind] of KINDS.get(op.op) ?? []) {
    const given = values.get(name);
    if (given === undefined) continue;
    const value = canonicalValue(name, kind, given);
    parameters.push({ name, value, text: parameterText(name, kind, given) });
  }
  return parameters;
}

function canonicalValue(name: string, kind: string, given: unknown): unknown {
  if (HEX.has(kind)) return canonicalHex(given as U64);
  if (COUNT.has(kind)) return canonicalCount(given as U64);
  if (name === 'memcache') return (given as U64[]).map(canonicalHex);
  if (name === 'ranges') return (given as FfaRange[]).map(canonicalRange);
  return given;
}

function canonicalRange({ address, pg_cnt }: FfaRange): FfaRange {
  return { address: canonicalHex(address), pg_cnt: canonicalCount(pg_cnt) };
}

const HANDLE = 'vm';

function parameterText(name: string, kind: string, given: unknown): string {
  if (name === HANDLE) return canonicalHex(given as U64);
  if (name === 'memcache') return `[${(given as U64[]).map(canonicalHex).join(', ')}]`;
  if (name === 'ranges') return `[${(given as FfaRange[]).map(rangeText).join(', ')}]`;
  return String(canonicalValue(name, kind, given));
}

function rangeText(range: FfaRange): string {
  const { address, pg_cnt } = canonicalRange(range);
  return `${address}+${pg_cnt}`;
}

/** An operation with its keys in order and its values in their canonical form. */
export function canonicalOp(op: TraceOp): Record<string, unknown> {
  const result: Record<string, unknown> = { op: op.op };
  for (const { name, value } of canonicalParameters(op)) result[name] = value;
  if (op.expect !== undefined) result.expect = canonicalExpect(op.expect);
  if (op.comment !== undefined) result.comment = op.comment;
  return result;
}

function canonicalExpect(expect: Expect): Expect {
  if (typeof expect !== 'object') return canonicalOutcome(expect);
  const entries = Object.entries(expect).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, outcome]) => [name, canonicalOutcome(outcome)]));
}

function canonicalOutcome(outcome: Outcome): Outcome {
  const number = compileOutcome(outcome);
  const name = outcomeText(number);
  return OUTCOME_NAMES.includes(name) ? name : number;
}
