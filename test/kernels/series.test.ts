// SPDX-License-Identifier: GPL-2.0-only
/** `series --with real` on a tree whose Makefile unpacks kernels instead of compiling them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith } from '../cli/run.js';
import { kernelImage, run } from './kernels.js';

const TRACE = 'traces/regressions/unshare-hyp-of-ffa-page.json';
const MEM_PROTECT = 'arch/arm64/kvm/hyp/nvhe/mem_protect.c';

/** A Makefile whose Image is what a command writes to its standard output. */
function makefileOf(image: string): string {
  return `allnoconfig:
\tcp $(KCONFIG_ALLCONFIG) $(O)/.config
Image:
\tmkdir -p $(O)/arch/arm64/boot
\t${image} > $(O)/arch/arm64/boot/Image
`;
}

/** A commit for each command. */
function treeOf(folder: string, images: readonly string[]): string {
  const tree = join(folder, 'linux');
  mkdirSync(join(tree, MEM_PROTECT, '..'), { recursive: true });
  const git = (...args: string[]) => execFileSync('git', ['-C', tree, ...args]);
  git('init', '-q');
  images.forEach((image, index) => {
    writeFileSync(join(tree, 'Makefile'), makefileOf(image));
    writeFileSync(join(tree, MEM_PROTECT), `/* ${index} */\n`);
    git('add', '-A');
    const identity = ['-c', 'user.name=A', '-c', 'user.email=a@b'];
    git(...identity, 'commit', '-q', '-m', `Commit ${index}`);
  });
  return tree;
}

it('finds the commit that fixed the Nov 2024 bug by kernels of both, and says which commits are none', () => {
  const unpack = (series: string) => `zcat -f ${kernelImage(series)}`;
  const images = [unpack('6.12'), 'echo no such thing >&2; false', 'echo text', unpack('6.16')];
  const tree = treeOf(folderWith(), images);
  const { code, out } = run(['series', '--tree', tree, 'HEAD~3..HEAD', TRACE, '--with', 'real']);
  expect(code).toBe(1);
  expect(out).toMatch(/^new __pkvm_host_unshare_hyp: WARN \| -EPERM; host_state$/m);
  expect(out).toMatch(/^ {2}first in \w{12} \("Commit 3"\)$/m);
  expect(out).toMatch(/^ {2}base +\w{12} {2}Commit 0$/m);
  expect(out).toMatch(/^ {2}not built +\w{12} {2}Commit 1/m);
  expect(out).toContain('no such thing');
  expect(out).toMatch(/^ {2}not built +\w{12} {2}Commit 2/m);
  expect(out).toMatch(/^ {2}new +\w{12} {2}Commit 3$/m);
  expect(out).toContain('configured by the smallest that boots, booted under');
});
