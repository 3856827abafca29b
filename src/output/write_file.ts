// SPDX-License-Identifier: GPL-2.0-only
/**
 * The one writer of outputs. A regular file is written whole or not at all; a device or a FIFO is
 * written to; nothing else is touched.
 */

import { randomUUID } from 'node:crypto';
import { type Stats, write as writeDescriptor } from 'node:fs';
import { constants, type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Problem } from '../input/problem.js';
import { systemErrorText } from '../input/system_error.js';
import { placeOf } from './place.js';

export interface WriteOptions {
  /** Replace a regular file that is there (default false: a problem). */
  readonly overwrite?: boolean;
}

/** What is written: a text, or pieces of one. */
export type Content = string | Iterable<string | Uint8Array>;

/**
 * Writes to a path, following symbolic links. A regular file is made beside its place and then takes
 * its name, so that nobody ever sees half of it; one that it replaces hands on its mode and owner. A
 * character device, a FIFO, `-` and `/dev/stdout` are written to. The problem, if that failed; then a
 * regular file is as it was.
 */
export async function writeWhole(
  path: string,
  content: Content,
  { overwrite = false }: WriteOptions = {},
): Promise<Problem | undefined> {
  const place = placeOf(path);
  try {
    switch (place.kind) {
      case 'refused':
        return { file: path, message: place.message };
      case 'descriptor':
        await writeAll(place.fd, content);
        break;
      case 'stream':
        await withFile(await open(place.path, 'w'), ({ fd }) => writeAll(fd, content));
        break;
      case 'new':
        await create(place.path, content);
        break;
      case 'file':
        if (overwrite) await replace(place.path, place.stats, content);
        else return { file: path, message: 'cannot write: file already exists' };
    }
    return undefined;
  } catch (error) {
    const message = error instanceof OwnerLost ? error.message : systemErrorText(error);
    return { file: path, message: `cannot write: ${message}` };
  }
}

/** The owner of a file that is to be replaced would be another one. */
class OwnerLost extends Error {}

async function create(path: string, content: Content): Promise<void> {
  await viaTemporary(path, async (temporary) => {
    await withFile(await open(temporary, 'wx'), (file) => fill(file, content));
    await renameToNew(temporary, path);
  });
}

async function replace(path: string, old: Stats, content: Content): Promise<void> {
  // Who may not write to it may not replace it.
  await (await open(path, constants.O_WRONLY)).close();
  await viaTemporary(path, async (temporary) => {
    await withFile(await open(temporary, 'wx', 0o600), async (file) => {
      await keepOwner(file, old);
      await file.chmod(old.mode & 0o7777);
      await fill(file, content);
    });
    await rename(temporary, path);
  });
}

async function keepOwner(file: FileHandle, { uid, gid }: Stats): Promise<void> {
  const now = await file.stat();
  if (now.uid === uid && now.gid === gid) return;
  await file.chown(uid, gid).catch(() => {
    throw new OwnerLost(`only its owner (user ${uid}, group ${gid}) can replace it`);
  });
}

async function viaTemporary(path: string, make: (temporary: string) => Promise<void>) {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await make(temporary);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function withFile(file: FileHandle, use: (file: FileHandle) => Promise<void>) {
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

async function fill(file: FileHandle, content: Content): Promise<void> {
  await writeAll(file.fd, content);
  await file.sync();
}

/** Bytes handed to one write: more in one piece would keep Ctrl-C waiting. */
const PIECE_BYTES = 2 ** 26;
const MS_BETWEEN_TRIES = 5;

async function writeAll(fd: number, content: Content): Promise<void> {
  for (const piece of typeof content === 'string' ? [content] : content) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    let at = 0;
    while (at < bytes.length) {
      const written = await writeSome(fd, bytes, at, Math.min(PIECE_BYTES, bytes.length - at));
      if (written === 0) await setTimeout(MS_BETWEEN_TRIES);
      at += written;
    }
  }
}

/** How many bytes were taken: none by a pipe that is full and does not wait. */
function writeSome(fd: number, bytes: Uint8Array, at: number, length: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writeDescriptor(fd, bytes, at, length, null, (error, written) => {
      if (error === null) resolve(written);
      else if (error.code === 'EAGAIN') resolve(0);
      else reject(error);
    });
  });
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
