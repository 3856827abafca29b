// SPDX-License-Identifier: GPL-2.0-only
/** Building kernels of commits, with a Makefile in place of a kernel's. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuildFailure, KernelTree } from '../../src/series/kernel_tree.js';

/** Its Image is its source and its configuration. */
const MAKEFILE = `allnoconfig:
\tcp $(KCONFIG_ALLCONFIG) $(O)/.config
olddefconfig:
\techo completed >> $(O)/.config
Image:
\tmkdir -p $(O)/arch/arm64/boot
\tcat code $(O)/.config > $(O)/arch/arm64/boot/Image
`;
const FAILING = MAKEFILE.replace('\tcat code', '\techo "code:1: error: no such thing" >&2; false');

let root: string;
let tree: string;

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@b'];
  return execFileSync('git', ['-C', tree, ...identity, ...args], { encoding: 'utf8' }).trim();
}

function commit(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tree, name), text);
  git('add', '-A');
  git('commit', '-q', '-m', 'a commit');
  return git('rev-parse', 'HEAD');
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kernel-tree-test-'));
  tree = join(root, 'tree');
  mkdirSync(tree);
  git('init', '-q');
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function kernels(): KernelTree {
  return new KernelTree(tree, join(root, 'cache'), new AbortController().signal);
}

describe('a kernel of a commit', () => {
  it('is built of that commit, and nothing is written into the tree', async () => {
    const first = commit({ Makefile: MAKEFILE, code: 'one\n' });
    commit({ code: 'two\n' });
    const before = [readdirSync(tree), readdirSync(join(tree, '.git')), git('status', '--short')];
    const built = kernels();
    await built.checkOut(first);
    await built.make([], { text: 'CONFIG_A=y\n', isWhole: false });
    expect(readFileSync(built.image, 'utf8')).toBe('one\nCONFIG_A=y\n');
    const after = [readdirSync(tree), readdirSync(join(tree, '.git')), git('status', '--short')];
    expect(after).toEqual(before);
  });

  it('with a configuration of the user’s has it completed', async () => {
    const id = commit({ Makefile: MAKEFILE, code: 'one\n' });
    const built = kernels();
    await built.checkOut(id);
    await built.make([], { text: 'CONFIG_B=y\n', isWhole: true });
    expect(readFileSync(built.image, 'utf8')).toBe('one\nCONFIG_B=y\ncompleted\n');
    expect(await built.completedConfig()).toBe('CONFIG_B=y\ncompleted\n');
  });

  it('that does not build says what was said last; the next is built all the same', async () => {
    const bad = commit({ Makefile: FAILING, code: 'one\n' });
    const good = commit({ Makefile: MAKEFILE, code: 'two\n' });
    const built = kernels();
    await built.checkOut(bad);
    const failure = await built.make([], { text: '', isWhole: false }).catch((error) => error);
    expect(failure).toBeInstanceOf(BuildFailure);
    expect(failure.seen).toContain('code:1: error: no such thing');
    await built.checkOut(good);
    await built.make([], { text: '', isWhole: false });
    expect(readFileSync(built.image, 'utf8')).toBe('two\n');
  });

  it('is built by one run at a time, and after one that was killed', async () => {
    commit({ Makefile: MAKEFILE, code: 'one\n' });
    const [first, second] = [kernels(), kernels()];
    await first.take();
    await expect(second.take()).rejects.toThrow(`process ${process.pid} builds kernels`);
    await first.giveUp();
    // No process has this number: it is above the largest that Linux gives.
    writeFileSync(join(root, 'cache', 'lock'), '4194305');
    await second.take();
    await second.giveUp();
    expect(readdirSync(join(root, 'cache'))).toEqual([]);
  });
});
