// SPDX-License-Identifier: GPL-2.0-only
/**
 * Schema errors in words. Expects ajv's `verbose` and `allErrors`.
 */

import type { ErrorObject } from 'ajv/dist/2020.js';
import { OP_NAMES } from '../hyp/op.js';
import { quoted } from '../input/printable.js';
import { type Issue, pointerToken } from '../input/problem.js';
import { didYouMean } from '../input/suggest.js';
import { OUTCOME_NAMES } from './compile.js';
import { traceSchema } from './schema.generated.js';

/** The schema at an error, as far as the messages need it. */
interface SchemaPart {
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly patternProperties?: Readonly<Record<string, unknown>>;
}

/** Every error once, at the value (or the unknown key) it is about. */
export function errorIssues(errors: readonly ErrorObject[], mode: 'trace' | 'recording'): Issue[] {
  const issues = new Map<string, Issue>();
  for (const error of errors) {
    const issue = errorIssue(error, mode);
    if (issue) issues.set(`${issue.pointer} ${issue.message}`, issue);
  }
  return [...issues.values()];
}

function errorIssue(error: ErrorObject, mode: 'trace' | 'recording'): Issue | undefined {
  const { instancePath: pointer, keyword, params } = error;
  if (keyword === 'additionalProperties') {
    const key = String(params.additionalProperty);
    const message = unknownKeyMessage(key, error, mode);
    return { pointer: `${pointer}/${pointerToken(key)}`, message };
  }
  if (keyword === 'propertyNames') {
    const key = String(params.propertyName);
    const message = `${quoted(key)} is not the name of an implementation`;
    return { pointer: `${pointer}/${pointerToken(key)}`, message };
  }
  if (error.propertyName !== undefined) return undefined;
  if (keyword === 'discriminator') {
    const tag: unknown = params.tagValue;
    if (tag === undefined) return undefined;
    return { pointer: `${pointer}/op`, message: unknownOperationMessage(tag) };
  }
  if (keyword === 'required' && error.schemaPath.includes('/anyOf/')) return undefined;
  const message = errorMessage(error);
  if (typeof error.data !== 'number') return { pointer, message };
  return { pointer, message, messageOf: (written) => errorMessage(error, written) };
}

function unknownKeyMessage(key: string, error: ErrorObject, mode: 'trace' | 'recording'): string {
  const { properties = {}, patternProperties } = partOf(error);
  if (patternProperties !== undefined) return pageKeyMessage(key, Object.keys(patternProperties));
  const known = Object.keys(properties);
  if (mode === 'trace' && error.instancePath === '' && (key === 'results' || key === 'state')) {
    return `unknown key ${quoted(key)}: only a recording has it, and this is read as a trace`;
  }
  const where = operationName(error.data);
  const of = where === undefined ? '' : ` of \`${where}\``;
  return `unknown key ${quoted(key)}${of}${didYouMean(key, known)}`;
}

/** A key that should be a page number, or may be an implementation too. */
function pageKeyMessage(key: string, patterns: readonly string[]): string {
  const or = patterns.length > 1 ? ', or the name of an implementation' : '';
  const meant = hexMeant(key);
  const write = meant === undefined ? '' : `, did you mean ${quoted(meant)}?`;
  return `${quoted(key)} is not a page number such as "0x40100"${or}${write}`;
}

function unknownOperationMessage(tag: unknown): string {
  if (typeof tag !== 'string') return `"op" must be the name of an operation, not ${kindOf(tag)}`;
  return `unknown operation ${quoted(tag)}${didYouMean(tag, OP_NAMES)}`;
}

/** A value that is a number or a text as text; an object may have a `toString` of its own. */
function textOf(data: unknown): string {
  return typeof data === 'object' ? '' : String(data);
}

/** @param written the value as the document writes it, where it is a number */
function errorMessage(error: ErrorObject, written = textOf(error.data)): string {
  const { params, data } = error;
  switch (error.keyword) {
    case 'required': {
      const missing = String(params.missingProperty);
      if (missing === 'op') return 'missing "op", the name of the operation';
      const operation = operationName(data);
      if (operation === undefined) return `missing \`${missing}\``;
      return `missing parameter \`${missing}\` of \`${operation}\``;
    }
    case 'type':
      return typeMessage(error, written);
    case 'minimum':
    case 'maximum':
      return rangeMessage(error, written);
    case 'pattern':
      return patternMessage(String(data), partOf(error));
    case 'multipleOf':
      return `${written} is not page-aligned (a multiple of 4096)`;
    case 'const':
      return `format ${shown(data)} is not known, only ${quoted(String(params.allowedValue))}`;
    case 'enum': {
      const allowed: string[] = params.allowedValues;
      const hint = typeof data === 'string' ? didYouMean(data, allowed) : '';
      return `${shown(data)} is not one of ${allowed.join(', ')}${hint}`;
    }
    case 'minItems':
      if (error.instancePath === '/ops') return 'no operations';
      if (error.instancePath === '/machine/memory') return 'no memory regions';
      break;
    case 'minLength':
      return 'must not be empty';
    case 'minProperties':
      return minPropertiesMessage(error);
    case 'anyOf':
      return '`poke` needs at least one of `host_state`, `refcount`, `host_share_guest_count`, `hyp_state`';
  }
  return error.message ?? `fails ${error.keyword}`;
}

function minPropertiesMessage(error: ErrorObject): string {
  const { properties, patternProperties } = partOf(error);
  if (properties) return `expects nothing: it needs one of ${Object.keys(properties).join(', ')}`;
  return patternProperties ? 'names no page' : 'names no implementation';
}

function typeMessage(error: ErrorObject, written: string): string {
  const { data } = error;
  const { type, maximum } = partOf(error);
  if (!Array.isArray(type)) return `must be ${kindName(String(type))}, not ${kindOf(data)}`;
  if (typeof data === 'number') return `${written} is not an integer`;
  if (type.includes('object')) {
    return `must be an outcome, or an object from implementation to outcome, not ${kindOf(data)}`;
  }
  if (maximum === INT_MAX) return `must be an outcome, not ${kindOf(data)}`;
  return `must be an integer or a hex string such as "0x40100", not ${kindOf(data)}`;
}

const INT_MAX = 2 ** 31 - 1;
const SAFE = 2 ** 53 - 1;
const U64_MAX = 2n ** 64n - 1n;

function rangeMessage({ data, parentSchema }: ErrorObject, written: string): string {
  const maximum = Number(parentSchema?.maximum);
  if (maximum === INT_MAX) return `${written} does not fit an int (-2147483648 to 2147483647)`;
  const width = maximum < SAFE ? `u${Math.log2(maximum + 1)}` : 'u64';
  if (Number(data) < 0) return `${written} is negative, so out of ${width}`;
  if (width !== 'u64') return `${written} is out of ${width} (0 to ${maximum})`;
  const exact = INTEGER.test(written) ? BigInt(written) : BigInt(Number(data));
  if (exact > U64_MAX) return `${written} is out of u64`;
  return `${written} is above 2^53 - 1, where a JSON number is not exact: write "${hexOf(exact)}"`;
}

const INTEGER = /^\d+$/;
const HEX_DIGITS = 16;

function hexOf(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function patternMessage(text: string, part: SchemaPart): string {
  if (part.maximum === INT_MAX) {
    return `unknown outcome ${quoted(text)}${didYouMean(text, OUTCOME_NAMES)}`;
  }
  if (part.maximum === undefined) return `${quoted(text)} does not match ${part.pattern}`;
  if (INTEGER.test(text) && text.length <= HEX_DIGITS) return decimalMessage(text, part.maximum);
  if (part.pattern === PROTECTION_PATTERN && /^[a-z]+$/i.test(text)) {
    return `${quoted(text)} is not made of R, W and X in this order: "R", "RW", "RX", "RWX", ...`;
  }
  if (!/^0x[0-9a-fA-F]+$/.test(text)) {
    const meant = hexMeant(text);
    const write = meant === undefined ? '' : `, did you mean ${quoted(meant)}?`;
    return `${quoted(text)} is not a hex string such as "0x40100"${write}`;
  }
  if (part.pattern === PAGE_ADDRESS_PATTERN && text.length <= 18) {
    return `${quoted(text)} is not page-aligned (a multiple of 4096)`;
  }
  const digits = part.maximum < SAFE ? Math.log2(part.maximum + 1) / 4 : 16;
  return `${quoted(text)} is out of u${digits * 4} (at most ${digits} hex digits)`;
}

/** Digits in quotes: a decimal number, or a hex one without its 0x. */
function decimalMessage(text: string, maximum: number): string {
  const value = BigInt(text);
  const decimal = value <= BigInt(maximum) ? `${value} without quotes` : `"${hexOf(value)}"`;
  return `${quoted(text)} is not a hex string: write ${decimal} if it is decimal, "0x${text}" if it is hex`;
}

/** `0x40100` of `0X40100`, `40100h`, `0x40_100`. */
function hexMeant(text: string): string | undefined {
  const digits = /^(?:0[xX])?([0-9a-fA-F_' ]+)[hH]?$/.exec(text.trim())?.[1].replace(/[_' ]/g, '');
  return digits ? `0x${digits.toLowerCase()}` : undefined;
}

const PROTECTION_PATTERN: string = traceSchema.$defs.protection.pattern;
const PAGE_ADDRESS_PATTERN = traceSchema.$defs.pageAddress.pattern;

function partOf(error: ErrorObject): SchemaPart {
  return (error.parentSchema as SchemaPart | undefined) ?? {};
}

function operationName(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('op' in data)) return undefined;
  return typeof data.op === 'string' ? data.op : undefined;
}

function shown(data: unknown): string {
  if (typeof data === 'string') return quoted(data);
  return typeof data === 'number' ? String(data) : kindOf(data);
}

function kindOf(data: unknown): string {
  if (data === null) return 'null';
  if (typeof data === 'boolean') return String(data);
  return Array.isArray(data) ? 'an array' : kindName(typeof data);
}

function kindName(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
