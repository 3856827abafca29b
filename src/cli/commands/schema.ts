// SPDX-License-Identifier: GPL-2.0-only
/** `schema`: the JSON Schemas of what is read and written. */

import { Argument, Command } from 'commander';
import { baselineSchema } from '../../baseline/index.js';
import { requirementSchema } from '../../coverage/index.js';
import { killMatrixSchema } from '../../mutants/schema.generated.js';
import { resultSchema } from '../../result/index.js';
import { traceSchema } from '../../trace/index.js';
import type { Context } from '../context.js';

const SCHEMAS = {
  trace: traceSchema,
  baseline: baselineSchema,
  coverage: requirementSchema,
  result: resultSchema,
  'kill-matrix': killMatrixSchema,
};

export function schemaCommand(context: Context): Command {
  return new Command('schema')
    .description('print the JSON Schema (2020-12) of a format')
    .addArgument(
      new Argument('[format]', 'what the schema is of')
        .choices(Object.keys(SCHEMAS))
        .default('trace'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ pkvm-tracediff schema > trace.schema.json
  $ pkvm-tracediff schema baseline > baseline.schema.json`,
    )
    .action((format: keyof typeof SCHEMAS) => {
      context.print(JSON.stringify(SCHEMAS[format], null, 2));
    });
}
