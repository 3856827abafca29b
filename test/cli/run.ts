// SPDX-License-Identifier: GPL-2.0-only
/** The built command line as a subprocess, for tests. */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ResultDocument } from '../../src/result/index.js';
import { newFolder } from '../folders.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BASELINE = join(ROOT, 'baselines/series-2025-01.json');

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the program in the root of the project, or in `cwd`, without colours. */
export function run(args: readonly string[], cwd = ROOT): Run {
  const result = spawnSync('node', [join(ROOT, 'bin/pkvm-tracediff'), ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1' },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

/** Runs a comparing command and reads the document it gives. */
export function documentOfRun(
  args: readonly string[],
  cwd = ROOT,
): Run & { document: ResultDocument } {
  const done = run([...args, '--format', 'json'], cwd);
  return { ...done, document: JSON.parse(done.out) as ResultDocument };
}

/** A new folder, removed after the test, with these files in it. */
export function folderWith(files: Readonly<Record<string, unknown>> = {}): string {
  const folder = newFolder();
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export function textOf(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}
