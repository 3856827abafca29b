// SPDX-License-Identifier: GPL-2.0-only
/** Builds the commits of a series, and compares two of them: traces first, then the default world. */

import { ExplorationDocument } from '../../explore/certificate/document.js';
import { type Explored, setupExplored } from '../../explore/certificate/explored.js';
import { SetupDivergence } from '../../explore/world/boot.js';
import type { World } from '../../explore/world/world.js';
import type { Implementation } from '../../hyp/transitions.js';
import { joinDocuments, type ResultDocument } from '../../result/index.js';
import type {
  BuiltCommit,
  Commit,
  CommitBuilder,
  Judge,
  KeptResults,
  NotBuilt,
} from '../../series/index.js';
import type { Side } from '../../side/side.js';
import { Baselines } from '../baselines.js';
import { cacheFolder } from '../cache_folder.js';
import { comparableLevel, SideError } from '../code.js';
import type { Context } from '../context.js';
import { type ExploreFlags, worldsOf } from '../explore/flags.js';
import { exploreFromBoot } from '../explore/search_run.js';
import { withoutReports } from '../reports.js';
import type { ImplRef } from '../sides.js';
import { packageVersion } from '../../package/version.js';
import type { SeriesFlags } from './flags.js';
import { FoundTraces } from './found_traces.js';

/** Replays the traces of the run through two; undefined, with the problem told, if it cannot. */
export type ReplayPair = (
  first: BuiltCommit,
  second: BuiltCommit,
) => Promise<ResultDocument | undefined>;

/** Is what was built a machine of this process, or something that runs beside it? */
export function isMachine(compared: Implementation | Side): compared is Implementation {
  return 'create' in compared;
}

/** What was built, as something that `--impl` could have named. */
export function refOf({ name, compared }: BuiltCommit): ImplRef {
  return isMachine(compared) ? compared : { name, scheme: 'commit', path: name };
}

/** What was built and runs already. */
export function lentBy(built: readonly BuiltCommit[]): Side[] {
  return built.flatMap(({ compared }) => (isMachine(compared) ? [] : [compared]));
}

/** Commits with their neighbours, each built when its turn comes. */
export class Neighbours implements Judge<BuiltCommit> {
  /** Neighbours that an earlier run had compared. */
  keptCount = 0;

  constructor(
    private readonly builder: CommitBuilder,
    private readonly replay: ReplayPair,
    private readonly flags: SeriesFlags,
    private readonly kept: KeptResults,
    private readonly context: Context,
  ) {}

  get stopped(): boolean {
    return this.context.stopped || this.context.problems > 0;
  }

  whySkipped(commit: Commit): string | undefined {
    return this.builder.whySkipped(commit);
  }

  async build(commit: Commit): Promise<BuiltCommit | NotBuilt> {
    const { context } = this;
    try {
      return await this.builder.build(this.flags.tree, commit, {
        cache: cacheFolder(),
        progress: (message) => context.status(message),
        signal: context.signal,
      });
    } catch (error) {
      if (context.stopped) return { notBuilt: 'interrupted', seen: [] };
      if (!(error instanceof SideError)) throw error;
      const { message, seen } = error;
      context.problem({ file: cacheFolder(), message: `cannot build here: ${message}` });
      return { notBuilt: message, seen };
    } finally {
      context.status(undefined);
    }
  }

  isSame(first: BuiltCommit, second: BuiltCommit): boolean {
    return first.keys.join() === second.keys.join();
  }

  async compare(first: BuiltCommit, second: BuiltCommit): Promise<ResultDocument | undefined> {
    return this.keeping('', first, second, () => this.compareNow(first, second));
  }

  /** What two came to in an earlier run, or come to now, which is kept. `what`: besides comparing. */
  async keeping(
    what: string,
    first: BuiltCommit,
    second: BuiltCommit,
    now: () => Promise<ResultDocument | undefined>,
  ): Promise<ResultDocument | undefined> {
    const { context } = this;
    const keys = [first, second].flatMap((built) => [built.name, ...built.keys]);
    if (what !== '') keys.push(what);
    const found = await this.kept.find(keys);
    if (found) {
      if (what === '') this.keptCount++;
      return found;
    }
    const document = await now();
    const isWhole = !context.stopped && context.problems === 0;
    if (document && isWhole) await this.kept.keep(keys, document);
    return document;
  }

  private async compareNow(
    first: BuiltCommit,
    second: BuiltCommit,
  ): Promise<ResultDocument | undefined> {
    const { context } = this;
    context.status(`comparing ${second.name} with ${first.name}`);
    const replayed = await this.replay(first, second);
    const explored = this.flags.explore ? await this.explore(first, second) : undefined;
    context.status(undefined);
    const parts = [replayed, explored].filter((part) => part !== undefined);
    if (parts.length === 0) return undefined;
    const [{ command }] = parts;
    return joinDocuments(parts, command);
  }

  async release(built: BuiltCommit): Promise<void> {
    await built.close();
  }

  /** Closes the worlds; of what does not run in this process there is nothing to go back to. */
  private async explore(
    before: BuiltCommit,
    after: BuiltCommit,
  ): Promise<ResultDocument | undefined> {
    const { compared: first } = before;
    const { compared: second } = after;
    if (!isMachine(first) || !isMachine(second)) return undefined;
    const { context, flags } = this;
    const found = FoundTraces.of(before, after, flags.save, context);
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
      tally.add(await found.keepAll(await exploreWorld(world, exploring, context)));
    }
    tally.interrupted = context.stopped;
    return tally.document();
  }
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
