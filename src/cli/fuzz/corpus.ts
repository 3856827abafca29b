// SPDX-License-Identifier: GPL-2.0-only
/** The corpus: a folder of traces that met something new, which later campaigns vary. */

import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Campaign, replayRun, type Seedling } from '../../fuzz/batch.js';
import type { MetCell } from '../../fuzz/campaign.js';
import { cellText } from '../../fuzz/coverage.js';
import { type Problem } from '../../input/problem.js';
import {
  decompileOp,
  findTraceFiles,
  madeTrace,
  Parser,
  readFiles,
  writeTrace,
} from '../../trace/index.js';

/** Traces on machines larger than this are not worth varying: a run takes too long. */
const MOST_PAGES = 2 ** 16;
/** Operations of a trace that are varied. */
const MOST_OPS = 400;

export interface Corpus {
  readonly seedlings: readonly Seedling[];
  /** What was wrong with the files. */
  readonly problems: readonly Problem[];
}

/** The corpus in a folder, in the order of its files. A folder that is not there yet is empty. */
export async function readCorpus(folder: string): Promise<Corpus> {
  const seedlings: Seedling[] = [];
  const problems: Problem[] = [];
  const isThere = await stat(folder).catch(() => undefined);
  if (isThere === undefined) return { seedlings, problems };
  const { files, problems: notFound } = await findTraceFiles([folder]);
  if (files.length === 0 && isThere.isDirectory()) return { seedlings, problems };
  problems.push(...notFound);
  for await (const item of readFiles(Parser.ofTraces(), files)) {
    if (item.kind === 'problem') problems.push(item.problem);
    else if (pagesOf(item.trace) <= MOST_PAGES) {
      seedlings.push({ machine: item.trace.machine, ops: item.trace.ops.slice(0, MOST_OPS) });
    }
  }
  return { seedlings, problems };
}

/** Adds the runs that met a cell first; how many there were, and why one could not be written. */
export async function growCorpus(
  folder: string,
  campaign: Campaign,
  cells: readonly MetCell[],
): Promise<{ readonly added: number; readonly problem?: Problem }> {
  const runs = new Map<string, MetCell[]>();
  for (const cell of cells) {
    const key = `${cell[1]}-${cell[2]}`;
    runs.set(key, [...(runs.get(key) ?? []), cell]);
  }
  const pair = [campaign.first, campaign.second];
  await mkdir(folder, { recursive: true }).catch(() => undefined);
  let added = 0;
  for (const [key, met] of runs) {
    const [, batch, run] = met[0];
    const last = Math.max(...met.map((cell) => cell[3]));
    const { machine, ops } = replayRun(campaign, batch, run, last);
    if (pagesOf({ machine }) > MOST_PAGES) continue;
    const name = `corpus-${campaign.seed}-${key}`;
    const file = join(folder, `${name}.json`);
    const description = `The first of its campaign to meet: ${met.map(([cell]) => cellText(cell, pair)).join('; ')}`;
    const trace = madeTrace({ name, description, machine, source: ops.map(decompileOp), file });
    const problem = await writeTrace(file, trace, { overwrite: true });
    if (problem) return { added, problem };
    added++;
  }
  return { added };
}

function pagesOf({ machine }: Pick<Seedling, 'machine'>): number {
  return machine.memory.reduce((total, { pages }) => total + pages, 0);
}
