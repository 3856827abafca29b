// SPDX-License-Identifier: GPL-2.0-only
/** `mutants`: how good traces, exploration and fuzzing are at finding bugs that were put in. */

import { Command, Option } from 'commander';
import { findImplementation } from '../../implementations.js';
import { allMutants, MUTATED } from '../../mutants/catalogue.js';
import { shortestFirst } from '../../mutants/killing.js';
import { type Row, rowOf, type Score, scoreOf } from '../../mutants/matrix.js';
import type { Mutant } from '../../mutants/mutation.js';
import { count } from '../../report/words.js';
import type { Trace } from '../../trace/index.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_DIVERGED, EXIT_EQUAL, EXIT_INCONCLUSIVE } from '../exit_codes.js';
import { parseSeed } from '../fuzz/options.js';
import { parseCount } from '../options.js';
import { tracesOf } from '../traces.js';

interface MutantsFlags {
  only?: string;
  explore?: boolean;
  fuzz: number;
  seed: number;
  format: 'text' | 'json';
  quiet?: boolean;
}

export function mutantsCommand(context: Context): Command {
  return new Command('mutants')
    .description(`put bugs into ${MUTATED.join(' and ')}, one at a time, and see what finds them`)
    .argument('[inputs...]', 'files, folders or globs of traces (default: the bundled traces)')
    .option('--only <text>', 'mutants whose name has this text')
    .option('--explore', 'explore the default world too (minutes)')
    .option('--fuzz <runs>', 'fuzz too, so many runs a mutant', parseCount(0), 0)
    .option('--seed <n>', 'seed of fuzzing', parseSeed, 1)
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .option('-q, --quiet', 'print what survives and the score only')
    .addHelpText(
      'after',
      `
Examples:
  $ pkvm-tracediff mutants
  $ pkvm-tracediff mutants mine/ --only 'check refcount' --fuzz 1024 --explore

Exit codes: 0 the traces kill every mutant that is not equivalent, 1 one survives,
2 bad input, 4 interrupted or no mutant`,
    )
    .action(async (inputs: string[], flags: MutantsFlags) => {
      process.exitCode = await run(inputs, flags, context);
    });
}

async function run(inputs: string[], flags: MutantsFlags, context: Context): Promise<number> {
  const traces: Trace[] = [];
  for await (const trace of tracesOf(inputs, context, false)) traces.push(trace);
  if (context.problems > 0) return EXIT_BAD_INPUT;
  const mutants = allMutants().filter(({ name }) => name.includes(flags.only ?? ''));
  const rows = await matrix(mutants, shortestFirst(traces), flags, context);
  const score = scoreOf(rows);
  if (flags.format === 'json') context.print(JSON.stringify({ score, rows }, undefined, 2));
  else for (const line of closingLines(score, rows)) context.print(line);
  if (context.stopped || score.mutants === 0) return EXIT_INCONCLUSIVE;
  return score.traces < score.mutants ? EXIT_DIVERGED : EXIT_EQUAL;
}

async function matrix(
  mutants: readonly Mutant[],
  traces: readonly Trace[],
  flags: MutantsFlags,
  context: Context,
): Promise<Row[]> {
  const rows: Row[] = [];
  const evidence = { explores: flags.explore ?? false, fuzzRuns: flags.fuzz, seed: flags.seed };
  for (const mutant of mutants) {
    await context.breathe();
    if (context.stopped) break;
    const base = findImplementation(mutant.base);
    if (!base) throw new Error(`no implementation ${mutant.base}`);
    const row = rowOf(mutant, base, traces, evidence);
    rows.push(row);
    const isTold = !flags.quiet || (row.trace === undefined && row.equivalent === undefined);
    if (isTold && flags.format === 'text') context.print(rowText(row, context));
  }
  return rows;
}

function rowText({ mutant, equivalent, trace, explore, fuzz }: Row, context: Context): string {
  const parts: string[] = [];
  if (equivalent !== undefined) parts.push(`equivalent: ${equivalent}`);
  else if (trace) {
    const debug = trace.debug ? 'debug on' : 'debug off';
    parts.push(`killed by ${trace.trace} in ${count(trace.length, 'operation')}, ${debug}`);
  } else parts.push(context.chalk.red.bold('survives the traces'));
  if (explore !== undefined) parts.push(`explore: ${killText(explore)}`);
  if (fuzz !== undefined) parts.push(`fuzz: ${killText(fuzz)}`);
  return `${context.chalk.bold(mutant.name)}\n  ${parts.join('; ')}`;
}

function killText(operations: number | null): string {
  return operations === null ? 'survives' : count(operations, 'operation');
}

function closingLines(score: Score, rows: readonly Row[]): string[] {
  const { mutants, equivalent, traces, explore, fuzz } = score;
  const of = (kills: number) => {
    const percent = mutants === 0 ? '' : ` (${((100 * kills) / mutants).toFixed(1)} %)`;
    return `${kills} of ${mutants}${percent}`;
  };
  return [
    `${count(rows.length, 'mutant')}, ${equivalent} of them equivalent`,
    `killed by traces: ${of(traces)}`,
    ...(explore === undefined ? [] : [`killed by exploring the default world: ${of(explore)}`]),
    ...(fuzz === undefined ? [] : [`killed by fuzzing: ${of(fuzz)}`]),
  ];
}
