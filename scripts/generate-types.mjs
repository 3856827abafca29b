// SPDX-License-Identifier: GPL-2.0-only
/**
 * Makes src/trace/types.generated.ts (the TypeScript types of the trace format) and
 * src/trace/schema.generated.ts (the schema as a module, so that no Node version warns about
 * importing JSON) from src/trace/trace.schema.json, their one source.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';

const folder = new URL('../src/trace/', import.meta.url);
const banner =
  '// SPDX-License-Identifier: GPL-2.0-only\n/** Generated from trace.schema.json by scripts/generate-types.mjs: do not edit. */\n';

/** A remark the generator adds to every type made from a definition. */
const REFERENCED_BY =
  / \*\n \* This interface was referenced by .*\n \* via the `definition` .*\n/g;

/** `anyOf` says which optional keys there must be one of: a type cannot, and would become a union. */
function withoutRequiredAlternatives(schema) {
  for (const definition of Object.values(schema.$defs)) delete definition.anyOf;
  return schema;
}

/** The text of each generated file by its name in src/trace. */
export async function generate() {
  const text = await readFile(new URL('trace.schema.json', folder), 'utf8');
  const types = await compile(withoutRequiredAlternatives(JSON.parse(text)), 'TraceDocument', {
    bannerComment: banner,
    unreachableDefinitions: true,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 100 },
  });
  return new Map([
    ['types.generated.ts', types.replace(REFERENCED_BY, '')],
    [
      'schema.generated.ts',
      `${banner}\nexport const traceSchema = ${JSON.stringify(JSON.parse(text), null, 2)};\n`,
    ],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of await generate()) await writeFile(new URL(name, folder), text);
}
