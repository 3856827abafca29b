// SPDX-License-Identifier: GPL-2.0-only
/** `impls`: the implementations there are. */

import { Command } from 'commander';
import { IMPLEMENTATIONS } from '../../implementations.js';
import type { Context } from '../context.js';

export function implsCommand(context: Context): Command {
  return new Command('impls')
    .description('list the implementations, in the order of the kernel history')
    .addHelpText(
      'after',
      `
Example:
  $ pkvm-tracediff impls`,
    )
    .action(() => {
      for (const { name, description } of IMPLEMENTATIONS) {
        context.print(`${context.chalk.bold(name.padEnd(18))} ${description}`);
      }
    });
}
