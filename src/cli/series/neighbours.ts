// SPDX-License-Identifier: GPL-2.0-only
/** Builds the commits of a series, and compares two of them: traces first, then the default world. */

import { CodeImplementation, findCompiler } from '../../code/index.js';
import { ExplorationDocument } from '../../explore/certificate/document.js';
import { type Explored, setupExplored } from '../../explore/certificate/explored.js';
import { SetupDivergence } from '../../explore/world/boot.js';
import type { World } from '../../explore/world/world.js';
import { systemErrorText } from '../../input/system_error.js';
import { joinDocuments, type ResultDocument } from '../../result/index.js';
import type { Commit, Judge, KeptResults, NotBuilt } from '../../series/index.js';
import { Baselines } from '../baselines.js';
import { cacheFolder } from '../cache_folder.js';
import { comparableLevel, SideError } from '../code.js';
import type { Context } from '../context.js';
import { type ExploreFlags, worldsOf } from '../explore/flags.js';
import { exploreFromBoot } from '../explore/search_run.js';
import { withoutReports } from '../reports.js';
import { packageVersion } from '../../package/version.js';
import type { SeriesFlags } from './flags.js';

export type Compiler = ReturnType<typeof findCompiler>;

/** The compiler of every commit: $CC, or the first there is. */
export function compilerOf(): Compiler {
  return findCompiler(process.env.CC || undefined);
}

/** A commit that was built. */
type Built = CodeImplementation;

/** Replays the traces of the run through two; undefined, with the problem told, if it cannot. */
export type ReplayPair = (
  first: CodeImplementation,
  second: CodeImplementation,
) => Promise<ResultDocument | undefined>;

/** Commits as the C of the tree, each compiled when its turn comes. */
export class CodeJudge implements Judge<Built> {
  /** Neighbours that an earlier run had compared. */
  keptCount = 0;

  constructor(
    private readonly replay: ReplayPair,
    private readonly flags: SeriesFlags,
    private readonly kept: KeptResults,
    private readonly context: Context,
  ) {}

  get stopped(): boolean {
    return this.context.stopped || this.context.problems > 0;
  }

  async build({ id, name, subject }: Commit): Promise<Built | NotBuilt> {
    const { context, flags } = this;
    const code = new CodeImplementation(`${flags.tree}@${id}`, name);
    try {
      await code.load({
        cache: cacheFolder(),
        progress: () => context.status(`compiling ${name} ${subject}`),
        signal: context.signal,
        compiler: process.env.CC || undefined,
      });
      return code;
    } catch (error) {
      await code.close();
      const trouble = troubleOfMachine(error);
      if (trouble !== undefined) context.problem({ file: cacheFolder(), message: trouble });
      else if (!(error instanceof SideError)) throw error;
      const { message, seen = [] } = error as SideError;
      return { notBuilt: message, seen };
    } finally {
      context.status(undefined);
    }
  }

  isSame(first: Built, second: Built): boolean {
    return first.builds.join() === second.builds.join();
  }

  async compare(first: Built, second: Built): Promise<ResultDocument | undefined> {
    const { context } = this;
    const builds = [first, second].flatMap(({ builds, name }) => [name, ...builds]);
    const found = await this.kept.find(builds);
    if (found) {
      this.keptCount++;
      return found;
    }
    context.status(`comparing ${second.name} with ${first.name}`);
    const replayed = await this.replay(first, second);
    const explored = this.flags.explore ? await this.explore(first, second) : undefined;
    context.status(undefined);
    const parts = [replayed, explored].filter((part) => part !== undefined);
    if (parts.length === 0) return undefined;
    const [{ command }] = parts;
    const document = joinDocuments(parts, command);
    if (!context.stopped && context.problems === 0) await this.kept.keep(builds, document);
    return document;
  }

  async release(built: Built): Promise<void> {
    await built.close();
  }

  private async explore(first: Built, second: Built): Promise<ResultDocument | undefined> {
    const { context, flags } = this;
    const baselines = await Baselines.load({ ...flags, updateBaseline: false }, context);
    if (!baselines || context.stopped) return undefined;
    const pair = [first, second] as const;
    const compare = comparableLevel(pair, flags.compare);
    const tally = new ExplorationDocument({
      tool: { name: 'pkvm-tracediff', version: packageVersion() },
      command: ['pkvm-tracediff', ...withoutReports(process.argv.slice(2))],
      level: flags.compare,
      debug: flags.debug,
      pair,
      known: baselines.known,
    });
    const exploring: ExploreFlags = { ...flags, impl: pair, compare };
    for (const world of worldsOf(exploring)) {
      if (context.stopped) break;
      tally.add(await exploreWorld(world, exploring, context));
    }
    tally.interrupted = context.stopped;
    return tally.document();
  }
}

/** What keeps every commit from being built, and is no fault of this one: a full disk, no access. */
function troubleOfMachine(error: unknown): string | undefined {
  if (error instanceof SideError) {
    const full = error.seen.find((line) => /no space left on device/i.test(line));
    return full && `cannot build here: ${full}`;
  }
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return undefined;
  return `cannot build here: ${systemErrorText(error)}`;
}

async function exploreWorld(
  world: World,
  flags: ExploreFlags,
  context: Context,
): Promise<Explored> {
  try {
    return await exploreFromBoot(world, flags, context);
  } catch (error) {
    if (error instanceof SetupDivergence) return setupExplored(error);
    throw error;
  }
}
