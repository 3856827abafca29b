// SPDX-License-Identifier: GPL-2.0-only
/** `explore`: everything that can happen in a bounded world, through two implementations. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { type Certificate, hasNew } from '../../explore/certificate.js';
import { ConstructedSearch } from '../../explore/constructed.js';
import { fileName } from '../../explore/counterexample.js';
import {
  type Exploration,
  type Explored,
  explored,
  labelReachable,
  runSearch,
  setupExplored,
} from '../../explore/run.js';
import { Search, type SearchOptions } from '../../explore/search.js';
import { SetupDivergence } from '../../explore/stepper.js';
import type { World } from '../../explore/world.js';
import { certificateText } from '../../report/certificate_text.js';
import { divergencesText } from '../../report/divergence_text.js';
import type { KnownDifferences } from '../../result/index.js';
import { writeTrace } from '../../trace/index.js';
import { addKnownOptions, Baselines } from '../baselines.js';
import type { Context } from '../context.js';
import {
  EXIT_BAD_INPUT,
  EXIT_DIVERGED,
  EXIT_EQUAL,
  EXIT_HELP,
  EXIT_INCONCLUSIVE,
} from '../exit_codes.js';
import { type ExploreFlags, worldOptions, worldsOf } from '../explore/flags.js';
import { SearchProgress } from '../explore/progress.js';
import { compareOption, pairOption, parseCount } from '../options.js';

export function exploreCommand(context: Context): Command {
  const command = new Command('explore')
    .description('try every operation in every reachable state of a small world')
    .addOption(pairOption())
    .addOption(compareOption())
    .addOption(
      new Option('--debug <setting>', 'CONFIG_NVHE_EL2_DEBUG')
        .choices(['on', 'off', 'both'])
        .default('both'),
    );
  for (const option of worldOptions()) command.addOption(option);
  return addKnownOptions(command)
    .addOption(
      new Option('--order <order>', 'in which states are expanded')
        .choices(['breadth', 'depth'])
        .default('breadth'),
    )
    .addOption(
      new Option('--view <view>', 'what tells states apart; ownership is coarser')
        .choices(['exact', 'ownership'])
        .default('exact'),
    )
    .addOption(
      new Option('--from <states>', 'from boot, or one operation from every constructed state')
        .choices(['boot', 'all'])
        .default('boot'),
    )
    .option('--invariants', 'check the invariants in every state, and say which hold')
    .option('--no-footprints', 'execute every transition, also those known from what they read')
    .option('--max-states <n>', 'stop when so many states were met', parseCount(1))
    .option('--max-memory <MiB>', 'stop when the states take so much memory', parseCount(1))
    .option('--time <seconds>', 'stop after so long, for each debug setting', parseCount(1))
    .option('--save <folder>', 'save a shortest trace to each divergence here')
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
Examples:
  $ pkvm-tracediff explore
  $ pkvm-tracediff explore --impl legacy-before-fix,direct --pages 1 --save found
  $ pkvm-tracediff explore --pages 4 --debug off --format json > certificate.json
${EXIT_HELP}`,
    )
    .action(async (_options: unknown, self: Command) => {
      process.exitCode = await explore(self.opts<ExploreFlags>(), context);
    });
}

async function explore(flags: ExploreFlags, context: Context): Promise<number> {
  const baselines = await Baselines.load(flags, context);
  if (!baselines) return EXIT_BAD_INPUT;
  const certificates: Certificate[] = [];
  for (const world of worldsOf(flags)) {
    if (context.stopped) break;
    const found = await exploreWorld(world, flags, context);
    nameKnown(found, baselines.known);
    if (flags.save !== undefined) await save(found, flags.save, context);
    certificates.push(found.certificate);
    if (flags.format === 'text') print(found, context);
  }
  if (flags.format === 'json') context.print(JSON.stringify({ certificates }, undefined, 2));
  return exitCode(certificates, context);
}

async function exploreWorld(
  world: World,
  flags: ExploreFlags,
  context: Context,
): Promise<Explored> {
  try {
    return await exploreFrom(world, flags, context);
  } catch (error) {
    if (error instanceof SetupDivergence) return setupExplored(error);
    throw error;
  }
}

async function exploreFrom(world: World, flags: ExploreFlags, context: Context): Promise<Explored> {
  const boot = () => run(new Search(world, flags.impl, options), flags, context);
  const { order, footprints, compare: level, view, invariants = false } = flags;
  const options: SearchOptions = { level, view, order, footprints, invariants };
  if (flags.from === 'boot') return boot();
  const found = await run(new ConstructedSearch(world, flags.impl, options), flags, context);
  if (found.certificate.buckets.length > 0 && !context.stopped) {
    labelReachable(found.certificate, (await boot()).certificate);
  }
  return found;
}

async function run(search: Exploration, flags: ExploreFlags, context: Context): Promise<Explored> {
  const progress = new SearchProgress(context);
  const limits = {
    states: flags.maxStates,
    seconds: flags.time,
    bytes: flags.maxMemory === undefined ? undefined : flags.maxMemory * 2 ** 20,
  };
  const { limit, seconds } = await runSearch(search, limits, async (_search, elapsed) => {
    progress.show(search, elapsed);
    await context.breathe();
    return context.interrupted ? 'an interrupt' : undefined;
  });
  progress.clear();
  return explored(search, limit, seconds);
}

/** Finds the baseline entry of each divergence. */
function nameKnown({ certificate, counterexamples }: Explored, known: KnownDifferences): void {
  counterexamples.forEach(({ divergence, trace }, i) => {
    const entry = known.match(divergence, {
      pair: certificate.implementations,
      debug: certificate.world.debug,
      constructed: trace.constructed,
      trace: trace.name,
    });
    if (entry !== undefined) certificate.buckets[i].entry = entry;
  });
}

async function save(found: Explored, folder: string, context: Context): Promise<void> {
  const { counterexamples, certificate } = found;
  for (const [i, example] of counterexamples.entries()) {
    await mkdir(folder, { recursive: true });
    const file = join(folder, fileName(example));
    const problem = await writeTrace(file, example.trace, { overwrite: true });
    if (problem) context.problem(problem);
    else certificate.buckets[i].file = file;
  }
}

function print({ certificate, counterexamples }: Explored, context: Context): void {
  context.print(certificateText(certificate, context.chalk));
  for (const { result } of counterexamples) {
    context.print(`${divergencesText(result, context.chalk)}`);
  }
  context.print('');
}

function exitCode(certificates: readonly Certificate[], context: Context): number {
  if (context.problems > 0) return EXIT_BAD_INPUT;
  if (certificates.some(hasNew)) return EXIT_DIVERGED;
  const isWhole = certificates.length > 0 && certificates.every(({ complete }) => complete);
  return isWhole && !context.stopped ? EXIT_EQUAL : EXIT_INCONCLUSIVE;
}
