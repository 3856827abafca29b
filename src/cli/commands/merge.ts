// SPDX-License-Identifier: GPL-2.0-only
/** `merge`: results of shards and matrices joined to one. */

import { Command } from 'commander';
import { readDocument } from '../../input/read_document.js';
import { textReport } from '../../report/text.js';
import {
  mergeDocuments,
  type Part,
  type ResultDocument,
  resultValidators,
} from '../../result/index.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_HELP, exitCodeOf } from '../exit_codes.js';
import { addReportOptions, type ReportFlags, Reports } from '../reports.js';

interface MergeFlags extends ReportFlags {
  quiet?: boolean;
}

export function mergeCommand(context: Context): Command {
  const command = new Command('merge')
    .description('join the results of shards or of a matrix to one, and report that')
    .argument('<results...>', 'files in the format pkvm-result/1, as --format json writes them')
    .option('-q, --quiet', 'print the closing lines only');
  return addReportOptions(command)
    .addHelpText(
      'after',
      `
Fails if a shard is missing or doubled, or is of another version, seed, corpus or
world. Results of explore may be joined with those of other commands.

Examples:
  $ pkvm-tracediff merge shard-*.json
  $ pkvm-tracediff merge shard-*.json --report json=all.json --report junit=all.xml
${EXIT_HELP}`,
    )
    .action(async (inputs: string[], flags: MergeFlags) => {
      process.exitCode = await merge(inputs, flags, context);
    });
}

async function merge(inputs: string[], flags: MergeFlags, context: Context): Promise<number> {
  const reports = Reports.plan(flags, context);
  const parts: Part[] = [];
  for (const file of inputs) {
    const read = await readDocument<ResultDocument>(file, resultValidators);
    if (read.ok) parts.push({ file, document: read.document });
    else for (const problem of read.problems) context.problem(problem);
  }
  if (!reports || context.problems > 0) return EXIT_BAD_INPUT;
  const merged = mergeDocuments(parts, ['pkvm-tracediff', 'merge', ...inputs]);
  if (!merged.ok) {
    for (const problem of merged.problems) context.problem(problem);
    return EXIT_BAD_INPUT;
  }
  const { document } = merged;
  if (!reports.printed) {
    context.print(textReport(document, { chalk: context.chalk, brief: flags.quiet }));
  }
  const isWritten = await reports.write(document, context);
  return isWritten ? exitCodeOf(document) : EXIT_BAD_INPUT;
}
