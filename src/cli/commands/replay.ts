// SPDX-License-Identifier: GPL-2.0-only
/** `replay`: traces through two implementations in lockstep. */

import { Command } from 'commander';
import { STEP_EQUAL } from '../../compare/lockstep.js';
import { outcomeText } from '../../hyp/outcome.js';
import { traceHeading } from '../../report/divergence_text.js';
import { opText, type Trace } from '../../trace/index.js';
import { addComparingOptions, type ComparingFlags, compareAll, type OpLines } from './comparing.js';
import type { Context } from '../context.js';
import { EXIT_HELP } from '../exit_codes.js';
import { type RefPair, refPairOption } from '../sides.js';

interface ReplayFlags extends ComparingFlags {
  impl: RefPair;
  verbose?: boolean;
}

export function replayCommand(context: Context): Command {
  const command = new Command('replay')
    .description('replay traces through two implementations and report every divergence')
    .argument(
      '[inputs...]',
      'files, folders or globs of traces, - for stdin (default: the bundled traces)',
    )
    .addOption(refPairOption());
  return addComparingOptions(command)
    .option('-v, --verbose', 'print a line for every operation')
    .addHelpText(
      'after',
      `
Examples:
  $ pkvm-tracediff replay
  $ pkvm-tracediff replay traces/findings --impl legacy,series-2 --debug both
  $ pkvm-tracediff replay 'mine/**/*.jsonl' --compare ownership --bail
  $ pkvm-tracediff replay --baseline baselines/series-2025-01.json --report mail
${EXIT_HELP}`,
    )
    .action(async (inputs: string[], flags: ReplayFlags) => {
      const showOps = flags.verbose ? (trace: Trace) => opLines(trace, context) : undefined;
      const comparison = { inputs, pairs: [flags.impl], table: false, showOps };
      process.exitCode = await compareAll(comparison, flags, context);
    });
}

/** `! 6  __pkvm_host_unshare_hyp(pfn=0x40100) = -EBUSY | -EPERM` for each operation. */
function opLines(trace: Trace, context: Context): OpLines {
  const lines: string[] = [];
  return {
    observe: (index, lockstep, step) => {
      const first = outcomeText(lockstep.firstOutcome);
      const second = outcomeText(lockstep.secondOutcome);
      const outcomes = first === second ? first : `${first} | ${second}`;
      const mark = step === STEP_EQUAL ? ' ' : '!';
      lines.push(
        `${mark} ${String(index).padStart(4)}  ${opText(trace.source[index])} = ${outcomes}`,
      );
    },
    print: (result) => {
      context.print(context.chalk.bold(traceHeading(result)));
      for (const line of lines) context.print(line);
    },
  };
}
