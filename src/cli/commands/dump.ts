// SPDX-License-Identifier: GPL-2.0-only
/** `dump`: the state of one machine somewhere in a trace. */

import { Command } from 'commander';
import { runTo } from '../../compare/replay.js';
import { dumpState } from '../../hyp/dump.js';
import { Machine } from '../../hyp/machine.js';
import type { Implementation } from '../../hyp/transitions.js';
import { findImplementation } from '../../implementations.js';
import type { Trace } from '../../trace/index.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_EQUAL, EXIT_INCONCLUSIVE } from '../exit_codes.js';
import { parseCount, parseImplementation } from '../options.js';
import { booted, tracesOf } from '../traces.js';

interface DumpFlags {
  at?: number;
  impl: Implementation;
  name?: string;
}

export function dumpCommand(context: Context): Command {
  return new Command('dump')
    .description('print the state of one machine after an operation of a trace, as JSON')
    .argument('<trace>', 'a file with one trace, or with --name one of its traces')
    .option('--at <N>', 'after operation N, from 0 (default: after the last)', parseCount(0))
    .option('--name <name>', 'which trace of the file')
    .option(
      '--impl <name>',
      'the implementation (default: legacy)',
      parseImplementation,
      findImplementation('legacy'),
    )
    .addHelpText(
      'after',
      `
Example:
  $ pkvm-tracediff dump traces/selftest/debug-off.json --at 3 --impl direct`,
    )
    .action(async (input: string, flags: DumpFlags) => {
      process.exitCode = await dump(input, flags, context);
    });
}

async function dump(input: string, flags: DumpFlags, context: Context): Promise<number> {
  const traces: Trace[] = [];
  for await (const trace of tracesOf([input], context, false)) {
    if (flags.name === undefined || trace.name === flags.name) traces.push(trace);
  }
  if (context.problems > 0) return EXIT_BAD_INPUT;
  if (context.stopped) return EXIT_INCONCLUSIVE;
  if (traces.length !== 1) {
    context.complain(
      traces.length === 0
        ? `${input}: no trace named "${flags.name}"`
        : `${input}: ${traces.length} traces; choose one with --name`,
    );
    return EXIT_BAD_INPUT;
  }
  const [trace] = traces;
  const last = flags.at ?? trace.ops.length - 1;
  if (last >= trace.ops.length) {
    context.complain(`${input}: --at ${last}: the last operation is ${trace.ops.length - 1}`);
    return EXIT_BAD_INPUT;
  }
  const machine = booted(trace, context, () => Machine.alone(trace.machine, flags.impl));
  if (!machine) return EXIT_BAD_INPUT;
  const outcomes = runTo(machine, trace, last);
  if (outcomes.length <= last) {
    context.complain(`${trace.name}: panicked at operation ${outcomes.length - 1}`);
  }
  context.print(JSON.stringify(dumpState(machine)));
  return EXIT_EQUAL;
}
