// SPDX-License-Identifier: GPL-2.0-only
/** `validate`: are these traces fit to be replayed? */

import { Command } from 'commander';
import { runTo } from '../../compare/replay.js';
import { Machine } from '../../hyp/machine.js';
import { IMPLEMENTATIONS } from '../../implementations.js';
import { count } from '../../report/words.js';
import type { Trace } from '../../trace/index.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_EQUAL, EXIT_INCONCLUSIVE } from '../exit_codes.js';
import { booted, tracesOf, warnOfRefusals } from '../traces.js';

export function validateCommand(context: Context): Command {
  return new Command('validate')
    .description('check traces against the format and boot their machines, replaying nothing')
    .argument(
      '[inputs...]',
      'files, folders or globs of traces, - for stdin (default: the bundled traces)',
    )
    .option(
      '--strict',
      'fail on warnings too: a trace whose operations are all refused (one implementation runs it), a page number that looks like an address',
    )
    .addHelpText(
      'after',
      `
Example:
  $ pkvm-tracediff validate traces mine/trace.json

Exit codes: 0 all valid, 2 problems (--strict: or warnings), 4 interrupted or no trace at all`,
    )
    .action(async (inputs: string[], { strict }: { strict?: boolean }) => {
      process.exitCode = await validate(inputs, strict ?? false, context);
    });
}

async function validate(inputs: string[], isStrict: boolean, context: Context): Promise<number> {
  let traces = 0;
  let ops = 0;
  for await (const trace of tracesOf(inputs, context, true)) {
    const machine = booted(trace, context, () => Machine.alone(trace.machine, IMPLEMENTATIONS[0]));
    if (isStrict && machine && isRefused(machine, trace)) warnOfRefusals(trace, context);
    traces++;
    ops += trace.ops.length;
  }
  const warnings = isStrict ? `, ${count(context.warnings, 'warning')}` : '';
  context.print(
    `${count(traces, 'trace')} with ${count(ops, 'operation')} read, ${count(context.problems, 'problem')}${warnings}`,
  );
  if (context.problems > 0 || (isStrict && context.warnings > 0)) return EXIT_BAD_INPUT;
  return context.stopped || traces === 0 ? EXIT_INCONCLUSIVE : EXIT_EQUAL;
}

/** Whether every operation is refused, with an error; a panic is no refusal. */
function isRefused(machine: Machine, trace: Trace): boolean {
  const outcomes = runTo(machine, trace, trace.ops.length - 1);
  return outcomes.length > 0 && outcomes.every((outcome) => outcome < 0);
}
