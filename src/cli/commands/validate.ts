// SPDX-License-Identifier: GPL-2.0-only
/** `validate`: are these traces fit to be replayed? */

import { Command } from 'commander';
import { Machine } from '../../hyp/machine.js';
import { IMPLEMENTATIONS } from '../../implementations.js';
import { count } from '../../report/words.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_EQUAL, EXIT_INCONCLUSIVE } from '../exit_codes.js';
import { booted, tracesOf } from '../traces.js';

export function validateCommand(context: Context): Command {
  return new Command('validate')
    .description('check traces against the format and boot their machines, replaying nothing')
    .argument(
      '[inputs...]',
      'files, folders or globs of traces, - for stdin (default: the bundled traces)',
    )
    .addHelpText(
      'after',
      `
Example:
  $ pkvm-tracediff validate traces mine/trace.json

Exit codes: 0 all valid, 2 problems, 4 interrupted or no trace at all`,
    )
    .action(async (inputs: string[]) => {
      process.exitCode = await validate(inputs, context);
    });
}

async function validate(inputs: string[], context: Context): Promise<number> {
  let traces = 0;
  let ops = 0;
  for await (const trace of tracesOf(inputs, context, true)) {
    booted(trace, context, () => Machine.alone(trace.machine, IMPLEMENTATIONS[0]));
    traces++;
    ops += trace.ops.length;
  }
  context.print(
    `${count(traces, 'trace')} with ${count(ops, 'operation')} read, ${count(context.problems, 'problem')}`,
  );
  if (context.problems > 0) return EXIT_BAD_INPUT;
  return context.stopped || traces === 0 ? EXIT_INCONCLUSIVE : EXIT_EQUAL;
}
