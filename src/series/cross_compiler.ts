// SPDX-License-Identifier: GPL-2.0-only
/** What builds an arm64 kernel on this machine: found, or named as `make` has it named. */

import { spawnSync } from 'node:child_process';
import { arch } from 'node:os';
import { SideError } from '../side/side.js';

/** How `make` is called. */
export interface CrossCompiler {
  /** The first line of what the compiler says of itself. */
  readonly version: string;
  /** `CROSS_COMPILE=aarch64-linux-gnu-`, `LLVM=1`. */
  readonly arguments: readonly string[];
}

/** Prefixes of the compilers that distributions have. */
const PREFIXES = ['aarch64-linux-gnu-', 'aarch64-none-linux-gnu-', 'aarch64-unknown-linux-gnu-'];
/** Programs that a kernel is built with besides. */
const PROGRAMS = ['make', 'flex', 'bison', 'bc'];

export type Environment = Readonly<Record<string, string | undefined>>;
/** The first line of what a program says of its version; undefined if it is not there. */
export type AskVersion = (program: string) => string | undefined;

/**
 * The compiler that the environment names (LLVM, CROSS_COMPILE), or the first there is.
 * @throws SideError when there is none, or something else is missing, with what to install
 */
export function findCrossCompiler(
  environment: Environment,
  askVersion: AskVersion = versionOf,
  machine: string = arch(),
): CrossCompiler {
  const found = compilerOf(environment, askVersion, machine);
  const missing = PROGRAMS.filter((program) => askVersion(program) === undefined);
  if (missing.length > 0) {
    throw new SideError(
      `${missing.join(', ')} not found: a kernel is built with make, flex, bison and bc (Debian, Ubuntu: apt-get install make flex bison bc libssl-dev libelf-dev)`,
    );
  }
  return found;
}

function compilerOf(
  { LLVM, CROSS_COMPILE }: Environment,
  askVersion: AskVersion,
  machine: string,
): CrossCompiler {
  if (LLVM !== undefined && LLVM !== '' && LLVM !== '0') return llvm(LLVM, askVersion);
  if (CROSS_COMPILE !== undefined) {
    const version = askVersion(`${CROSS_COMPILE}gcc`);
    if (version !== undefined) return gcc(CROSS_COMPILE, version);
    throw new SideError(`${CROSS_COMPILE}gcc, which CROSS_COMPILE names, is not there`);
  }
  const prefixes = machine === 'arm64' ? ['', ...PREFIXES] : PREFIXES;
  for (const prefix of prefixes) {
    const version = askVersion(`${prefix}gcc`);
    if (version !== undefined) return gcc(prefix, version);
  }
  throw new SideError(
    'no compiler for arm64 found: install one (Debian, Ubuntu: apt-get install gcc-aarch64-linux-gnu), name one with CROSS_COMPILE=PREFIX, or use clang with LLVM=1',
  );
}

function gcc(prefix: string, version: string): CrossCompiler {
  return { version, arguments: prefix === '' ? [] : [`CROSS_COMPILE=${prefix}`] };
}

/** LLVM=1 is the clang in the path, LLVM=-15 the one of that version, LLVM=DIR/ the one there. */
function llvm(value: string, askVersion: AskVersion): CrossCompiler {
  const clang = value.endsWith('/') ? `${value}clang` : `clang${value === '1' ? '' : value}`;
  const version = askVersion(clang);
  if (version === undefined)
    throw new SideError(`${clang}, which LLVM=${value} names, is not there`);
  return { version, arguments: [`LLVM=${value}`] };
}

function versionOf(program: string): string | undefined {
  const { error, status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return error || status !== 0 ? undefined : stdout.split('\n')[0];
}
