// SPDX-License-Identifier: GPL-2.0-only
/** `kernel`: what there is to know about a kernel that is to take a side. */

import { Command } from 'commander';
import { SideError, type SideFact } from '../../side/side.js';
import { cacheFolder } from '../cache_folder.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_EQUAL } from '../exit_codes.js';

interface InspectFlags {
  cache: boolean;
  json?: boolean;
}

export function kernelCommand(context: Context): Command {
  const command = new Command('kernel')
    .description('what can be found out about a kernel')
    .addHelpText('after', EXAMPLE);
  command.addCommand(inspectCommand(context));
  return command;
}

const EXAMPLE = `
Example:
  $ scripts/fetch-kernels.sh kernels
  $ pkvm-tracediff kernel inspect kernels/6.12-vmlinuz`;

function inspectCommand(context: Context): Command {
  return new Command('inspect')
    .description(
      'boot a kernel under QEMU and say what was found out about its hypervisor, and which operations it can be asked for',
    )
    .argument('<path>', 'an arm64 Image, plain or compressed with gzip, or a Debian package')
    .option('--no-cache', 'keep no saved state, and use none')
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (path: string, flags: InspectFlags) => {
      process.exitCode = await inspect(path, flags, context);
    });
}

async function inspect(path: string, flags: InspectFlags, context: Context): Promise<number> {
  const { inspectKernel } = await import('../../real/index.js');
  let facts: readonly SideFact[];
  try {
    facts = await inspectKernel(path, {
      cache: flags.cache ? cacheFolder() : undefined,
      progress: (message) => context.status(message),
      signal: context.signal,
    });
  } catch (error) {
    if (!(error instanceof SideError)) throw error;
    context.problem({ file: path, message: error.message });
    for (const line of error.seen) context.complain(`  ${line}`);
    return EXIT_BAD_INPUT;
  } finally {
    context.status(undefined);
  }
  if (flags.json) {
    const object = Object.fromEntries(facts.map(({ name, value }) => [name, value]));
    context.print(JSON.stringify(object, undefined, 2));
    return EXIT_EQUAL;
  }
  const width = Math.max(...facts.map(({ name }) => name.length));
  for (const { name, value } of facts) context.print(`${name.padEnd(width)}  ${value}`);
  return EXIT_EQUAL;
}
