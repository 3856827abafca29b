// SPDX-License-Identifier: GPL-2.0-only
/** What git knows of a range of commits. Nothing is checked out, and nothing is written. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MOST_BYTES = 2 ** 28;

export interface Commit {
  /** 40 hexadecimal digits. */
  readonly id: string;
  /** The first 12 of them: its name in reports. */
  readonly name: string;
  readonly subject: string;
  /** The files it changes, by their path in the tree; a merge commit's are not told. */
  readonly files: readonly string[];
}

export interface Range {
  /** The folder as the user named it. */
  readonly tree: string;
  /** `A..B` as the user wrote it. */
  readonly text: string;
  readonly base: Commit;
  /** The commits after `base`, the oldest first. */
  readonly commits: readonly Commit[];
}

/** Why there is nothing to judge: of the input, to be told as it is. */
export class RangeError extends Error {}

/**
 * Reads the commits of `A..B`; without B, up to HEAD.
 * @throws RangeError if it is no range that can be judged commit by commit
 */
export async function readRange(tree: string, text: string): Promise<Range> {
  await checkRepository(tree);
  const [, from, to] = /^(.+?)\.\.(?!\.)(.*)$/.exec(text) ?? [];
  if (from === undefined || from.endsWith('.')) {
    throw new RangeError(`"${text}" is no range: write A..B, as in HEAD~1..HEAD`);
  }
  const [first, last] = [await revision(tree, from), await revision(tree, to || 'HEAD')];
  if (!(await isAncestor(tree, first, last))) {
    throw new RangeError(
      `${from} is no ancestor of ${to || 'HEAD'}: a series goes on from its base`,
    );
  }
  const commits = await readCommits(tree, '--reverse', '--topo-order', `${first}..${last}`);
  if (commits.length === 0) throw new RangeError(`${text} has no commits`);
  const merges = (await git(tree, 'rev-list', '--merges', `${first}..${last}`)).split('\n');
  const [merge] = merges.filter(Boolean);
  if (merge !== undefined) {
    throw new RangeError(
      `${text} has a merge commit, ${merge.slice(0, 12)}: judge what it merges as ranges of their own`,
    );
  }
  const [base] = await readCommits(tree, '--max-count=1', first);
  return { tree, text, base, commits };
}

/** Files below these paths with changes that no commit has. */
export async function uncommitted(tree: string, paths: readonly string[]): Promise<string[]> {
  if ((await git(tree, 'rev-parse', '--is-inside-work-tree')).trim() !== 'true') return [];
  const root = (await git(tree, 'rev-parse', '--show-toplevel')).trim();
  const changed = await git(root, 'diff', '--name-only', 'HEAD', '--', ...paths);
  return changed.split('\n').filter(Boolean);
}

async function checkRepository(tree: string): Promise<void> {
  try {
    await run('git', ['-C', tree, 'rev-parse', '--git-dir']);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new RangeError('judging commits needs git: install the package git');
    }
    throw new RangeError(`${tree} is no git tree`);
  }
}

async function revision(tree: string, name: string): Promise<string> {
  try {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
    return (await git(tree, ...args)).trim();
  } catch {
    throw new RangeError(`${tree} has no commit ${name}`);
  }
}

async function isAncestor(tree: string, first: string, last: string): Promise<boolean> {
  try {
    await git(tree, 'merge-base', '--is-ancestor', first, last);
    return true;
  } catch {
    return false;
  }
}

/** What one call of `git log` says of commits. */
async function readCommits(tree: string, ...which: string[]): Promise<Commit[]> {
  const format = '--format=%x01%H%x02%s%x02';
  const log = await git(tree, 'log', '--name-only', '-z', format, ...which, '--');
  return log
    .split('\x01')
    .slice(1)
    .map((text) => {
      const [id, subject, files] = text.split('\x02');
      const names = files.split(/[\0\n]/).filter(Boolean);
      return { id, name: id.slice(0, 12), subject, files: names };
    });
}

async function git(tree: string, ...args: string[]): Promise<string> {
  return (await run('git', ['-C', tree, ...args], { maxBuffer: MOST_BYTES })).stdout;
}
