// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRange, uncommitted } from '../../src/series/index.js';
import { GitTree } from './git_tree.js';

const tree = new GitTree();
tree.write('a', '1');
const base = tree.commit('base');
tree.write('a', '2');
tree.write('sub/b', '1');
const second = tree.commit('two files');
tree.write('a', '3');
const third = tree.commit('one file');
tree.git('switch', '--quiet', '-c', 'other', base);
tree.write('c', '1');
tree.commit('elsewhere');
tree.git('switch', '--quiet', '-c', 'merged');
tree.git('merge', '--quiet', '--no-ff', '-m', 'a merge', 'main');
tree.git('switch', '--quiet', 'main');

describe('a range', () => {
  it('has its commits, the oldest first, with the files each changes', async () => {
    const range = await readRange(tree.folder, `${base}..main`);
    expect(range.base.name).toBe(base);
    expect(range.commits.map(({ name, subject, files }) => [name, subject, files])).toEqual([
      [second, 'two files', ['a', 'sub/b']],
      [third, 'one file', ['a']],
    ]);
  });

  it('has names of files and subjects as they are', async () => {
    tree.git('switch', '--quiet', '-c', 'odd', 'main');
    tree.write('a file "of" \u00e4', '1');
    const odd = tree.commit('Say "what"	was \u00e4');
    tree.commit('nothing');
    tree.git('switch', '--quiet', 'main');
    const { commits } = await readRange(tree.folder, 'main..odd');
    expect(commits[0]).toMatchObject({
      name: odd,
      subject: 'Say "what"	was \u00e4',
      files: ['a file "of" \u00e4'],
    });
    expect(commits[1].files).toEqual([]);
  });

  it('without an end goes up to HEAD', async () => {
    const { commits } = await readRange(tree.folder, 'HEAD~1..');
    expect(commits.map(({ name }) => name)).toEqual([third]);
  });

  it.each([
    ['main', /"main" is no range: write A\.\.B/],
    [`${base}...main`, /is no range/],
    ['nosuch..main', /has no commit nosuch$/],
    ['main..nosuch', /has no commit nosuch$/],
    ['main..main', /has no commits$/],
    ['main..other', /main is no ancestor of other/],
    ['--all..main', /has no commit --all$/],
    [`${base}..merged`, /has a merge commit, [0-9a-f]{12}: /],
  ])('%s is refused with the reason', async (text, message) => {
    await expect(readRange(tree.folder, text)).rejects.toThrow(message);
  });

  it('of a folder that is no git tree is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'series-test-'));
    await expect(readRange(folder, 'A..B')).rejects.toThrow(/is no git tree$/);
    await expect(readRange(join(folder, 'nosuch'), 'A..B')).rejects.toThrow(/is no git tree$/);
    rmSync(folder, { recursive: true });
  });
});

describe('changes that no commit has', () => {
  it('are told of the paths that matter', async () => {
    expect(await uncommitted(tree.folder, ['sub'])).toEqual([]);
    tree.write('sub/b', '2');
    tree.write('a', '4');
    expect(await uncommitted(tree.folder, ['sub', 'nosuch'])).toEqual(['sub/b']);
    tree.git('checkout', '--quiet', '.');
  });
});
