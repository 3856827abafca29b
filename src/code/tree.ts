// SPDX-License-Identifier: GPL-2.0-only
/**
 * Reads the files of a kernel tree that are compiled: from a folder, from a revision of a git
 * repository (nothing is checked out), or from a tarball. Nothing is ever written into a tree.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SideError } from '../side/side.js';
import { REQUIRED_FILES, TREE_FILES } from './files.js';

const run = promisify(execFile);
const MOST_BYTES = 2 ** 28;

/** Files by their path in the tree. */
export type TreeFiles = ReadonlyMap<string, string>;

export interface Tree {
  readonly files: TreeFiles;
  /** `Linux 6.12.57`, as the tree's Makefile says; undefined without one. */
  readonly version: string | undefined;
  /** The commit, where the tree is one. */
  readonly commit: string | undefined;
}

export interface TreeOptions {
  readonly cache: string | undefined;
  readonly progress: (message: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Reads a tree: `FOLDER`, `REPOSITORY@REVISION` or `FILE.tar.xz`.
 * @throws SideError if there is no such tree or it has no pKVM
 */
export async function readTree(name: string, options: TreeOptions): Promise<Tree> {
  const { files, commit } = await readFiles(name, options);
  checkTree(name, files);
  return { files, version: versionOf(files.get('Makefile')), commit };
}

async function readFiles(
  name: string,
  options: TreeOptions,
): Promise<{ files: TreeFiles; commit?: string }> {
  if (existsSync(name)) {
    return statSync(name).isDirectory()
      ? { files: await readFolder(name) }
      : { files: await readTarball(resolve(name), options) };
  }
  const at = name.lastIndexOf('@');
  if (at > 0 && existsSync(name.slice(0, at))) {
    return readRevision(name.slice(0, at), name.slice(at + 1), options.signal);
  }
  throw new SideError(`there is no kernel tree ${at > 0 ? name.slice(0, at) : name}`);
}

async function readFolder(folder: string): Promise<TreeFiles> {
  const files = new Map<string, string>();
  for (const path of TREE_FILES) {
    try {
      files.set(path, await readFile(join(folder, path), 'utf8'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') continue;
      throw new SideError(`cannot read ${join(folder, path)}: ${code ?? String(error)}`);
    }
  }
  return files;
}

async function readRevision(
  repository: string,
  revision: string,
  signal?: AbortSignal,
): Promise<{ files: TreeFiles; commit: string }> {
  const git = async (...args: string[]) =>
    (await run('git', ['-C', repository, ...args], { maxBuffer: MOST_BYTES, signal })).stdout;
  let commit: string;
  try {
    commit = (
      await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`)
    ).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new SideError('reading a revision needs git: install the package git');
    }
    throw new SideError(`${repository} is no git repository with a revision ${revision}`);
  }
  const listed = (await git('ls-tree', '-r', '--name-only', commit, '--', ...TREE_FILES)).split(
    '\n',
  );
  const there = new Set(listed);
  const files = new Map<string, string>();
  for (const path of TREE_FILES) {
    if (there.has(path)) files.set(path, await git('cat-file', 'blob', `${commit}:${path}`));
  }
  return { files, commit };
}

/** Unpacking reads the whole tarball, so what came out of it is kept. */
async function readTarball(
  file: string,
  { cache, progress, signal }: TreeOptions,
): Promise<TreeFiles> {
  const { size, mtimeMs } = statSync(file);
  const key = createHash('sha256').update(`${file}\n${size}\n${mtimeMs}\n${TREE_FILES.join()}`);
  const kept = cache && join(cache, `tarball-${key.digest('hex').slice(0, 24)}`);
  if (kept && existsSync(kept)) return readFolder(kept);

  progress(`unpacking ${file}`);
  const parent = kept ? dirname(kept) : tmpdir();
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'unpack-'));
  try {
    const wanted = TREE_FILES.map((path) => `*/${path}`);
    const args = ['--extract', '--file', file, '--directory', folder, '--strip-components=1'];
    try {
      await run(
        'tar',
        [...args, '--no-same-owner', '--wildcards', '--no-wildcards-match-slash', ...wanted],
        {
          signal,
        },
      );
    } catch (error) {
      const { stderr, code } = error as { stderr?: string; code?: string };
      if (code === 'ENOENT') throw new SideError('a tarball needs tar and xz: install xz-utils');
      // Members that are not in the archive are reported, and looked at below.
      const seen = (stderr ?? String(error))
        .split('\n')
        .filter((line) => !/Not found in archive|Exiting with failure/.test(line) && line);
      if (seen.length > 0) throw new SideError(`cannot unpack ${file}`, seen.slice(0, 5));
    }
    const files = await readFolder(folder);
    if (kept && files.size > 0) await rename(folder, kept).catch(() => undefined);
    return files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function checkTree(name: string, files: TreeFiles): void {
  if (files.size === 0) throw new SideError(`${name} is no kernel tree`);
  const missing = REQUIRED_FILES.filter((path) => !files.has(path));
  if (missing.length === 0) return;
  const all = REQUIRED_FILES.length;
  throw new SideError(
    missing.length > all / 2
      ? `not supported: ${name} has no pKVM that could be compiled`
      : `not supported: ${name} lacks ${missing.length} of ${all} files that are compiled`,
    missing.map((path) => `missing: ${path}`),
  );
}

function versionOf(makefile: string | undefined): string | undefined {
  const value = (name: string) =>
    new RegExp(`^${name} *= *(\\S*)`, 'm').exec(makefile ?? '')?.[1] ?? '';
  const version = value('VERSION');
  if (!version) return undefined;
  const sub = value('SUBLEVEL');
  return `Linux ${version}.${value('PATCHLEVEL')}${sub && sub !== '0' ? `.${sub}` : ''}${value('EXTRAVERSION')}`;
}
