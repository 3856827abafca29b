// SPDX-License-Identifier: GPL-2.0-only
/** `schema`: the JSON Schema of traces. */

import { Command } from 'commander';
import { traceSchema } from '../../trace/index.js';
import type { Context } from '../context.js';

export function schemaCommand(context: Context): Command {
  return new Command('schema')
    .description('print the JSON Schema (2020-12) of traces')
    .addHelpText(
      'after',
      `
Example:
  $ pkvm-tracediff schema > trace.schema.json`,
    )
    .action(() => context.print(JSON.stringify(traceSchema, null, 2)));
}
