// SPDX-License-Identifier: GPL-2.0-only
/** `minimize`: the smallest trace that still diverges in the same way. */

import { Command, Option } from 'commander';
import { bucketKey, bucketText } from '../../compare/bucket.js';
import type { Divergence } from '../../compare/divergence.js';
import type { CompareLevel } from '../../compare/lockstep.js';
import { replayTrace } from '../../compare/replay.js';
import type { TraceResult } from '../../compare/trace_result.js';
import {
  type Candidate,
  candidateOf,
  minimize,
  Oracle,
  type Target,
  traceOf,
} from '../../minimize/index.js';
import { whyNotWritable } from '../../output/place.js';
import { usesText } from '../../result/uses_text.js';
import { type Trace, traceToJson, writeTrace } from '../../trace/index.js';
import { comparableLevel } from '../code.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_EQUAL, EXIT_INCONCLUSIVE } from '../exit_codes.js';
import { MinimizeProgress } from '../fuzz/minimize_progress.js';
import { nameOption, oneTrace } from '../one_trace.js';
import { compareOption, debugOption, type Pair, pairOption, parseCount } from '../options.js';
import { booted } from '../traces.js';

interface MinimizeFlags {
  impl: Pair;
  compare: CompareLevel;
  debug?: 'on' | 'off';
  at?: number;
  name?: string;
  out?: string;
  expectState?: boolean;
  force?: boolean;
}

export function minimizeCommand(context: Context): Command {
  return new Command('minimize')
    .description(
      'reduce a trace to the smallest that still diverges, or gets undefined, in the same way',
    )
    .argument('<trace>', 'a file with one trace (- for stdin), or with --name one of its traces')
    .addOption(pairOption())
    .addOption(compareOption())
    .addOption(new Option('--debug <setting>', debugOption().description).choices(['on', 'off']))
    .option(
      '--at <n>',
      'what operation n shows, from 0 (default: the first divergence)',
      parseCount(0),
    )
    .addOption(nameOption())
    .option('--expect-state', 'write what pages are after each operation, too')
    .option('--out <file>', 'save the trace there instead of printing it')
    .option('--force', 'replace a file that is there')
    .addHelpText(
      'after',
      `
Examples:
  $ pkvm-tracediff minimize found.json > small.json
  $ pkvm-tracediff minimize traces/findings/teardown-of-vm-of-2gib.json --out small.json

Exit codes: 0 minimised, 2 bad input or the trace does not diverge, 4 interrupted`,
    )
    .action(async (input: string, flags: MinimizeFlags) => {
      const compare = comparableLevel(flags.impl, flags.compare);
      process.exitCode = await run(input, { ...flags, compare }, context);
    });
}

async function run(input: string, flags: MinimizeFlags, context: Context): Promise<number> {
  const problem = flags.out === undefined ? undefined : whyNotWritable(flags.out, !!flags.force);
  if (problem) context.problem(problem);
  const trace = await oneTrace(input, flags.name, context);
  if (typeof trace === 'number') return trace;
  const result = booted(trace, context, () => replay(trace, flags));
  if (!result) return EXIT_BAD_INPUT;
  const divergence = chosen(result, flags.at);
  const end = divergence ? undefined : chosenEnd(result, flags.at);
  if (!divergence && !end) {
    const where = flags.at === undefined ? '' : ` at operation ${flags.at}`;
    const [first, second] = flags.impl;
    context.complain(`${input}: ${first.name} and ${second.name} do not diverge${where}`);
    return EXIT_BAD_INPUT;
  }
  const target = divergence
    ? { key: bucketKey(divergence, result.debug, trace.constructed), text: bucketText }
    : { undefined: { constructed: trace.constructed, misuse: end?.misuse ?? false } };
  const start = candidateOf(result, divergence?.kind === 'expectation');
  const smallest = await search(start, target, flags, context);
  if (!smallest) return EXIT_INCONCLUSIVE;
  const small = traceOf(smallest, flags.impl, {
    name: trace.name.startsWith('minimized-') ? trace.name : `minimized-${trace.name}`,
    description: 'key' in target ? bucketText(target.key) : (end?.what ?? ''),
    file: flags.out ?? input,
    withStates: flags.expectState,
  });
  return write(small, flags, context);
}

function replay(trace: Trace, { impl, compare, debug }: MinimizeFlags): TraceResult {
  const overridden = debug === undefined ? undefined : debug === 'on';
  return replayTrace(trace, ...impl, { level: compare, debug: overridden });
}

function chosen({ divergences }: TraceResult, at: number | undefined): Divergence | undefined {
  return at === undefined ? divergences[0] : divergences.find(({ opIndex }) => opIndex === at);
}

/** The operation from which on a side is undefined, if that is what was asked for. */
function chosenEnd(
  { implementations, undefined: end }: TraceResult,
  at: number | undefined,
): { misuse: boolean; what: string } | undefined {
  if (!end || (at !== undefined && at !== end.opIndex)) return undefined;
  return { misuse: end.misuse, what: `undefined: ${usesText(implementations, end.sides)}` };
}

/** Searches to the end; undefined if interrupted before it. */
async function search(
  start: Candidate,
  target: Target,
  flags: MinimizeFlags,
  context: Context,
): Promise<Candidate | undefined> {
  const [first, second] = flags.impl;
  const oracle = new Oracle(first, second, flags.compare, target);
  const steps = minimize(start, oracle);
  const progress = new MinimizeProgress(context);
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done) {
        if (!value) throw new Error('minimising does not see what replay sees');
        return value;
      }
      if (await progress.show(value)) return undefined;
    }
  } finally {
    progress.clear();
  }
}

async function write(trace: Trace, flags: MinimizeFlags, context: Context): Promise<number> {
  if (flags.out === undefined) {
    context.print(traceToJson(trace).trimEnd());
    return EXIT_EQUAL;
  }
  const problem = await writeTrace(flags.out, trace, { overwrite: flags.force ?? false });
  if (problem) context.problem(problem);
  return problem ? EXIT_BAD_INPUT : EXIT_EQUAL;
}
