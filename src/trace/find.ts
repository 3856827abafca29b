// SPDX-License-Identifier: GPL-2.0-only
/**
 * From what a user names (files, folders, globs) to the trace files to read, in one fixed order.
 */

import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import type { Problem } from '../input/problem.js';
import { systemErrorText } from '../input/system_error.js';

/** A file to read traces from. */
export interface TraceFile {
  readonly path: string;
  /** Its size when it was found, for showing progress. */
  readonly bytes: number;
  /** One trace a line (`.jsonl`), or one in the whole file (`.json`). */
  readonly isLines: boolean;
}

/** The files an input stands for, and why some stand for none. */
export interface FoundFiles {
  readonly files: readonly TraceFile[];
  readonly problems: readonly Problem[];
}

/**
 * The trace files of each input, in the order of the inputs; those of a folder (searched through
 * all levels, without hidden entries and without following links to folders) or a glob are sorted.
 * A file named twice, by whatever path, is there once. An input without a file is a problem.
 */
export async function findTraceFiles(inputs: readonly string[]): Promise<FoundFiles> {
  const files: TraceFile[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const input of inputs) {
    const paths = await pathsOf(input, problems);
    for (const path of paths.sort(byCodeUnit)) {
      const file = await traceFile(path, problems);
      if (file === undefined) continue;
      const real = await realpath(path).catch(() => path);
      if (seen.has(real)) continue;
      seen.add(real);
      files.push(file);
    }
  }
  return { files, problems };
}

async function pathsOf(input: string, problems: Problem[]): Promise<string[]> {
  let stats: Stats;
  try {
    stats = await stat(input);
  } catch (error) {
    if (isDynamicPattern(input)) return globPaths(input, problems);
    problems.push({ file: input, message: `cannot read: ${systemErrorText(error)}` });
    return [];
  }
  if (stats.isDirectory()) {
    const before = problems.length;
    const paths = await folderPaths(input, problems);
    if (paths.length === 0 && problems.length === before) {
      problems.push({ file: input, message: 'no .json or .jsonl file in this folder' });
    }
    return paths;
  }
  if (isTracePath(input)) return [input];
  problems.push({ file: input, message: 'the name of a trace file ends in .json or .jsonl' });
  return [];
}

async function globPaths(pattern: string, problems: Problem[]): Promise<string[]> {
  const matches = await glob(pattern, { expandDirectories: false, onlyFiles: true });
  const paths = matches.filter(isTracePath);
  if (paths.length === 0) {
    problems.push({ file: pattern, message: 'no .json or .jsonl file matches this pattern' });
  }
  return paths;
}

async function folderPaths(folder: string, problems: Problem[]): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    problems.push({ file: folder, message: `cannot read: ${systemErrorText(error)}` });
    return [];
  }
  const paths: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) paths.push(...(await folderPaths(path, problems)));
    else if (isTracePath(entry.name) && !(await isFolder(path))) paths.push(path);
  }
  return paths;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function traceFile(path: string, problems: Problem[]): Promise<TraceFile | undefined> {
  try {
    return { path, bytes: (await stat(path)).size, isLines: path.endsWith('.jsonl') };
  } catch (error) {
    problems.push({ file: path, message: `cannot read: ${systemErrorText(error)}` });
    return undefined;
  }
}

function isTracePath(path: string): boolean {
  return path.endsWith('.json') || path.endsWith('.jsonl');
}

function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
