// SPDX-License-Identifier: GPL-2.0-only
/**
 * Where kernels of a tree are built: a clone of its own that shares the tree's objects, so nothing is
 * written into the tree, not even into its .git; and one output folder, so a commit costs what it changes.
 */

import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { env, kill, pid } from 'node:process';
import { promisify } from 'node:util';
import { SideError } from '../side/side.js';

const run = promisify(execFile);
/** Lines of what a compiler said that are shown. */
const SHOWN_LINES = 12;
/** The same for every build, so that the same code gives the same bytes. */
const SAME = {
  KBUILD_BUILD_TIMESTAMP: '@0',
  KBUILD_BUILD_USER: 'pkvm',
  KBUILD_BUILD_HOST: 'tracediff',
  KBUILD_BUILD_VERSION: '1',
};

/** `make`, with somebody beside it who ends it and its compilers when we are gone, however that came. */
const GUARDED_MAKE = `exec 3<&0
(cat <&3; kill -TERM 0) >/dev/null 2>&1 &
exec make "$@" </dev/null 3<&-`;

/** Why a commit has no Image. */
export class BuildFailure extends Error {
  constructor(
    message: string,
    readonly seen: readonly string[],
  ) {
    super(message);
  }
}

export class KernelTree {
  readonly #source: string;
  readonly #output: string;
  readonly #lock: string;

  /** `folder`: of this tree, this configuration and this compiler. */
  constructor(
    private readonly tree: string,
    folder: string,
    private readonly signal: AbortSignal,
  ) {
    this.#source = join(folder, 'source');
    this.#output = join(folder, 'output');
    this.#lock = join(folder, 'lock');
    mkdirSync(folder, { recursive: true });
  }

  /** The Image that the last build made. */
  get image(): string {
    return join(this.#output, 'arch/arm64/boot/Image');
  }

  /**
   * Keeps others from building here.
   * @throws SideError if somebody does
   */
  async take(): Promise<void> {
    try {
      await writeFile(this.#lock, String(pid), { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(await readFile(this.#lock, 'utf8').catch(() => ''));
      if (isAlive(holder)) {
        throw new SideError(`process ${holder} builds kernels of ${this.tree} already`);
      }
      await rm(this.#lock, { force: true });
      await this.take();
    }
  }

  async giveUp(): Promise<void> {
    await rm(this.#lock, { force: true });
  }

  /** Puts a commit's files there; those that it has in common with the last one stay as they are. */
  async checkOut(commit: string): Promise<void> {
    if (!existsSync(join(this.#source, '.git'))) {
      await rm(this.#source, { recursive: true, force: true });
      await run('git', ['clone', '--shared', '--no-checkout', '--quiet', this.tree, this.#source]);
    }
    const args = ['-C', this.#source, 'checkout', '--quiet', '--detach', '--force', commit];
    await run('git', args, { maxBuffer: 2 ** 28 });
  }

  /**
   * Makes the Image of what is checked out.
   * @param config the whole configuration, or what differs from allnoconfig
   * @throws BuildFailure with the last lines, if it cannot be made
   */
  async make(
    compiler: readonly string[],
    config: { readonly text: string; readonly isWhole: boolean },
  ): Promise<void> {
    mkdirSync(this.#output, { recursive: true });
    const dot = join(this.#output, '.config');
    const fragment = join(this.#output, 'tracediff.config');
    await writeFile(config.isWhole ? dot : fragment, config.text);
    const all = config.isWhole ? [] : [`KCONFIG_ALLCONFIG=${fragment}`];
    await this.#run([...compiler, ...all, config.isWhole ? 'olddefconfig' : 'allnoconfig']);
    await this.#run([...compiler, `-j${availableParallelism()}`, 'Image']);
  }

  /** The configuration as the kernel's own tools completed it. */
  completedConfig(): Promise<string> {
    return readFile(join(this.#output, '.config'), 'utf8');
  }

  async #run(args: readonly string[]): Promise<void> {
    const all = ['-s', '-C', this.#source, 'ARCH=arm64', `O=${this.#output}`, ...args];
    const child = spawn('/bin/sh', ['-c', GUARDED_MAKE, 'sh', ...all], {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...env, ...SAME, LC_ALL: 'C' },
      detached: true,
    });
    child.stdin.on('error', () => {});
    // The whole group: make, and the compilers that it started.
    const stop = () => {
      try {
        if (child.pid !== undefined) kill(-child.pid, 'SIGTERM');
      } catch {
        // It has ended meanwhile.
      }
    };
    this.signal.addEventListener('abort', stop);
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said = (said + data.toString('utf8')).slice(-16_384);
    });
    try {
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
      });
      if (this.signal.aborted) throw new SideError('interrupted while a kernel was built');
      if (code !== 0) throw new BuildFailure('does not build', lastLines(said));
    } finally {
      child.stdin.end();
      this.signal.removeEventListener('abort', stop);
    }
  }
}

export function lastLines(text: string): string[] {
  return text.trimEnd().split('\n').slice(-SHOWN_LINES).filter(Boolean);
}

function isAlive(holder: number): boolean {
  if (!Number.isInteger(holder) || holder <= 0) return false;
  try {
    kill(holder, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
