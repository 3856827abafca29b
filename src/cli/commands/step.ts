// SPDX-License-Identifier: GPL-2.0-only
/** `step`: a walk through a trace, in a terminal or in plain lines. */

import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { parseLine } from '../../step/commands.js';
import { panelLines } from '../../step/panels.js';
import { opLine } from '../../step/screen.js';
import { act, START } from '../../step/state.js';
import { Walker } from '../../step/walker.js';
import { whyNotExact } from '../code.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_DIVERGED, EXIT_EQUAL, EXIT_HELP } from '../exit_codes.js';
import { nameOption, oneTrace } from '../one_trace.js';
import { type DebugChoice, debugOption, type Pair, pairOption } from '../options.js';
import { walkInTerminal } from '../terminal.js';
import { booted } from '../traces.js';

interface StepFlags {
  impl: Pair;
  debug?: Exclude<DebugChoice, 'both'>;
  name?: string;
  plain?: boolean;
}

const PLAIN_COLUMNS = 80;

export function stepCommand(context: Context): Command {
  return new Command('step')
    .description('walk through a trace operation by operation')
    .argument('<trace>', 'a file with one trace (- for stdin), or with --name one of its traces')
    .addOption(nameOption())
    .addOption(pairOption())
    .addOption(debugOption().choices(['on', 'off']))
    .option('--plain', 'plain lines: commands are read from standard input, one a line')
    .addHelpText(
      'after',
      `
Examples:
  $ pkvm-tracediff step traces/findings/unshare-hyp-busy-or-refused.json
  $ echo 'd' | pkvm-tracediff step traces/findings/unshare-hyp-busy-or-refused.json

The keys are shown on the screen. Without a terminal the same letters are read as commands,
one a line (n, b, d, g 3, p 0x40100, t hyp, j, e, q); without any, every operation is printed.
${EXIT_HELP}`,
    )
    .action(async (input: string, flags: StepFlags) => {
      process.exitCode = await step(input, flags, context);
    });
}

async function step(input: string, flags: StepFlags, context: Context): Promise<number> {
  const trace = await oneTrace(input, flags.name, context);
  if (typeof trace === 'number') return trace;
  const unfit = whyNotExact(flags.impl);
  if (unfit !== undefined) {
    context.problem({ file: 'step', message: unfit });
    return EXIT_BAD_INPUT;
  }
  const debug = flags.debug === undefined ? trace.machine.nvhe_el2_debug : flags.debug === 'on';
  const [first, second] = flags.impl;
  const walker = booted(trace, context, () => new Walker(trace, first, second, debug));
  if (!walker) return EXIT_BAD_INPUT;
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== 'dumb';
  if (isTerminal && !flags.plain) await walkInTerminal(walker, context);
  else await walkInLines(walker, context);
  return walker.result.divergences.length > 0 ? EXIT_DIVERGED : EXIT_EQUAL;
}

async function walkInLines(walker: Walker, context: Context): Promise<void> {
  let state = START;
  let commands = 0;
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    if (line.trim() === '') continue;
    commands++;
    state = act(state, parseLine(line), walker.facts);
    if (state.quit || context.stopped) break;
    if (state.message !== '') context.print(state.message);
    context.print(opLine(walker, state.at, true));
    for (const text of panelLines(walker, state, PLAIN_COLUMNS, context.chalk)) context.print(text);
  }
  lines.close();
  if (commands > 0) return;
  walker.trace.ops.forEach((_op, index) => {
    context.print(opLine(walker, index));
    if (!walker.ran[index]?.diverged) return;
    const at = { ...START, at: index };
    for (const text of panelLines(walker, at, PLAIN_COLUMNS, context.chalk)) context.print(text);
  });
}
