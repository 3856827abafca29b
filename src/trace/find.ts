// SPDX-License-Identifier: GPL-2.0-only
/**
 * From what a user names (files, folders, globs) to the trace files to read, in one fixed order.
 */

import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../input/problem.js';
import { inputDescriptor, STDIN, STDIN_NAME } from '../input/source.js';
import { systemErrorText } from '../input/system_error.js';

/**
 * How the traces lie in a file: one in all of it (`.json`), one a line (`.jsonl`), or one of the two,
 * to be told by what it begins with (a pipe).
 */
export type Layout = 'whole' | 'lines' | 'either';

/** A file to read traces from. */
export interface TraceFile {
  /** Where it is; `-` is standard input. */
  readonly path: string;
  /** What problems and reports call it. */
  readonly name: string;
  /** Its size when it was found, for showing progress; 0 of a pipe. */
  readonly bytes: number;
  readonly layout: Layout;
  /** The user named this file, not a folder or pattern: it must be one of traces. */
  readonly isNamed: boolean;
}

/** The files an input stands for, and why some stand for none. */
export interface FoundFiles {
  readonly files: readonly TraceFile[];
  readonly problems: readonly Problem[];
}

/** Names of files that a folder is searched for, as messages tell them. */
const ENDINGS = '.json or .jsonl, with .gz after it if it is packed';

/**
 * The trace files of each input (`-`: standard input), in the order of the inputs; those of a folder (searched through
 * all levels, without hidden entries and without following links to folders) or a glob are sorted.
 * A file named twice, by whatever path, is there once. An input without a file is a problem.
 */
export async function findTraceFiles(inputs: readonly string[]): Promise<FoundFiles> {
  const files: TraceFile[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const input of inputs) {
    const { paths, isNamed } = await pathsOf(input, problems);
    for (const path of paths.sort(byCodeUnit)) {
      const file = await traceFile(path, isNamed, problems);
      if (file === undefined) continue;
      const real = await realPath(path);
      if (seen.has(real)) continue;
      seen.add(real);
      files.push(file);
    }
  }
  return { files, problems };
}

interface Paths {
  readonly paths: string[];
  readonly isNamed: boolean;
}

async function pathsOf(input: string, problems: Problem[]): Promise<Paths> {
  if (inputDescriptor(input) !== undefined) return { paths: [input], isNamed: true };
  let stats: Stats;
  try {
    stats = await stat(input);
  } catch (error) {
    const paths = await globPaths(input, problems);
    if (paths) return { paths, isNamed: false };
    problems.push({ file: input, message: `cannot read: ${systemErrorText(error)}` });
    return { paths: [], isNamed: true };
  }
  if (stats.isDirectory()) {
    const before = problems.length;
    const paths = await folderPaths(input, problems);
    if (paths.length === 0 && problems.length === before) {
      problems.push({ file: input, message: 'no .json or .jsonl file in this folder' });
    }
    return { paths, isNamed: false };
  }
  if (isTracePath(input) || !stats.isFile()) return { paths: [input], isNamed: true };
  problems.push({ file: input, message: `the name of a trace file ends in ${ENDINGS}` });
  return { paths: [], isNamed: true };
}

/** The one path of a file, by whatever path it is named. */
async function realPath(path: string): Promise<string> {
  const descriptor = inputDescriptor(path);
  if (descriptor !== undefined) return `descriptor ${descriptor}`;
  return realpath(path).catch(() => path);
}

/** What a pattern matches; undefined: it is none. */
async function globPaths(pattern: string, problems: Problem[]): Promise<string[] | undefined> {
  // Most commands name a file or a folder, and do not wait for this to be loaded.
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (!isDynamicPattern(pattern)) return undefined;
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

async function traceFile(
  path: string,
  isNamed: boolean,
  problems: Problem[],
): Promise<TraceFile | undefined> {
  const name = path === STDIN ? STDIN_NAME : path;
  if (inputDescriptor(path) !== undefined) {
    return { path, name, bytes: 0, layout: 'either', isNamed };
  }
  try {
    const stats = await stat(path);
    const layout = isTracePath(path) ? layoutOf(path) : 'either';
    return { path, name, bytes: stats.size, layout, isNamed };
  } catch (error) {
    problems.push({ file: path, message: `cannot read: ${systemErrorText(error)}` });
    return undefined;
  }
}

function layoutOf(path: string): Layout {
  return LINES.test(path) ? 'lines' : 'whole';
}

const WHOLE = /\.json(\.gz)?$/;
const LINES = /\.jsonl(\.gz)?$/;

function isTracePath(path: string): boolean {
  return WHOLE.test(path) || LINES.test(path);
}

function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
