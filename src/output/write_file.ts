// SPDX-License-Identifier: GPL-2.0-only
/** Files written whole or not at all. */

import { randomUUID } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Problem } from '../input/problem.js';
import { systemErrorText } from '../input/system_error.js';

export interface WriteOptions {
  /** Replace a file that is there (default false: a problem). */
  readonly overwrite?: boolean;
}

/**
 * Writes a file so that nobody ever sees half of it: into a new file beside it, which then takes its
 * name. The problem, if it could not; then nothing has changed.
 */
export async function writeWhole(
  path: string,
  text: string,
  { overwrite = false }: WriteOptions = {},
): Promise<Problem | undefined> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (overwrite) await rename(temporary, path);
    else await renameToNew(temporary, path);
    return undefined;
  } catch (error) {
    return { file: path, message: `cannot write: ${systemErrorText(error)}` };
  } finally {
    await rm(temporary, { force: true });
  }
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP']);

/** As `rename`, but fails with EEXIST: `link` never replaces. Without links, looks first. */
async function renameToNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const isThere = await stat(to).then(
      () => true,
      () => false,
    );
    if (isThere || !NO_LINKS.has(code)) throw error;
    await rename(from, to);
  }
}
