// SPDX-License-Identifier: GPL-2.0-only
/** One search on the command line: threads, checkpoints, limits, progress, Ctrl-C. */

import { type Exploration } from '../../explore/search/exploration.js';
import { type Explored, explored } from '../../explore/certificate/explored.js';
import { runSearch } from '../../explore/search/run.js';
import { PlainSearch } from '../../explore/plain/plain_search.js';
import { Search } from '../../explore/search/search.js';
import { type SearchOptions } from '../../explore/search/options.js';
import {
  restoreCheckpoint,
  takeCheckpoint,
  type Checkpoint,
  CheckpointError,
} from '../../explore/search/checkpoint.js';
import { NotSymmetric } from '../../explore/symmetry/images.js';
import { ThreadedSearch } from '../../explore/threads/threaded_search.js';
import type { World } from '../../explore/world/world.js';
import { systemErrorText } from '../../input/system_error.js';
import type { Context } from '../context.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint_file.js';
import { type ExploreFlags, goesToThreads } from './flags.js';
import { ThreadPool } from './pool.js';
import { SearchProgress } from './progress.js';

/** States of one depth from which threads are worth their start. */
const SPLIT_AT = 50_000;

/** Why a checkpoint is of no use. */
export class CheckpointFileError extends Error {
  constructor(
    readonly file: string,
    message: string,
  ) {
    super(message);
  }
}

/** Explores from boot, on from a checkpoint if there is one. */
export async function exploreFromBoot(
  world: World,
  flags: ExploreFlags,
  context: Context,
): Promise<Explored> {
  if (flags.plain) return runToEnd(new PlainSearch(world, flags.impl), flags, context);
  const file = checkpointFile(world, flags);
  const checkpoint = file === undefined ? undefined : await read(file);
  const symmetry = flags.symmetry && (checkpoint?.header.symmetry ?? true);
  try {
    return await explore(world, { ...flags, symmetry }, context, checkpoint);
  } catch (error) {
    if (!(error instanceof NotSymmetric)) throw error;
    context.complain(
      `not all pages or frames are treated alike (${error.message}): every state is kept`,
    );
    return explore(world, { ...flags, symmetry: false }, context, undefined);
  }
}

async function explore(
  world: World,
  flags: ExploreFlags,
  context: Context,
  checkpoint: Checkpoint | undefined,
): Promise<Explored> {
  const search = new Search(world, flags.impl, searchOptions(flags));
  const file = checkpointFile(world, flags);
  if (file !== undefined && checkpoint) resume(search, file, checkpoint, context);
  const before = checkpoint?.header.seconds ?? 0;
  const keeper = (kept: Search | ThreadedSearch) => async (seconds: number) => {
    if (file !== undefined) await write(file, kept, seconds);
  };
  if (!goesToThreads(flags)) return runToEnd(search, flags, context, before, keeper(search));
  const pool = new ThreadPool(flags.workers);
  try {
    const threaded = new ThreadedSearch(search, pool.start, SPLIT_AT);
    return await runToEnd(threaded, flags, context, before, keeper(threaded));
  } finally {
    await pool.stop();
  }
}

/** What to explore by, from the options of the command. */
export function searchOptions(flags: ExploreFlags): SearchOptions {
  const { compare: level, view, footprints, symmetry, invariants = false } = flags;
  return { level, view, footprints, symmetry, invariants };
}

/** Runs a search until it is complete or stopped. `keep` is called every now and then, and last. */
export async function runToEnd(
  search: Exploration,
  flags: ExploreFlags,
  context: Context,
  before = 0,
  keep: (seconds: number) => Promise<void> = async () => undefined,
): Promise<Explored> {
  const progress = new SearchProgress(context);
  const limits = {
    states: flags.maxStates,
    seconds: flags.time,
    bytes: flags.maxMemory === undefined ? undefined : flags.maxMemory * 2 ** 20,
  };
  let kept = 0;
  const { limit, seconds } = await runSearch(search, limits, async (_search, elapsed) => {
    progress.show(search, elapsed);
    await context.breathe();
    if (elapsed - kept > flags.checkpointEvery) {
      kept = elapsed;
      await keep(before + elapsed);
    }
    return context.interrupted ? 'an interrupt' : undefined;
  });
  await keep(before + seconds);
  progress.clear();
  return explored(search, limit, before + seconds);
}

function checkpointFile(world: World, { checkpoint }: ExploreFlags): string | undefined {
  if (checkpoint === undefined) return undefined;
  return `${checkpoint}.debug-${world.options.debug ? 'on' : 'off'}`;
}

async function read(file: string): Promise<Checkpoint | undefined> {
  try {
    return await readCheckpoint(file);
  } catch (error) {
    throw checkpointFileError(file, error);
  }
}

function resume(search: Search, file: string, checkpoint: Checkpoint, context: Context): void {
  try {
    restoreCheckpoint(search, checkpoint);
  } catch (error) {
    throw checkpointFileError(file, error);
  }
  context.complain(`going on from ${file}: ${search.states.toLocaleString('en-US')} states`);
}

function checkpointFileError(file: string, error: unknown): CheckpointFileError {
  if (error instanceof CheckpointError) return new CheckpointFileError(file, error.message);
  return new CheckpointFileError(file, `cannot read: ${systemErrorText(error)}`);
}

async function write(
  file: string,
  search: Search | ThreadedSearch,
  seconds: number,
): Promise<void> {
  const checkpoint =
    search instanceof Search ? takeCheckpoint(search, seconds) : await search.checkpoint(seconds);
  const problem = await writeCheckpoint(file, checkpoint);
  if (problem) throw new CheckpointFileError(file, problem.message);
}
