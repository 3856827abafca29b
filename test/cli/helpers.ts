// SPDX-License-Identifier: GPL-2.0-only
/** The command as its user meets it: a process of its own, with colour off unless asked for. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { folder } from '../folders.js';

export { folder } from '../folders.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BIN = join(ROOT, 'bin/pkvm-tracediff');
export const TRACES = join(ROOT, 'traces');
export const GOLDEN = join(ROOT, 'test/golden');

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  /** The exit code, or the signal that ended the process. */
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

/**
 * The environment of a command: where to find things, and nothing else of the one the tests run in.
 * What a terminal and a CI system say of themselves (`CI`, `COLORTERM`, `NO_COLOR`) decides on colour.
 */
export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  return { PATH, HOME, TMPDIR, LANG, ...more };
}

/** Starts the command; its output waits until it is read. */
export function start(args: string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd ?? folder(),
    env: environment(options.env),
  });
}

/** Waits for a process to end, reading all it writes. Whatever happens, no stack trace is shown. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  child.stdin.end();
  const [out, err, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect(err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  return { code: code ?? signal, out, err };
}

/** Runs the command in a new folder, or in `cwd`. */
export function run(args: string[], options: RunOptions = {}): Promise<Ended> {
  return ended(start(args, options));
}

/** Runs a shell command, in which `"$@"` is the command line with these arguments. */
export function runInShell(
  script: string,
  args: string[],
  options: RunOptions = {},
): Promise<Ended> {
  const child = spawn('bash', ['-c', script, 'bash', process.execPath, BIN, ...args], {
    cwd: options.cwd ?? folder(),
    env: environment(options.env),
  });
  return ended(child);
}

/** Runs the command with its output on a terminal (what it wrote to it comes back as `out`). */
export function runOnTerminal(args: string[], options: RunOptions = {}): Promise<Ended> {
  const command = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols 80 rows 24; ${command}`, '/dev/null'], {
    cwd: options.cwd ?? folder(),
    env: { ...environment(options.env), TERM: 'xterm-256color', SHELL: '/bin/sh' },
  });
  return ended(child);
}

/** Writes a file into the folder of the test; its path. */
export function save(name: string, content: string | Buffer | object): string {
  const path = join(folder(), name);
  const isText = typeof content === 'string' || Buffer.isBuffer(content);
  writeFileSync(path, isText ? content : JSON.stringify(content));
  return path;
}

export const SHARE = { op: '__pkvm_host_share_hyp', pfn: '0x40100' };
export const UNSHARE = { op: '__pkvm_host_unshare_hyp', pfn: '0x40100' };

/** A trace document. */
export function trace(name: string, ops: unknown = [SHARE], rest: object = {}): object {
  return { format: 'pkvm-trace/1', name, ...rest, ops };
}

/** A trace both sides agree on, and one they differ on. */
export function saveEqual(name = 'equal.json'): string {
  return save(name, trace(name, [SHARE, UNSHARE]));
}

export function saveDiverging(name = 'diverging.json'): string {
  return save(name, trace(name, [{ ...SHARE, expect: '-EPERM' }]));
}
