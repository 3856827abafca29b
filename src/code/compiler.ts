// SPDX-License-Identifier: GPL-2.0-only
/** The C compiler: which one there is, and running it. */

import { execFile, spawnSync } from 'node:child_process';
import { SideError } from '../side/side.js';

export interface Compiler {
  readonly command: string;
  /** Its first line about itself; part of the key of what it builds. */
  readonly version: string;
}

const COMPILERS = ['gcc', 'clang', 'cc'];

/**
 * The compiler that is asked for, or the first there is.
 * @throws SideError if there is none, with the package to install
 */
export function findCompiler(asked?: string): Compiler {
  for (const command of asked ? [asked] : COMPILERS) {
    const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (status === 0) return { command, version: stdout.split('\n')[0] };
  }
  throw new SideError(
    asked
      ? `the compiler ${asked}, which CC names, does not run`
      : 'a C compiler is needed to compile a tree: install the package gcc',
  );
}

/** Runs the compiler; its complaints, or undefined if it had none that count. */
export function compile(
  { command }: Compiler,
  args: readonly string[],
  cwd: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return new Promise((done, fail) => {
    execFile(command, args, { cwd, signal, maxBuffer: 2 ** 26 }, (error, _stdout, stderr) => {
      if (error?.name === 'AbortError') fail(error);
      else done(error ? stderr || error.message : undefined);
    });
  });
}
