// SPDX-License-Identifier: GPL-2.0-only
/** Commits as kernels: an Image of each is built and booted, and its hypervisor takes the side. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { copyFile, readFile, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { qemuVersion, realKind } from '../real/index.js';
import { type Side, SideError, type SideOptions } from '../side/side.js';
import type { BuiltCommit, CommitBuilder, NotBuilt, Tools } from './builder.js';
import { type CrossCompiler, type Environment, findCrossCompiler } from './cross_compiler.js';
import type { Commit } from './git.js';
import { missingIn, smallestConfig } from './kernel_config.js';
import { BuildFailure, KernelTree } from './kernel_tree.js';
import { whySkipped } from './touched.js';

/** What kernels are built with, as the user asked for it. */
export interface KernelSettings {
  /** The file with the configuration; undefined: the smallest that boots. */
  readonly config: string | undefined;
  /** CONFIG_NVHE_EL2_DEBUG of the smallest configuration. */
  readonly debug: boolean;
  readonly environment: Environment;
}

interface Config {
  readonly text: string;
  readonly isWhole: boolean;
}

interface Prepared {
  readonly compiler: CrossCompiler;
  readonly config: Config;
}

export class KernelBuilder implements CommitBuilder {
  readonly paths = ['.'];
  readonly whySkipped = whySkipped;
  #prepared: Prepared | undefined;

  constructor(private readonly settings: KernelSettings) {}

  async prepare(): Promise<Tools> {
    const { config: file, environment } = this.settings;
    const emulator = `QEMU ${qemuVersion()}`;
    const compiler = findCrossCompiler(environment);
    const config = await this.#config();
    this.#prepared = { compiler, config };
    return { compiler: compiler.version, config: file ?? 'the smallest that boots', emulator };
  }

  async #config(): Promise<Config> {
    const { config: file, debug } = this.settings;
    if (file === undefined) return { text: smallestConfig(debug), isWhole: false };
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      throw new SideError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
    }
    const missing = missingIn(text);
    if (missing.length === 0) return { text, isWhole: true };
    throw new SideError(
      `a kernel of ${file} cannot be asked: its configuration does not have ${missing.join(', ')}`,
    );
  }

  async build(tree: string, commit: Commit, options: SideOptions): Promise<BuiltCommit | NotBuilt> {
    if (!this.#prepared) throw new Error('nothing is prepared');
    const { compiler, config } = this.#prepared;
    const ownCache = options.cache ? undefined : mkdtempSync(join(tmpdir(), 'tracediff-kernels-'));
    const cache = options.cache ?? ownCache ?? '';
    const release = () => {
      if (ownCache !== undefined) rmSync(ownCache, { recursive: true, force: true });
    };
    try {
      const key = digest([resolve(tree), config, compiler]);
      const folder = join(cache, 'kernels', key);
      const image = join(folder, `${commit.id}.Image`);
      if (!existsSync(image)) await this.#makeImage(tree, commit, folder, image, options);
      const bytes = await readFile(image);
      const side = await booted(image, commit, options);
      if ('notBuilt' in side) return side;
      const close = async () => {
        await side.close();
        release();
      };
      return { name: commit.name, compared: named(side, commit), keys: [digest(bytes)], close };
    } catch (error) {
      release();
      if (!(error instanceof BuildFailure)) throw error;
      const full = error.seen.find((line) => /no space left on device/i.test(line));
      if (full !== undefined) throw new SideError(full);
      return { notBuilt: error.message, seen: error.seen };
    }
  }

  async #makeImage(
    tree: string,
    commit: Commit,
    folder: string,
    image: string,
    { progress, signal }: SideOptions,
  ): Promise<void> {
    const { compiler, config } = this.#prepared as Prepared;
    mkdirSync(folder, { recursive: true });
    const kernels = new KernelTree(resolve(tree), folder, signal);
    await kernels.take();
    try {
      progress(`building a kernel of ${commit.name} ${commit.subject}`);
      await kernels.checkOut(commit.id);
      await kernels.make(compiler.arguments, config);
      const missing = missingIn(await kernels.completedConfig());
      if (missing.length > 0) {
        throw new BuildFailure(`its configuration cannot have ${missing.join(', ')}`, []);
      }
      // Made whole beside its place: nobody meets half of one.
      await copyFile(kernels.image, `${image}.new`);
      await rename(`${image}.new`, image);
    } finally {
      await kernels.giveUp();
    }
  }
}

/** The kernel started; or that it does not boot. */
async function booted(
  image: string,
  { name, subject }: Commit,
  options: SideOptions,
): Promise<Side | NotBuilt> {
  try {
    const progress = (message: string) => options.progress(`${name} ${subject}: ${message}`);
    return await realKind.start(image, { ...options, progress });
  } catch (error) {
    if (!(error instanceof SideError) || options.signal.aborted) throw error;
    return { notBuilt: `does not boot: ${error.message}`, seen: error.seen };
  }
}

/** The side with the name of its commit. */
function named(side: Side, { name }: Commit): Side {
  const { view, description } = side;
  return {
    name,
    view,
    description,
    get facts() {
      return side.facts;
    },
    place: (trace) => side.place?.(trace) ?? { notCompared: 'it cannot be moved there' },
    run: (machine, ops) => side.run(machine, ops),
    close: () => side.close(),
  };
}

function digest(of: unknown): string {
  const bytes = Buffer.isBuffer(of) ? of : JSON.stringify(of);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 24);
}
