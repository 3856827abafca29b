// SPDX-License-Identifier: GPL-2.0-only
/** `check`: all the evidence in one run: every step of the series, debug on and off, in one table. */

import { Command } from 'commander';
import { addComparingOptions, type ComparingFlags, compareAll } from '../comparing.js';
import type { Context } from '../context.js';
import { EXIT_HELP } from '../exit_codes.js';
import { type Pair, seriesOption } from '../options.js';

interface CheckFlags extends ComparingFlags {
  impl: Pair[];
}

export function checkCommand(context: Context): Command {
  const command = new Command('check')
    .description(
      'compare each step of the series with the one before it, debug on and off, as a table',
    )
    .argument('[inputs...]', 'files, folders or globs of traces (default: the bundled traces)')
    .addOption(seriesOption());
  return addComparingOptions(command, 'both')
    .addHelpText(
      'after',
      `
Rows are operations, columns pairs; a cell has the operations compared, and the
known and new differences among them. Adjacent steps are compared, so that a
bisection lands on a commit that is equivalent too. Coverage is always counted.

Examples:
  $ pkvm-tracediff check --baseline baselines/series-2025-01.json
  $ pkvm-tracediff check --impl legacy-before-fix,legacy
  $ pkvm-tracediff check mine/ --report junit=out.xml --report mail=-
${EXIT_HELP}`,
    )
    .action(async (inputs: string[], flags: CheckFlags) => {
      const comparison = { inputs, pairs: flags.impl, table: true };
      process.exitCode = await compareAll(comparison, { ...flags, countsCoverage: true }, context);
    });
}
