// SPDX-License-Identifier: GPL-2.0-only
/**
 * Compiled files, each kept under a key of what it was compiled from, so that a change in one file of a tree
 * compiles that file alone.
 */

import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Compiler } from './compiler.js';
import type { TreeFiles } from './tree.js';

export class Objects {
  private readonly kept: string | undefined;

  /** `inputs`: every file of the build, by its path in `folder`; nothing is kept without a cache. */
  constructor(
    private readonly folder: string,
    cache: string | undefined,
    private readonly compiler: Compiler,
    private readonly inputs: TreeFiles,
  ) {
    this.kept = cache && join(cache, 'objects');
  }

  /** Puts what `source` compiles to into the folder as `object`: as it was kept, or by `compile()`. */
  async make(
    source: string,
    object: string,
    args: readonly string[],
    compile: () => Promise<void>,
  ): Promise<void> {
    const kept = this.kept && join(this.kept, this.keyOf(source, args));
    const made = join(this.folder, object);
    if (kept && (await isCopied(kept, made))) return;
    await compile();
    if (kept) await keep(made, kept);
  }

  /** All headers count as included; of C files, the source and those that it names. */
  private keyOf(source: string, args: readonly string[]): string {
    const { inputs, compiler } = this;
    const text = inputs.get(source) ?? '';
    const hash = createHash('sha256').update(`${compiler.version}\n${args.join(' ')}\n`);
    const included = new Set(
      [...text.matchAll(/^#include "([^"]+\.c)"/gm)].map(([, name]) => name),
    );
    const paths = [...inputs.keys()].filter(
      (path) => path === source || !path.endsWith('.c') || included.has(path),
    );
    for (const path of paths.sort()) {
      const content = inputs.get(path) ?? '';
      hash.update(`${path}\n${content.length}\n${content}`);
    }
    return hash.digest('hex').slice(0, 24);
  }
}

async function isCopied(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Whole or not at all, whoever else keeps the same meanwhile. */
async function keep(made: string, kept: string): Promise<void> {
  await mkdir(dirname(kept), { recursive: true });
  const folder = await mkdtemp(`${kept}-`);
  try {
    await copyFile(made, join(folder, 'made'));
    await rename(join(folder, 'made'), kept);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
