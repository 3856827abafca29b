// SPDX-License-Identifier: GPL-2.0-only
/** The reference part of docs/trace-format.md, from the JSON Schema of traces. */

import { OP_NAMES } from '../src/hyp/op.js';
import { traceSchema } from '../src/trace/index.js';

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const DEFINITIONS: Readonly<Record<string, Schema>> = traceSchema.$defs;

/** Parameters every operation has; told once, above the list. */
const COMMON = new Set(['op', 'expect', 'expect_state', 'comment']);

const KINDS: readonly (readonly [name: string, shown: string])[] = [
  ['pageNumber', 'page'],
  ['pageCount', 'count'],
  ['address', 'address'],
  ['pageAddress', 'aligned address'],
  ['unsignedInt', 'unsigned'],
  ['protection', 'rights'],
  ['u32', 'u32'],
  ['u16', 'u16'],
];

/** A section for the kinds of numbers, one for each operation, in the order of the operations. */
export function traceReference(): string {
  return [
    '## Kinds of numbers',
    '',
    'Each is a JSON integer from 0 to 2^53 - 1, or a hex string such as `"0x40100"`.',
    '',
    '| kind | what it is |',
    '|---|---|',
    ...KINDS.map(([name, shown]) => `| ${shown} | ${DEFINITIONS[name].description} |`),
    '',
    '## Operations',
    '',
    'By the names of the C functions they stand for. A parameter is required unless it says otherwise.',
    ...OP_NAMES.flatMap(operationLines),
    '',
  ].join('\n');
}

function operationLines(name: string): string[] {
  const { description, required = [], properties = {} } = DEFINITIONS[name];
  const parameters = Object.entries(properties).filter(([key]) => !COMMON.has(key));
  const rows = parameters.flatMap(([key, schema]) => [
    row(key, schema, required.includes(key)),
    ...innerRows(key, schema.items),
  ]);
  const table = ['', '| parameter | kind | what it is |', '|---|---|---|', ...rows];
  return ['', `### \`${name}\``, '', `${description}`, ...(rows.length > 0 ? table : [])];
}

/** The keys of the objects that a list holds. */
function innerRows(parent: string, items: Schema | undefined): string[] {
  const { required = [], properties = {} } = definitionOf(items) ?? {};
  return Object.entries(properties).map(([key, schema]) =>
    row(`${parent}[].${key}`, schema, required.includes(key)),
  );
}

function row(key: string, schema: Schema, isRequired: boolean): string {
  const optional = isRequired ? '' : ', optional';
  return `| \`${key}\` | ${kindOf(schema)}${optional} | ${schema.description ?? ''} |`;
}

function kindOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => `\`"${value}"\``).join(', ');
  const name = schema.$ref?.split('/').at(-1);
  const shown = KINDS.find(([kind]) => kind === name)?.[1];
  if (shown) return shown;
  if (schema.items)
    return definitionOf(schema.items)?.properties ? 'list' : `list of ${kindOf(schema.items)}s`;
  return String(schema.type);
}

function definitionOf(schema: Schema | undefined): Schema | undefined {
  const name = schema?.$ref?.split('/').at(-1);
  return name === undefined ? schema : DEFINITIONS[name];
}
