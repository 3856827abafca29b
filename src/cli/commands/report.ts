// SPDX-License-Identifier: GPL-2.0-only
/** `report`: reports of a result that was saved as JSON. */

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { findReporter } from '../../report/registry.js';
import { type ResultDocument, resultValidators } from '../../result/index.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_EQUAL } from '../exit_codes.js';
import { addReportOptions, type ReportFlags, Reports } from '../reports.js';

export function reportCommand(context: Context): Command {
  const command = new Command('report')
    .description('make reports of a result that was saved with --format json')
    .argument('<result>', 'a file in the format pkvm-result/1');
  return addReportOptions(command)
    .addHelpText(
      'after',
      `
A page made of it shows single traces if the run kept them: check --evidence --report json=FILE.

Example:
  $ pkvm-tracediff check --evidence --report json=result.json
  $ pkvm-tracediff report result.json --report html=report.html --report mail

Exit codes: 0 reported, 2 bad input or usage`,
    )
    .action(async (input: string, flags: ReportFlags) => {
      process.exitCode = await report(input, flags, context);
    });
}

async function report(input: string, flags: ReportFlags, context: Context): Promise<number> {
  const isAsked = flags.format !== undefined || flags.report !== undefined;
  const format = isAsked ? flags.format : findReporter('text');
  const reports = Reports.plan(format ? { ...flags, format } : flags, context);
  const document = reports && read(input, context);
  if (!reports || !document) return EXIT_BAD_INPUT;
  const isWritten = await reports.write(document, context);
  return isWritten ? EXIT_EQUAL : EXIT_BAD_INPUT;
}

/** The document in a file; undefined, with the problem told, if there is none. */
function read(file: string, context: Context): ResultDocument | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    context.problem({ file, message: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
  const isResult = resultValidators.validator<ResultDocument>('document');
  if (isResult(value)) return value;
  for (const { instancePath, message } of isResult.errors?.slice(0, 20) ?? []) {
    context.problem({ file, pointer: instancePath, message: `no result: ${message}` });
  }
  return undefined;
}
