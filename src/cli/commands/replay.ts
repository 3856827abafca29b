// SPDX-License-Identifier: GPL-2.0-only
/** `replay`: traces through two implementations in lockstep. */

import { Command } from 'commander';
import { type CompareLevel, STEP_EQUAL } from '../../compare/lockstep.js';
import { Replayer, type TraceResult } from '../../compare/replay.js';
import { outcomeText } from '../../hyp/outcome.js';
import { divergencesText, traceHeading } from '../../report/divergence_text.js';
import { opText, type Trace } from '../../trace/index.js';
import type { Context } from '../context.js';
import { EXIT_HELP } from '../exit_codes.js';
import {
  compareOption,
  type DebugChoice,
  debugOption,
  debugSettings,
  type Pair,
  pairOption,
} from '../options.js';
import { Tally } from '../tally.js';
import { booted, tracesOf } from '../traces.js';

interface ReplayFlags {
  impl: Pair;
  compare: CompareLevel;
  debug?: DebugChoice;
  bail?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

export function replayCommand(context: Context): Command {
  return new Command('replay')
    .description('replay traces through two implementations and report every divergence')
    .argument('[inputs...]', 'files, folders or globs of traces (default: the bundled traces)')
    .addOption(pairOption())
    .addOption(compareOption())
    .addOption(debugOption())
    .option('--bail', 'stop after the first trace that diverges')
    .option('-q, --quiet', 'print the closing lines only')
    .option('-v, --verbose', 'print a line for every operation')
    .addHelpText(
      'after',
      `
Examples:
  $ pkvm-tracediff replay
  $ pkvm-tracediff replay traces/findings --impl legacy,series-2 --debug both
  $ pkvm-tracediff replay 'mine/**/*.jsonl' --compare ownership --bail
${EXIT_HELP}`,
    )
    .action(async (inputs: string[], flags: ReplayFlags) => {
      process.exitCode = await replay(inputs, flags, context);
    });
}

async function replay(inputs: string[], flags: ReplayFlags, context: Context): Promise<number> {
  const tally = new Tally(flags.impl, flags.compare);
  const replayer = new Replayer(flags.impl[0], flags.impl[1], flags.compare);
  for await (const trace of tracesOf(inputs, context, !flags.quiet && !flags.verbose)) {
    for (const debug of debugSettings(flags.debug)) {
      const result = booted(trace, context, () =>
        replayOne(trace, replayer, flags, debug, context),
      );
      if (!result) continue;
      tally.add(result);
      if (result.divergences.length > 0 && !flags.quiet) {
        context.print(`${divergencesText(result, context.chalk)}\n`);
      }
    }
    if (flags.bail && tally.diverged > 0) break;
  }
  for (const line of tally.lines(context)) context.print(line);
  return tally.exitCode(context);
}

function replayOne(
  trace: Trace,
  replayer: Replayer,
  flags: ReplayFlags,
  debug: boolean | undefined,
  context: Context,
): TraceResult {
  if (!flags.verbose) return replayer.replay(trace, debug);

  const lines: string[] = [];
  const result = replayer.replay(trace, debug, (index, lockstep, step) => {
    const first = outcomeText(lockstep.firstOutcome);
    const second = outcomeText(lockstep.secondOutcome);
    const outcomes = first === second ? first : `${first} | ${second}`;
    const mark = step === STEP_EQUAL ? ' ' : '!';
    lines.push(
      `${mark} ${String(index).padStart(4)}  ${opText(trace.source[index])} = ${outcomes}`,
    );
  });
  context.print(context.chalk.bold(traceHeading(result)));
  for (const line of lines) context.print(line);
  return result;
}
