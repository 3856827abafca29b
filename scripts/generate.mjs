// SPDX-License-Identifier: GPL-2.0-only
/**
 * Makes, from each JSON Schema in src/, types.generated.ts (the TypeScript types of the format) and
 * schema.generated.ts (the schema as a module, so that no Node version warns about importing JSON)
 * beside it; the schema is their one source. From the table of operations it makes their part of the
 * schema of traces with its types, their codes, the code that compiles them, and the dispatch.
 */

import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import {
  compileSource,
  dispatchSource,
  opCodesSource,
  scanSource,
  withOperations,
} from './operations.mjs';

/** Every schema: its folder in src/, its file, and what the schema is called in code. */
const SCHEMAS = [
  { folder: 'trace', file: 'trace.schema.json', constant: 'traceSchema' },
  { folder: 'baseline', file: 'baseline.schema.json', constant: 'baselineSchema' },
  { folder: 'coverage', file: 'requirement.schema.json', constant: 'requirementSchema' },
  { folder: 'result', file: 'result.schema.json', constant: 'resultSchema' },
  { folder: 'prove', file: 'settled.schema.json', constant: 'settledSchema' },
  { folder: 'mutants', file: 'kill_matrix.schema.json', constant: 'killMatrixSchema' },
];

const source = new URL('../src/', import.meta.url);

/** A remark the generator adds to every type made from a definition. */
const REFERENCED_BY =
  / \*\n \* This interface was referenced by .*\n \* via the `definition` .*\n/g;
const REFERENCED_BY_ALONE =
  /\/\*\*\n \* This interface was referenced by .*\n \* via the `definition` .*\n \*\/\n/g;

/** `anyOf` says which optional keys there must be one of: a type cannot, and would become a union. */
function withoutRequiredAlternatives(schema) {
  for (const definition of Object.values(schema.$defs ?? {})) delete definition.anyOf;
  return schema;
}

/** `if ... then ... else ...` gives better messages than `anyOf`; as a type it is the same. */
function withAlternatives(schema) {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(withAlternatives);
  const { if: condition, then: one, else: other, ...rest } = schema;
  const all = condition === undefined ? schema : { ...rest, anyOf: [one, other] };
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key, withAlternatives(value)]),
  );
}

/** Writes a file unless it is so already: a file that is not touched is not compiled again. */
async function writeChanged(path, text) {
  const url = new URL(path, source);
  if ((await readFile(url, 'utf8').catch(() => undefined)) !== text) await writeFile(url, text);
}

const bannerOf = (file) =>
  `// SPDX-License-Identifier: GPL-2.0-only\n/** Generated from ${file} by scripts/generate.mjs: do not edit. */\n`;

/** The TypeScript types of a schema. */
async function typesOf(schema, name, bannerComment, unreachableDefinitions) {
  const types = await compile(
    withAlternatives(withoutRequiredAlternatives(structuredClone(schema))),
    name,
    {
      bannerComment,
      unreachableDefinitions,
      additionalProperties: false,
      ignoreMinAndMaxItems: true,
      style: { singleQuote: true, printWidth: 100 },
    },
  );
  return types.replace(REFERENCED_BY, '').replace(REFERENCED_BY_ALONE, '');
}

/** The definitions that a part of a schema needs, directly or through others; not through `without`. */
function neededBy(part, { $defs }, without = '', found = new Set()) {
  for (const [, name] of JSON.stringify(part).matchAll(/"#\/\$defs\/(\w+)"/g)) {
    if (found.has(name) || name === without) continue;
    neededBy($defs[name], { $defs }, without, found.add(name));
  }
  return found;
}

function onlyNamed({ $defs }, names) {
  return Object.fromEntries(Object.entries($defs).filter(([name]) => names.has(name)));
}

/** Only what an operation is made of, for the types that src/ops works with. */
function operationsOnly(schema) {
  const { operations } = schema.$defs;
  const $defs = onlyNamed(schema, neededBy(operations, schema));
  return { type: 'object', properties: { ops: operations }, $defs };
}

/** What an operation is made of left out: its type is imported. */
function withoutOperations(schema) {
  const { $defs, ...document } = schema;
  const kept = neededBy([document, $defs.recording], schema, 'operation').add('recording');
  const { description } = $defs.operations;
  const operations = { description, tsType: 'Operation[]' };
  return { ...document, $defs: { ...onlyNamed(schema, kept), operations } };
}

/** The schema of traces is made of its own file and of the table of operations. */
async function writeTrace(folder, schema, banner) {
  const imported = `${banner}\nimport type { Operation } from '../ops/types.generated.js';\n`;
  const types = await typesOf(withoutOperations(schema), schema.title, imported, true);
  await writeChanged(`${folder}/types.generated.ts`, types);
  const operations = await typesOf(operationsOnly(schema), 'OperationsAlone', banner, true);
  await writeChanged('ops/types.generated.ts', operations);
  await writeChanged('ops/compile.generated.ts', compileSource());
  await writeChanged('ops/scan.generated.ts', scanSource());
  await writeChanged('hyp/op_codes.generated.ts', opCodesSource());
  await writeChanged('hyp/dispatch.generated.ts', dispatchSource());
}

for (const { folder, file, constant } of SCHEMAS) {
  const banner = bannerOf(file);
  const read = JSON.parse(await readFile(new URL(`${folder}/${file}`, source), 'utf8'));
  const isTrace = folder === 'trace';
  const schema = isTrace ? withOperations(read) : read;
  if (isTrace) await writeTrace(folder, schema, banner);
  else
    await writeChanged(
      `${folder}/types.generated.ts`,
      await typesOf(schema, schema.title, banner, true),
    );
  await writeChanged(
    `${folder}/schema.generated.ts`,
    `${banner}\nexport const ${constant} = ${JSON.stringify(schema, null, 2)};\n`,
  );
}

/** Everything that decides what an operation comes to. */
const MODEL = ['hyp', 'legacy', 'direct'];

/** A digest of the model: what was executed with it says something as long as this is the same. */
async function modelDigest() {
  const names = ['implementations.ts'];
  for (const folder of MODEL) {
    for (const name of await readdir(new URL(`${folder}/`, source))) {
      if (name.endsWith('.ts')) names.push(`${folder}/${name}`);
    }
  }
  const hash = createHash('sha256');
  for (const name of names.sort()) hash.update(await readFile(new URL(name, source)));
  return hash.digest('hex').slice(0, 12);
}

await writeChanged(
  'prove/model.generated.ts',
  `${bannerOf('the model')}\nexport const MODEL_DIGEST = '${await modelDigest()}';\n`,
);
