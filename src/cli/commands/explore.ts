// SPDX-License-Identifier: GPL-2.0-only
/** `explore`: everything that can happen in a bounded world, through two implementations. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { type Certificate, hasNew } from '../../explore/certificate.js';
import { ConstructedSearch } from '../../explore/constructed.js';
import { fileName } from '../../explore/counterexample.js';
import { type Explored, labelReachable, setupExplored } from '../../explore/run.js';
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
import {
  conflictOf,
  type ExploreFlags,
  runOptions,
  worldOptions,
  worldsOf,
} from '../explore/flags.js';
import { mergeCommand } from '../explore/merge_command.js';
import {
  CheckpointError,
  exploreFromBoot,
  runToEnd,
  searchOptions,
} from '../explore/search_run.js';
import { compareOption, pairOption } from '../options.js';

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
  for (const option of [...worldOptions(), ...runOptions()]) command.addOption(option);
  return addKnownOptions(command)
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
    .addCommand(mergeCommand(context).exitOverride().showHelpAfterError('(--help tells more)'))
    .action(async (_options: unknown, self: Command) => {
      process.exitCode = await explore(self.opts<ExploreFlags>(), context);
    });
}

async function explore(flags: ExploreFlags, context: Context): Promise<number> {
  const conflict = conflictOf(flags);
  if (conflict !== undefined) {
    context.problem({ file: 'explore', message: conflict });
    return EXIT_BAD_INPUT;
  }
  const baselines = await Baselines.load(flags, context);
  if (!baselines) return EXIT_BAD_INPUT;
  const certificates: Certificate[] = [];
  for (const world of worldsOf(flags)) {
    if (context.stopped) break;
    const found = await exploreWorld(world, flags, context);
    if (!found) return EXIT_BAD_INPUT;
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
): Promise<Explored | undefined> {
  try {
    return await exploreFrom(world, flags, context);
  } catch (error) {
    if (error instanceof SetupDivergence) return setupExplored(error);
    if (!(error instanceof CheckpointError)) throw error;
    context.problem({ file: error.file, message: error.message });
    return undefined;
  }
}

async function exploreFrom(world: World, flags: ExploreFlags, context: Context): Promise<Explored> {
  if (flags.from === 'boot') return exploreFromBoot(world, flags, context);
  const search = new ConstructedSearch(world, flags.impl, searchOptions(flags));
  const found = await runToEnd(search, flags, context);
  if (found.certificate.buckets.length > 0 && !context.stopped) {
    const boot = await exploreFromBoot(world, flags, context);
    labelReachable(found.certificate, boot.certificate);
  }
  return found;
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
