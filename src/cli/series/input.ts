// SPDX-License-Identifier: GPL-2.0-only
/** What a run of `series` is given, read and checked before anything is built. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageVersion } from '../../package/version.js';
import {
  type CommitBuilder,
  type Range,
  RangeError,
  readRange,
  type Tools,
  uncommitted,
} from '../../series/index.js';
import { SideError } from '../../side/side.js';
import { findTraceFiles } from '../../trace/index.js';
import { bundledTraces, type Context } from '../context.js';
import type { SeriesFlags } from './flags.js';

/** The commits; undefined, with the problem told, if they cannot be judged. */
export async function rangeOf(
  tree: string,
  text: string,
  builder: CommitBuilder,
  context: Context,
): Promise<Range | undefined> {
  try {
    const range = await readRange(tree, text);
    const changed = await uncommitted(tree, builder.paths);
    for (const file of changed) {
      const message = 'has changes that no commit has: commits are judged, not the work tree';
      context.problem({ file: join(tree, file), message: `${message}; commit or stash them` });
    }
    if (changed.length > 0) return undefined;
    const skipped = range.commits.map((commit) => builder.whySkipped(commit));
    if (skipped.some((reason) => reason === undefined)) return range;
    throw new RangeError(
      `no commit of ${text} changes what is compiled of the hypervisor (${[...new Set(skipped)].join('; ')})`,
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    context.problem({ file: 'series', message: error.message });
    return undefined;
  }
}

/** What commits are built with; undefined, with the problem told, if something is not there. */
export async function toolsOf(
  builder: CommitBuilder,
  context: Context,
): Promise<Tools | undefined> {
  try {
    return await builder.prepare();
  } catch (error) {
    if (!(error instanceof SideError)) throw error;
    context.problem({ file: 'series', message: error.message });
    for (const line of error.seen) context.complain(`  ${line}`);
    return undefined;
  }
}

/** A digest of the traces and the baselines; undefined, with the problems told, if one cannot be read. */
export async function digestOf(
  inputs: readonly string[],
  { baseline }: SeriesFlags,
  context: Context,
): Promise<string | undefined> {
  if (inputs.includes('-')) {
    const message = 'traces are read once for each pair of commits: name files, not standard input';
    context.problem({ file: '-', message });
    return undefined;
  }
  const { files, problems } = await findTraceFiles(inputs.length > 0 ? inputs : [bundledTraces()]);
  for (const problem of problems) context.problem(problem);
  if (problems.length > 0) return undefined;
  const hash = createHash('sha256');
  for (const path of [...files.map(({ path }) => path), ...(baseline || [])]) {
    const content = await readFile(path).catch(() => undefined);
    hash.update(`${path}\n${content?.length}\n`).update(content ?? '');
  }
  return hash.digest('hex');
}

/** What goes into the result of every pair. */
export function keyOf(digest: string, tools: Tools, flags: SeriesFlags): string[] {
  const { compare, debug, explore, pages, gfns, vms, maxPins, ranges, place, ops, save } = flags;
  const world = explore ? [pages, gfns, vms, maxPins, ranges, place, ops] : [];
  const settings = JSON.stringify([compare, debug, explore, world, save]);
  return [packageVersion(), digest, JSON.stringify(tools), settings];
}
