// SPDX-License-Identifier: GPL-2.0-only
/** One search on the command line: threads, checkpoints, limits, progress, Ctrl-C. */

import { type Exploration, type Explored, explored, runSearch } from '../../explore/run.js';
import { Search } from '../../explore/search.js';
import { restoreSnapshot, SnapshotError } from '../../explore/snapshot.js';
import { ThreadedSearch } from '../../explore/threaded.js';
import type { World } from '../../explore/world.js';
import { systemErrorText } from '../../trace/error.js';
import type { Context } from '../context.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint_file.js';
import { type ExploreFlags, goesToThreads } from './flags.js';
import { ThreadPool } from './pool.js';
import { SearchProgress } from './progress.js';

/** States of one depth from which threads are worth their start. */
const SPLIT_AT = 50_000;

/** Why a checkpoint is of no use. */
export class CheckpointError extends Error {
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
  const { compare: level, view, order, footprints, invariants = false } = flags;
  const options = { level, view, order, footprints, invariants };
  const search = new Search(world, flags.impl, options, flags.shard);
  const file = checkpointFile(world, flags);
  const before = file === undefined ? 0 : await resume(search, file, context);
  if (!goesToThreads(flags)) {
    const keep = async (seconds: number) => {
      if (file !== undefined) await write(file, search, seconds);
    };
    return runToEnd(search, flags, context, before, keep);
  }
  const pool = new ThreadPool(flags.workers);
  try {
    const threaded = new ThreadedSearch(search, pool.start, SPLIT_AT);
    const keep = async (seconds: number) => {
      if (file !== undefined) await write(file, threaded, seconds);
    };
    return await runToEnd(threaded, flags, context, before, keep);
  } finally {
    await pool.stop();
  }
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

/** Seconds that were spent before. */
async function resume(search: Search, file: string, context: Context): Promise<number> {
  try {
    const snapshot = await readCheckpoint(file);
    if (!snapshot) return 0;
    restoreSnapshot(search, snapshot);
    const states = snapshot.header.states.toLocaleString('en-US');
    context.complain(`going on from ${file}: ${states} states`);
    return snapshot.header.seconds;
  } catch (error) {
    if (error instanceof SnapshotError) throw new CheckpointError(file, error.message);
    throw new CheckpointError(file, `cannot read: ${systemErrorText(error)}`);
  }
}

async function write(
  file: string,
  search: Search | ThreadedSearch,
  seconds: number,
): Promise<void> {
  const snapshot = await search.snapshot(seconds);
  try {
    await writeCheckpoint(file, snapshot);
  } catch (error) {
    throw new CheckpointError(file, `cannot write: ${systemErrorText(error)}`);
  }
}
