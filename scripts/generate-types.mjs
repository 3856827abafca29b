// SPDX-License-Identifier: GPL-2.0-only
/**
 * Makes, from each JSON Schema in src/, types.generated.ts (the TypeScript types of the format) and
 * schema.generated.ts (the schema as a module, so that no Node version warns about importing JSON)
 * beside it. The schema is their one source.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';

/** Every schema: its folder in src/, its file, and what the schema is called in code. */
const SCHEMAS = [
  { folder: 'trace', file: 'trace.schema.json', constant: 'traceSchema' },
  { folder: 'baseline', file: 'baseline.schema.json', constant: 'baselineSchema' },
  { folder: 'coverage', file: 'requirement.schema.json', constant: 'requirementSchema' },
  { folder: 'result', file: 'result.schema.json', constant: 'resultSchema' },
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

/** Writes a file unless it is so already: a file that is not touched is not compiled again. */
async function writeChanged(path, text) {
  const url = new URL(path, source);
  if ((await readFile(url, 'utf8').catch(() => undefined)) !== text) await writeFile(url, text);
}

for (const { folder, file, constant } of SCHEMAS) {
  const banner = `// SPDX-License-Identifier: GPL-2.0-only\n/** Generated from ${file} by scripts/generate-types.mjs: do not edit. */\n`;
  const text = await readFile(new URL(`${folder}/${file}`, source), 'utf8');
  const schema = JSON.parse(text);
  const types = await compile(withoutRequiredAlternatives(JSON.parse(text)), schema.title, {
    bannerComment: banner,
    unreachableDefinitions: true,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 100 },
  });
  const withoutRemarks = types.replace(REFERENCED_BY, '').replace(REFERENCED_BY_ALONE, '');
  await writeChanged(`${folder}/types.generated.ts`, withoutRemarks);
  await writeChanged(
    `${folder}/schema.generated.ts`,
    `${banner}\nexport const ${constant} = ${JSON.stringify(schema, null, 2)};\n`,
  );
}
