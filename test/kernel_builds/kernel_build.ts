// SPDX-License-Identifier: GPL-2.0-only
/**
 * Kernels built from Debian's linux-source-6.12 with config/smallest-pkvm.config: the first takes some
 * ten minutes on two processors, one after a change of the hypervisor some ten seconds. The source and
 * what is built lie in the cache folder for the next run.
 */

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../cli/helpers.js';

const TARBALL = '/usr/src/linux-source-6.12.tar.xz';
const CONFIG = join(ROOT, 'config/smallest-pkvm.config');
const CACHE = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'pkvm-tracediff/test-kernel-6.12',
);
const SOURCE = join(CACHE, 'source');
const OUT = join(CACHE, 'out');
const IMAGE = join(OUT, 'arch/arm64/boot/Image');

/** A change of one file: its text before, its text after. */
export type Change = readonly [path: string, change: (text: string) => string];

/** Builds a kernel with some files changed, and puts its Image where it is asked for. */
export function buildKernel(changes: readonly Change[], image: string): void {
  unpack();
  const before = changes.map(([path]) => readFileSync(join(SOURCE, path), 'utf8'));
  try {
    changes.forEach(([path, change], i) => {
      const text = change(before[i]);
      if (text === before[i]) throw new Error(`${path}: nothing was changed`);
      writeFileSync(join(SOURCE, path), text);
    });
    make('Image');
    copyFileSync(IMAGE, image);
  } finally {
    changes.forEach(([path], i) => writeFileSync(join(SOURCE, path), before[i]));
  }
}

/** Replaces what stands in a text exactly once. */
export function replaceOnce(text: string, old: string, by: string): string {
  if (text.split(old).length !== 2) throw new Error(`not there once: ${old}`);
  return text.replace(old, () => by);
}

function unpack(): void {
  if (!existsSync(SOURCE)) {
    if (!existsSync(TARBALL)) throw new Error('install the package linux-source-6.12');
    mkdirSync(CACHE, { recursive: true });
    const made = mkdtempSync(join(CACHE, 'unpack-'));
    try {
      execFileSync('tar', ['xf', TARBALL, '-C', made, '--strip-components=1']);
      renameSync(made, SOURCE);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }
  if (!existsSync(join(OUT, '.config'))) make('allnoconfig', `KCONFIG_ALLCONFIG=${CONFIG}`);
}

function make(...args: string[]): void {
  const cross = ['ARCH=arm64', 'CROSS_COMPILE=aarch64-linux-gnu-', `O=${OUT}`];
  const jobs = `-j${availableParallelism()}`;
  execFileSync('nice', ['-n', '19', 'make', '-s', '-C', SOURCE, ...cross, jobs, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
