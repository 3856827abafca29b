// SPDX-License-Identifier: GPL-2.0-only
/** Files of the kernel, out of Debian's package linux-source-6.12. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TARBALL = '/usr/src/linux-source-6.12.tar.xz';

/** A new folder with files and folders of the kernel in it; the caller removes it. */
export function linuxSource(paths: readonly string[]): string {
  if (!existsSync(TARBALL)) throw new Error('install the package linux-source-6.12');
  const folder = mkdtempSync(join(tmpdir(), 'tracediff-linux-'));
  const members = paths.map((path) => `linux-source-6.12/${path}`);
  execFileSync('tar', ['xf', TARBALL, '-C', folder, '--strip-components=1', ...members]);
  return folder;
}
