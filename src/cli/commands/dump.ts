// SPDX-License-Identifier: GPL-2.0-only
/** `dump`: the state of one machine somewhere in a trace. */

import { Command, Option } from 'commander';
import { runTo } from '../../compare/replay.js';
import { dumpState } from '../../hyp/dump.js';
import { Machine } from '../../hyp/machine.js';
import { isPanic } from '../../hyp/outcome.js';
import type { Implementation } from '../../hyp/transitions.js';
import { findImplementation } from '../../implementations.js';
import { shownName } from '../../input/printable.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_EQUAL } from '../exit_codes.js';
import { nameOption, oneTrace } from '../one_trace.js';
import { parseCount, parseImplementation } from '../options.js';
import { booted } from '../traces.js';

interface DumpFlags {
  at?: number;
  impl: Implementation;
  name?: string;
}

export function dumpCommand(context: Context): Command {
  return new Command('dump')
    .description('print the state of one machine after an operation of a trace, as JSON')
    .argument('<trace>', 'a file with one trace (- for stdin), or with --name one of its traces')
    .option('--at <N>', 'after operation N, from 0 (default: after the last)', parseCount(0))
    .addOption(nameOption())
    .addOption(
      new Option('--impl <name>', 'the implementation')
        .argParser(parseImplementation)
        .default(findImplementation('legacy'), 'legacy'),
    )
    .addHelpText(
      'after',
      `
Example:
  $ pkvm-tracediff dump traces/selftest/selftest.json --at 3 --impl direct`,
    )
    .action(async (input: string, flags: DumpFlags) => {
      process.exitCode = await dump(input, flags, context);
    });
}

async function dump(input: string, flags: DumpFlags, context: Context): Promise<number> {
  const trace = await oneTrace(input, flags.name, context);
  if (typeof trace === 'number') return trace;
  const last = flags.at ?? trace.ops.length - 1;
  if (last >= trace.ops.length) {
    context.complain(`${input}: --at ${last}: the last operation is ${trace.ops.length - 1}`);
    return EXIT_BAD_INPUT;
  }
  const machine = booted(trace, context, () => Machine.alone(trace.machine, flags.impl));
  if (!machine) return EXIT_BAD_INPUT;
  const outcomes = runTo(machine, trace, last);
  if (isPanic(outcomes[outcomes.length - 1])) {
    const what = machine.undefinedUse ? `undefined, ${machine.undefinedUse.text},` : 'panicked';
    context.complain(`${shownName(trace.name)}: ${what} at operation ${outcomes.length - 1}`);
  }
  const state = dumpState(machine);
  for (const problem of state.undefined ?? []) {
    context.complain(`${shownName(trace.name)}: ${problem}`);
  }
  context.print(JSON.stringify(state));
  return EXIT_EQUAL;
}
