// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KVM_HOST_H, MEM_PROTECT, REQUIRED_FILES } from '../../src/code/files.js';
import { probe } from '../../src/code/probe.js';
import { readTree } from '../../src/code/tree.js';
import { SideError } from '../../src/side/side.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'tracediff-tree-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));
const OPTIONS = { cache: undefined, progress: () => {} };

/** A folder with so many of the files that are compiled, each with a line of its own. */
function treeOf(name: string, files: readonly string[]): string {
  const tree = join(FOLDER, name);
  mkdirSync(tree);
  for (const path of files) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), `/* ${path} */\n`);
  }
  writeFileSync(
    join(tree, 'Makefile'),
    'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 5\nEXTRAVERSION =\n',
  );
  return tree;
}

async function failure(work: Promise<unknown>): Promise<SideError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SideError);
  return error as SideError;
}

describe('readTree', () => {
  it('reads a folder and the version of its Makefile', async () => {
    const { files, version, commit } = await readTree(treeOf('whole', REQUIRED_FILES), OPTIONS);
    expect([version, commit]).toEqual(['Linux 6.12.5', undefined]);
    expect(files.get(MEM_PROTECT)).toBe(`/* ${MEM_PROTECT} */\n`);
  });

  it('says what a tree lacks, or that it has no pKVM', async () => {
    const half = REQUIRED_FILES.filter((path) => path !== MEM_PROTECT);
    const lacking = await failure(readTree(treeOf('half', half), OPTIONS));
    expect(lacking.message).toMatch(/lacks 1 of \d+ files/);
    expect(lacking.seen).toEqual([`missing: ${MEM_PROTECT}`]);
    const older = await failure(readTree(treeOf('older', [KVM_HOST_H]), OPTIONS));
    expect(older.message).toMatch(/^not supported: .* has no pKVM that could be compiled$/);
  });

  it('refuses what is no tree: nothing, an empty folder, a file that is no tarball', async () => {
    expect((await failure(readTree(join(FOLDER, 'none'), OPTIONS))).message).toMatch(
      /no kernel tree/,
    );
    mkdirSync(join(FOLDER, 'empty'));
    expect((await failure(readTree(join(FOLDER, 'empty'), OPTIONS))).message).toMatch(
      /no kernel tree/,
    );
    const file = join(FOLDER, 'file.tar.xz');
    writeFileSync(file, 'nothing');
    expect((await failure(readTree(file, OPTIONS))).message).toBe(`cannot unpack ${file}`);
  });

  it('reads a tarball, and leaves nothing behind without a cache', async () => {
    treeOf('packed', REQUIRED_FILES);
    const tarball = join(FOLDER, 'packed.tar.xz');
    execFileSync('tar', ['-cJf', tarball, '-C', FOLDER, 'packed']);
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('unpack-'));
    const { files, version } = await readTree(tarball, OPTIONS);
    expect([version, files.get(MEM_PROTECT)]).toEqual(['Linux 6.12.5', `/* ${MEM_PROTECT} */\n`]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('unpack-'))).toEqual(before);
  });

  it('reads a revision of a repository without checking it out', async () => {
    const tree = treeOf('repository', REQUIRED_FILES);
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', tree, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        encoding: 'utf8',
      });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'first');
    const first = git('rev-parse', 'HEAD').trim();
    writeFileSync(join(tree, MEM_PROTECT), '/* changed */\n');
    git('commit', '-qam', 'second');
    const { files, commit } = await readTree(`${tree}@HEAD~1`, OPTIONS);
    expect([commit, files.get(MEM_PROTECT)]).toEqual([first, `/* ${MEM_PROTECT} */\n`]);
    expect(git('status', '--porcelain')).toBe('');
    expect((await readTree(tree, OPTIONS)).files.get(MEM_PROTECT)).toBe('/* changed */\n');
    const none = await failure(readTree(`${tree}@v9.9`, OPTIONS));
    expect(none.message).toBe(`${tree} is no git repository with a revision v9.9`);
    const option = await failure(readTree(`${tree}@--all`, OPTIONS));
    expect(option.message).toMatch(/no git repository with a revision/);
  });
});

describe('probe', () => {
  it('names what a tree does not define in a way that is known', async () => {
    const { files } = await readTree(treeOf('unknown', REQUIRED_FILES), OPTIONS);
    const found = () => probe(files);
    expect(found).toThrow(
      /^not supported: .*kvm_host\.h does not define pkvm_handle_t, struct kvm_hyp_memcache/,
    );
  });
});
