// SPDX-License-Identifier: GPL-2.0-only
/**
 * Builds dist/ afresh, unless what it is made from is as it was at the last build: so that `npm ci`,
 * which builds because an install from git must, and `npm start` after it build once.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const stamp = join(root, 'dist/.built-from');

/** Folders and files that the build reads; what it makes in them itself does not count. */
const SOURCES = [
  'src',
  'page',
  'scripts',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
const MADE = /\.generated\.ts$/;
/** The last files that a build writes; one that is gone is built again. */
const RESULTS = [
  'dist/index.js',
  'dist/cli/LICENSES.txt',
  'dist/page/page.css',
  'dist/man/pkvm-tracediff.1',
];

const STEPS = [
  ['scripts/generate.mjs'],
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  ['scripts/build-cli.mjs'],
  ['scripts/build-page.mjs'],
  ['scripts/build-man.mjs'],
];

function filesOf(path) {
  const whole = join(root, path);
  if (path.includes('.')) return [path];
  return readdirSync(whole, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !MADE.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length))
    .sort();
}

function digest() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesOf)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

const now = digest();
const isBuilt =
  existsSync(stamp) &&
  readFileSync(stamp, 'utf8') === now &&
  RESULTS.every((file) => existsSync(join(root, file)));
if (!isBuilt) {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  for (const [script, ...args] of STEPS) {
    execFileSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' });
  }
  writeFileSync(stamp, now);
}
