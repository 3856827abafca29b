// SPDX-License-Identifier: GPL-2.0-only
/** `check`: all the evidence in one run: every step of the series, debug on and off, in one table. */

import { Command } from 'commander';
import { addComparingOptions, type ComparingFlags, compareAll } from './comparing.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_HELP } from '../exit_codes.js';
import { TraceScore } from '../kill_matrix.js';
import { type RefPair, refSeriesOption } from '../sides.js';

interface CheckFlags extends ComparingFlags {
  killMatrix?: string;
  impl: RefPair[];
}

export function checkCommand(context: Context): Command {
  const command = new Command('check')
    .description(
      'compare each step of the series with the one before it, debug on and off, as a table',
    )
    .argument(
      '[inputs...]',
      'files, folders or globs of traces, - for stdin (default: the bundled traces)',
    )
    .addOption(refSeriesOption());
  return addComparingOptions(command, 'both')
    .option(
      '--kill-matrix <file>',
      'what `mutants --save` measured of these traces (default: of the bundled ones)',
    )
    .addHelpText(
      'after',
      `
Rows are operations, columns pairs; a cell has the operations compared, and the
known and new differences among them. Adjacent steps are compared, so that a
bisection lands on a commit that is equivalent too. Coverage is always counted.
How many seeded bugs the traces find is stated where \`mutants\` measured it.

Examples:
  $ pkvm-tracediff check --baseline baselines/series-2025-01.json
  $ pkvm-tracediff check --impl legacy-before-fix,legacy
  $ pkvm-tracediff check mine/ --report junit=out.xml --report mail=-
${EXIT_HELP}`,
    )
    .action(async (inputs: string[], flags: CheckFlags) => {
      process.exitCode = await check(inputs, flags, context);
    });
}

async function check(inputs: string[], flags: CheckFlags, context: Context): Promise<number> {
  const score = await TraceScore.load(flags.killMatrix, context);
  if (!score) return EXIT_BAD_INPUT;
  const comparison = { inputs, pairs: flags.impl, table: true, score, proves: true };
  return compareAll(comparison, { ...flags, countsCoverage: true }, context);
}
