// SPDX-License-Identifier: GPL-2.0-only
/** What is made from the table of operations (src/ops/table.ts) before the build. */

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const SLOTS_MODULE = fileURLToPath(new URL('../src/ops/slots.ts', import.meta.url));
const KINDS_MODULE = fileURLToPath(new URL('../src/ops/kinds.ts', import.meta.url));

async function load(path) {
  const options = { entryPoints: [path], bundle: true, write: false, format: 'esm' };
  const [{ contents }] = (await build(options)).outputFiles;
  return import(`data:text/javascript;base64,${Buffer.from(contents).toString('base64')}`);
}

const { OPERATIONS, SLOTS, LIST, NO_SLOT } = await load(SLOTS_MODULE);
const { KINDS } = await load(KINDS_MODULE);

const BANNER =
  '// SPDX-License-Identifier: GPL-2.0-only\n/** Generated from src/ops/table.ts by scripts/generate.mjs: do not edit. */\n';

const field = (slot) => `op.${slot === LIST ? 'list' : SLOTS[slot]}`;

/** Operation codes: `OpCode`, `OpName`, `OP_NAMES`. */
export function opCodesSource() {
  const codes = OPERATIONS.map(({ name, code }) => `  ${name}: ${code},\n`).join('');
  return `${BANNER}
/** Operation codes. */
export const OpCode = {
${codes}} as const;

export type OpName = keyof typeof OpCode;

/** Operation names by code. */
export const OP_NAMES = Object.keys(OpCode) as OpName[];
`;
}

/** What a C function gets for a parameter. */
function argumentsFor({ kind, slot, end, bit }, { unaligned }) {
  if (kind === 'flag') return [`${field(slot)} !== 0`];
  if (kind === 'donated') return [`${field(unaligned)} & ${bit} ? -1 : ${field(slot)}`];
  return end === NO_SLOT ? [field(slot)] : [field(slot), field(end)];
}

function dispatchCase(operation) {
  const { name, code, part, parameters, isVoid } = operation;
  const list = parameters.flatMap((parameter) => argumentsFor(parameter, operation));
  const call = `machine.${part === '' ? '' : `${part}.`}${name}(${list.join(', ')})`;
  return `    case ${code}:\n      ${isVoid ? `${call};\n      return 0;` : `return ${call};`}\n`;
}

/** The operations a run is full of come first: a switch of all of them is too long to be inlined. */
const OFTEN = 8;

/** The machine's dispatch: from an operation to the function it stands for. */
export function dispatchSource() {
  const cases = OPERATIONS.map(dispatchCase);
  return `${BANNER}
import type { Op } from './op.js';
import type { MachineParts } from './parts.js';

/** Calls the function that an operation stands for, with its numbers. */
export function dispatch(machine: MachineParts, op: Op): number {
  switch (op.code) {
${cases.slice(0, OFTEN).join('')}    default:
      return dispatchRest(machine, op);
  }
}

function dispatchRest(machine: MachineParts, op: Op): number {
  switch (op.code) {
${cases.slice(OFTEN).join('')}    default:
      throw new RangeError(\`no operation has the code \${op.code}\`);
  }
}
`;
}

/** The arguments of `new Op()`: numbers up to the last that is there, or all of them and the list. */
function compiledNumbers({ parameters, unaligned, code }) {
  const numbers = [];
  for (const { name, kind, slot, end, bit } of parameters) {
    numbers[slot] = `${KINDS[kind].read}(op.${name})`;
    if (end !== NO_SLOT) numbers[end] = `wrapPage(pageAfterAddress(op.${name}) + 1)`;
    if (bit === 0) continue;
    const before = numbers[unaligned] === undefined ? '' : `${numbers[unaligned]} | `;
    numbers[unaligned] = `${before}unaligned(op.${name}, ${bit})`;
  }
  return [code, ...Array.from(numbers, (number) => number ?? '0')].join(', ');
}

/** From JSON to `Op`. */
export function compileSource() {
  const cases = OPERATIONS.map(
    (operation) =>
      `    case '${operation.name}':\n      return new Op(${compiledNumbers(operation)});\n`,
  ).join('');
  const read = [...new Set(OPERATIONS.flatMap(({ parameters }) => parameters))].map(
    ({ kind }) => KINDS[kind].read,
  );
  const numbers = ['pageNumber', 'pageOfAddress', 'pageAfterAddress', 'unsignedInt', 'wrapPage'];
  const others = [...new Set([...read, 'unaligned'])].filter((name) => !numbers.includes(name));
  return `${BANNER}
import { Op } from '../hyp/op.js';
import { ${numbers.join(', ')} } from './numbers.js';
import { ${others.join(', ')} } from './read.js';
import type { Operation } from './types.generated.js';

/**
 * The operation an entry of \`ops\` stands for. The entry must have passed the schema. No BigInt, no
 * objects in between, and no lookup by name: a name from JSON.parse is no internalized string.
 */
export function compileOp(op: Operation): Op {
  switch (op.op) {
${cases}  }
}
`;
}

/** Keys that every operation may have. */
const SHARED_KEYS = ['op', 'expect', 'comment'];
/** Kinds that the schema takes any u64 for. */
const U64_SCHEMAS = ['pageNumber', 'pageCount', 'address', 'pageAddress', 'unsignedInt'];

/** What the scanner makes of an operation that has nothing but u64 numbers, rights and flags. */
function scannedCase(operation, keys) {
  const { code, parameters } = operation;
  const needed = parameters.filter(({ isOptional }) => !isOptional);
  const nameOf = ({ kind }) => KINDS[kind].schema.$ref?.replace('#/$defs/', '');
  const maskOf = (list) => list.reduce((mask, { name }) => mask | (1 << keys.indexOf(name)), 0);
  const rights = needed.filter(({ kind }) => kind === 'prot');
  const flags = needed.filter(({ kind }) => kind === 'flag');
  const numbers = needed.filter((parameter) => U64_SCHEMAS.includes(nameOf(parameter)));
  const isKnown = rights.length + flags.length + numbers.length === needed.length;
  const isAnyLeftOut = parameters.some(({ isOptional, kind }) => isOptional && kind !== 'pages');
  if (!isKnown || isAnyLeftOut) return '';
  const conditions = [`flags === ${maskOf(flags)}`];
  if (rights.length === 0) conditions.push(`numbers === ${maskOf(numbers)}`, 'rights === 0');
  else {
    conditions.push(`(numbers | rights) === ${maskOf([...numbers, ...rights])}`);
    conditions.push(`(rights & ${~maskOf(rights)}) === 0`);
  }
  const value = (name, type) => `values[${keys.indexOf(name)}] as ${type}`;
  for (const parameter of numbers) {
    if (nameOf(parameter) !== 'pageAddress') continue;
    conditions.push(`offsetInPage(${value(parameter.name, 'U64')}) === 0`);
  }
  const typeOf = ({ kind }) => (kind === 'flag' ? 'boolean' : 'U64');
  const made = parameters.reduce(
    (text, parameter) =>
      text.replaceAll(`(op.${parameter.name}`, `(${value(parameter.name, typeOf(parameter))}`),
    compiledNumbers({ ...operation, parameters: needed }),
  );
  return `    case ${code}:\n      if (${conditions.join(' && ')}) {\n        return kept.op(${made});\n      }\n      return undefined;\n`;
}

/** Operations of what was scanned. */
export function scanSource() {
  const parameters = OPERATIONS.flatMap((operation) => operation.parameters);
  const keys = [...new Set([...SHARED_KEYS, ...parameters.map(({ name }) => name)])];
  if (keys.length > 31) throw new Error('keys of operations are bits of one number');
  const cases = OPERATIONS.map((operation) => scannedCase(operation, keys)).join('');
  return `${BANNER}
import type { Op } from '../hyp/op.js';
import type { KeptOps } from './kept_ops.js';
import { offsetInPage, pageAfterAddress, pageNumber, pageOfAddress, type U64, unsignedInt, wrapPage } from './numbers.js';
import { flag, protection, unaligned } from './read.js';

/** What stands at a key: a u64, rights in letters, a flag. */
export type Scanned = U64 | boolean;

/** Keys of operations; the first three are every one's. */
export const KEYS: readonly string[] = ${JSON.stringify(keys)};

/**
 * The operation with these values by key, if it passes the schema by what was scanned alone.
 * @param numbers a bit for each key that has a u64; \`rights\`, \`flags\`: likewise
 */
export function scannedOp(
  code: number,
  numbers: number,
  rights: number,
  flags: number,
  values: readonly Scanned[],
  kept: KeptOps,
): Op | undefined {
  switch (code) {
${cases}    default:
      return undefined;
  }
}
`;
}

function parameterSchema({ kind, about }) {
  const { schema } = KINDS[kind];
  return '$ref' in schema ? { ...schema, description: about } : { description: about, ...schema };
}

/** The definitions of the schema that the table gives; `shared`: keys that every operation may have. */
function definitions(shared) {
  return OPERATIONS.map(({ name, about, parameters, needsOne }) => {
    const optional = parameters.filter(({ isOptional }) => isOptional).map((of) => of.name);
    const all = parameters.map((of) => of.name);
    const definition = {
      description: about,
      type: 'object',
      required: ['op', ...all.filter((key) => !optional.includes(key))],
      additionalProperties: false,
      properties: {
        op: { const: name },
        ...Object.fromEntries(parameters.map((of) => [of.name, parameterSchema(of)])),
        ...shared,
      },
    };
    const anyOf = optional.map((key) => ({ required: [key] }));
    return [name, needsOne ? { ...definition, anyOf } : definition];
  });
}

/** The schema of traces, with the operations in it: `properties` of `operation` are every one's. */
export function withOperations(schema) {
  const $defs = {};
  for (const [name, definition] of Object.entries(schema.$defs)) {
    if (name !== 'operation') {
      $defs[name] = definition;
      continue;
    }
    const { properties, ...operation } = definition;
    const own = definitions(properties);
    Object.assign($defs, Object.fromEntries(own));
    const oneOf = own.map(([op]) => ({ $ref: `#/$defs/${op}` }));
    $defs.operation = { ...operation, oneOf };
  }
  return { ...schema, $defs };
}
