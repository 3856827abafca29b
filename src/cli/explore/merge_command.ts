// SPDX-License-Identifier: GPL-2.0-only
/** `explore merge`: the certificates of `--shard` runs as one. */

import { Command, Option } from 'commander';
import { mergeCertificates, mergedHasNew } from '../../explore/merge.js';
import { readDocument } from '../../input/read_document.js';
import { mergedText } from '../../report/merged_text.js';
import { type Certificate, type ResultDocument, resultValidators } from '../../result/index.js';
import type { Context } from '../context.js';
import {
  EXIT_BAD_INPUT,
  EXIT_DIVERGED,
  EXIT_EQUAL,
  EXIT_HELP,
  EXIT_INCONCLUSIVE,
} from '../exit_codes.js';

export function mergeCommand(context: Context): Command {
  return new Command('merge')
    .description('join the certificates of --shard runs, or say what is missing')
    .argument('<certificates...>', 'what "explore --shard i/n --format json" printed')
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
Example:
  $ pkvm-tracediff explore --shard 1/2 --format json > 1.json
  $ pkvm-tracediff explore --shard 2/2 --format json > 2.json
  $ pkvm-tracediff explore merge 1.json 2.json
${EXIT_HELP}`,
    )
    .action(async (files: string[], flags: { format: 'text' | 'json' }) => {
      process.exitCode = await merge(files, flags.format, context);
    });
}

async function merge(
  files: readonly string[],
  format: 'text' | 'json',
  context: Context,
): Promise<number> {
  const certificates: Certificate[] = [];
  for (const file of files) certificates.push(...(await readCertificates(file, context)));
  if (context.problems > 0) return EXIT_BAD_INPUT;
  const merged = mergeCertificates(certificates);
  if (format === 'json') context.print(JSON.stringify({ merged }, undefined, 2));
  else for (const one of merged) context.print(`${mergedText(one, context.chalk)}\n`);
  if (merged.some(mergedHasNew)) return EXIT_DIVERGED;
  const isWhole = merged.length > 0 && merged.every(({ complete }) => complete);
  return isWhole ? EXIT_EQUAL : EXIT_INCONCLUSIVE;
}

async function readCertificates(file: string, context: Context): Promise<Certificate[]> {
  const read = await readDocument<ResultDocument>(file, resultValidators);
  if (!read.ok) {
    for (const problem of read.problems) context.problem(problem);
    return [];
  }
  const { certificates = [] } = read.document;
  if (certificates.length === 0) context.problem({ file, message: 'it holds no certificate' });
  return certificates;
}
