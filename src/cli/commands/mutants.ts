// SPDX-License-Identifier: GPL-2.0-only
/** `mutants`: how good traces, exploration and fuzzing are at finding bugs that were put in. */

import { Command, Option } from 'commander';
import { Prover } from '../../prove/theorem.js';
import { findImplementation } from '../../implementations.js';
import { type Problem } from '../../input/problem.js';
import { allMutants, MUTATED } from '../../mutants/catalogue.js';
import { TraceSetDigest } from '../../mutants/digests.js';
import { killMatrixOf } from '../../mutants/kill_matrix.js';
import { shortestFirst } from '../../mutants/killing.js';
import { type Row, rowOf } from '../../mutants/matrix.js';
import type { Mutant } from '../../mutants/mutation.js';
import type { Score } from '../../mutants/types.generated.js';
import { whyNotWritable } from '../../output/place.js';
import { writeWhole } from '../../output/write_file.js';
import { count, shareText } from '../../report/words.js';
import { wrap } from '../../report/wrap.js';
import { type Trace } from '../../trace/index.js';
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
  save?: string;
  force?: boolean;
  quiet?: boolean;
}

const WIDTH = 80;
const CLEAR_LINE = '\r\x1b[K';

export function mutantsCommand(context: Context): Command {
  return new Command('mutants')
    .description(`put bugs into ${MUTATED.join(' and ')}, one at a time, and see what finds them`)
    .argument(
      '[inputs...]',
      'files, folders or globs of traces, - for stdin (default: the bundled traces)',
    )
    .option('--only <text>', 'mutants whose name has this text')
    .option('--explore', 'explore the default world too (minutes)')
    .option('--fuzz <runs>', 'fuzz too, so many runs a mutant', parseCount(0), 0)
    .option('--seed <n>', 'seed of fuzzing', parseSeed, 1)
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .option('--save <file>', 'keep the kill matrix, for `check` to state the score of these traces')
    .option('--force', 'replace that file if it is there')
    .option('-q, --quiet', 'print what survives and the score only')
    .addHelpText(
      'after',
      `
Examples:
  $ pkvm-tracediff mutants
  $ pkvm-tracediff mutants mine/ --only 'check refcount' --fuzz 1024 --explore
  $ pkvm-tracediff mutants mine/ --save mine-mutants.json
  $ pkvm-tracediff check mine/ --kill-matrix mine-mutants.json

Exit codes: 0 the traces kill every mutant that is not equivalent, 1 one
survives, 2 bad input, 4 interrupted or no mutant`,
    )
    .action(async (inputs: string[], flags: MutantsFlags) => {
      process.exitCode = await run(inputs, flags, context);
    });
}

async function run(inputs: string[], flags: MutantsFlags, context: Context): Promise<number> {
  const { only = '', save, force } = flags;
  const conflict = save === undefined ? undefined : whyNotSaved(save, flags);
  if (conflict !== undefined) context.problem(conflict);
  const traces: Trace[] = [];
  const digest = new TraceSetDigest();
  for await (const trace of tracesOf(inputs, context, false)) {
    traces.push(trace);
    digest.add(trace);
  }
  if (context.problems > 0) return EXIT_BAD_INPUT;
  const mutants = allMutants().filter(({ name }) => name.includes(only));
  const rows = await killRows(mutants, shortestFirst(traces), flags, context);
  const matrix = killMatrixOf(rows, digest);
  if (flags.format === 'json') context.print(JSON.stringify(matrix, undefined, 2));
  else for (const line of closingLines(matrix.score, rows, mutants.length)) context.print(line);
  if (context.stopped || matrix.score.mutants === 0) return EXIT_INCONCLUSIVE;
  if (save !== undefined) {
    const text = `${JSON.stringify(matrix, undefined, 2)}\n`;
    const problem = await writeWhole(save, text, { overwrite: force ?? false });
    if (problem) context.problem(problem);
  }
  if (context.problems > 0) return EXIT_BAD_INPUT;
  return matrix.score.traces < matrix.score.mutants ? EXIT_DIVERGED : EXIT_EQUAL;
}

function whyNotSaved(file: string, { only, force }: MutantsFlags): Problem | undefined {
  if (only !== undefined) return { file: '--save', message: 'keeps all mutants: not with --only' };
  return whyNotWritable(file, force ?? false);
}

async function killRows(
  mutants: readonly Mutant[],
  traces: readonly Trace[],
  flags: MutantsFlags,
  context: Context,
): Promise<Row[]> {
  const rows: Row[] = [];
  const prover = new Prover();
  context.beforeLine = clearProgress;
  const evidence = { explores: flags.explore ?? false, fuzzRuns: flags.fuzz, seed: flags.seed };
  for (const mutant of mutants) {
    await context.breathe();
    if (context.stopped) break;
    showProgress(rows.length, mutants.length);
    const base = findImplementation(mutant.base);
    if (!base) throw new Error(`no implementation ${mutant.base}`);
    const row = rowOf(prover, mutant, base, traces, evidence);
    rows.push(row);
    const isTold = !flags.quiet || (row.trace === undefined && row.equivalent === undefined);
    if (isTold && flags.format === 'text') context.print(rowText(row, context));
  }
  context.beforeLine = undefined;
  clearProgress();
  return rows;
}

/** How far it is, on one line of standard error, on a terminal only. */
function showProgress(done: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(`${CLEAR_LINE}${done} of ${all} mutants`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
}

function rowText(row: Row, context: Context): string {
  const { mutant, equivalent, trace, prove, explore, fuzz } = row;
  const survives = trace === undefined && equivalent === undefined;
  const others = [
    ...(explore === undefined ? [] : [`explore: ${killText(explore)}`]),
    ...(fuzz === undefined ? [] : [`fuzz: ${killText(fuzz)}`]),
  ];
  const lines = [
    ...(equivalent === undefined ? [] : wrap(equivalentText(equivalent), WIDTH, '  ')),
    ...(trace === undefined ? [] : wrap(traceText(trace), WIDTH, '  ')),
    ...wrap(proveText(prove), WIDTH, '  '),
    ...(survives ? [`  ${context.chalk.red.bold('survives the traces')}`] : []),
    ...(others.length === 0 ? [] : [`  ${others.join('; ')}`]),
  ];
  return [context.chalk.bold(mutant.name), ...lines].join('\n');
}

function equivalentText({ reason, states, transitions }: NonNullable<Row['equivalent']>): string {
  const tried = `${count(transitions, 'transition')} of ${count(states, 'state')}`;
  return `equivalent: ${reason}; no difference in ${tried}, all there are in a world that can tell`;
}

function traceText({ trace, length, debug }: NonNullable<Row['trace']>): string {
  return `killed by ${trace} in ${count(length, 'operation')}, debug ${debug ? 'on' : 'off'}`;
}

function proveText(prove: Row['prove']): string {
  if (prove === null) return 'proved: no condition under which it differs';
  const { conditions, operations, debug } = prove;
  const trace = operations ? `: ${operations.join(', ')} (debug ${debug ? 'on' : 'off'})` : '';
  return `proved: differs under ${count(conditions, 'condition')}${trace}`;
}

function killText(operations: number | null): string {
  return operations === null ? 'survives' : count(operations, 'operation');
}

/** @param all mutants that were to be run; fewer were if it was interrupted */
function closingLines(score: Score, rows: readonly Row[], all: number): string[] {
  const seconds = rows.reduce((sum, { proveTime }) => sum + proveTime, 0) / 1000;
  const { mutants, equivalent, traces, prove, explore, fuzz } = score;
  return [
    ...(rows.length < all ? [`interrupted after ${rows.length} of ${count(all, 'mutant')}`] : []),
    `${count(rows.length, 'mutant')}, ${equivalent} of them equivalent`,
    `killed by traces: ${shareText(traces, mutants)}`,
    ...(prove === undefined
      ? []
      : [`killed by prove: ${shareText(prove, mutants)}, in ${seconds.toFixed(1)} s`]),
    ...(explore === undefined
      ? []
      : [`killed by exploring the default world: ${shareText(explore, mutants)}`]),
    ...(fuzz === undefined ? [] : [`killed by fuzzing: ${shareText(fuzz, mutants)}`]),
  ];
}
