// SPDX-License-Identifier: GPL-2.0-only
/** `explore merge`: the certificates of `--shard` runs as one. */

import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { mergeCertificates, mergedHasNew } from '../../explore/merge.js';
import { mergedText } from '../../report/merged_text.js';
import type { Certificate } from '../../result/index.js';
import { systemErrorText } from '../../trace/error.js';
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
  try {
    const document: unknown = JSON.parse(await readFile(file, 'utf8'));
    const found = isDocument(document) ? document.certificates.filter(isCertificate) : [];
    if (found.length === 0) context.problem({ file, message: 'it holds no certificate' });
    return found;
  } catch (error) {
    const isJson = !(error instanceof SyntaxError);
    const message = isJson ? `cannot read: ${systemErrorText(error)}` : 'it is not JSON';
    context.problem({ file, message });
    return [];
  }
}

function isDocument(value: unknown): value is { certificates: unknown[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'certificates' in value &&
    Array.isArray(value.certificates)
  );
}

function isCertificate(value: unknown): value is Certificate {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === 'pkvm-certificate/1'
  );
}
