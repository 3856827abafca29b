// SPDX-License-Identifier: GPL-2.0-only
/** Files of the kernel, out of Debian's package linux-source-6.12. */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const TARBALL = '/usr/src/linux-source-6.12.tar.xz';

/** What any test wants of it: unpacking reads the whole tarball, so it is unpacked once. */
const PARTS = [
  'Makefile',
  'arch/arm64/kvm',
  'arch/arm64/include',
  'include/linux',
  'tools/testing/kunit',
];

/** A new folder with files and folders of the kernel in it; the caller removes it. */
export function linuxSource(paths: readonly string[]): string {
  const missing = paths.filter((path) => !PARTS.some((part) => `${path}/`.startsWith(`${part}/`)));
  if (missing.length > 0) throw new Error(`not among what is unpacked: ${missing.join(', ')}`);
  const unpacked = unpackedOnce();
  const folder = mkdtempSync(join(tmpdir(), 'tracediff-linux-'));
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(unpacked, path), join(folder, path), { recursive: true });
  }
  return folder;
}

/** The folder that the parts are kept in, for this and later runs. */
function unpackedOnce(): string {
  if (!existsSync(TARBALL)) throw new Error('install the package linux-source-6.12');
  const { size, mtimeMs } = statSync(TARBALL);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'pkvm-tracediff');
  const kept = join(cache, `test-linux-source-6.12-${size}-${Math.floor(mtimeMs)}`);
  if (existsSync(kept)) return kept;
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(`${kept}-`);
  try {
    const members = PARTS.map((path) => `linux-source-6.12/${path}`);
    execFileSync('tar', ['xf', TARBALL, '-C', made, '--strip-components=1', ...members]);
    renameSync(made, kept);
  } catch (error) {
    // Another test may have come first: what it has unpacked is the same.
    if (!existsSync(kept)) throw error;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return kept;
}
