// SPDX-License-Identifier: GPL-2.0-only
/** `explain`: what each implementation did in one operation, or what every operation cost. */

import { Command } from 'commander';
import { EndedBefore, Explainer } from '../../explain/explain.js';
import type { Explanation } from '../../explain/explanation.js';
import { costTable } from '../../report/cost_table.js';
import { explanationText } from '../../report/explain_text.js';
import type { Trace } from '../../trace/index.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_EQUAL } from '../exit_codes.js';
import { nameOption, oneTrace } from '../one_trace.js';
import { type DebugChoice, debugOption, type Pair, pairOption, parseCount } from '../options.js';
import { booted } from '../traces.js';

interface ExplainFlags {
  op?: number;
  allOps?: boolean;
  cost?: boolean;
  json?: boolean;
  name?: string;
  impl: Pair;
  debug?: Exclude<DebugChoice, 'both'>;
}

const DEFAULT_COLUMNS = 80;

export function explainCommand(context: Context): Command {
  return new Command('explain')
    .description('show what each implementation did in one operation, call by call')
    .argument('<trace>', 'a file with one trace (- for stdin), or with --name one of its traces')
    .option('--op <N>', 'the operation, from 0', parseCount(0))
    .option('--all-ops', 'instead, a table of what every operation cost')
    .option('--cost', 'count calls, page-table walks, PTE accesses and TLB invalidations')
    .option('--json', 'print the explanation as JSON')
    .addOption(nameOption())
    .addOption(pairOption())
    .addOption(debugOption().choices(['on', 'off']))
    .addHelpText(
      'after',
      `
Examples:
  $ pkvm-tracediff explain traces/selftest/selftest.json --op 3 --cost
  $ pkvm-tracediff explain traces/selftest/selftest.json --all-ops

In the diff of effects < and > mark an effect that is there on both sides but in another place.

Exit codes: 0 explained, 2 bad input or usage`,
    )
    .action(async (input: string, flags: ExplainFlags) => {
      process.exitCode = await explain(input, flags, context);
    });
}

async function explain(input: string, flags: ExplainFlags, context: Context): Promise<number> {
  if ((flags.op === undefined) === (flags.allOps === undefined)) {
    context.complain('name an operation with --op N, or ask for all with --all-ops');
    return EXIT_BAD_INPUT;
  }
  const trace = await oneTrace(input, flags.name, context);
  if (typeof trace === 'number') return trace;
  if (flags.op !== undefined && flags.op >= trace.ops.length) {
    context.complain(`${input}: --op ${flags.op}: the last operation is ${trace.ops.length - 1}`);
    return EXIT_BAD_INPUT;
  }
  const explainer = booted(trace, context, () => {
    const debug = flags.debug === undefined ? undefined : flags.debug === 'on';
    return new Explainer(trace, flags.impl[0], flags.impl[1], debug);
  });
  if (!explainer) return EXIT_BAD_INPUT;
  try {
    if (flags.op === undefined) printAll(trace, explainer, flags, context);
    else printOne(flags.op, explainer, flags, context);
    return EXIT_EQUAL;
  } catch (error) {
    if (!(error instanceof EndedBefore)) throw error;
    context.complain(`${input}: --op ${flags.op}: ${error.message}`);
    return EXIT_BAD_INPUT;
  }
}

function printOne(op: number, explainer: Explainer, flags: ExplainFlags, context: Context): void {
  explainer.skipTo(op);
  const explanation = explainer.explain();
  if (flags.json) {
    context.print(JSON.stringify(explanation));
    return;
  }
  context.print(
    explanationText(explanation, {
      chalk: context.chalk,
      columns: process.stdout.columns ?? DEFAULT_COLUMNS,
      cost: flags.cost ?? false,
    }),
  );
}

function printAll(trace: Trace, explainer: Explainer, flags: ExplainFlags, context: Context): void {
  const explanations: Explanation[] = [];
  while (explainer.next < trace.ops.length && !explainer.hasEnded) {
    explanations.push(explainer.explain());
  }
  if (flags.json) {
    for (const explanation of explanations) context.print(JSON.stringify(explanation));
    return;
  }
  context.print(costTable(explanations, context.chalk));
  const left = trace.ops.length - explanations.length;
  if (left > 0) context.print(`${left} operations after the panic did not run`);
}
