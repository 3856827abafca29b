// SPDX-License-Identifier: GPL-2.0-only
/** Paths that stand for an open file of this process: `/dev/stdin`, `/dev/stdout`, `/dev/fd/N`. */

import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Like the kernel's own limit. */
const MOST_LINKS = 40;

/** Where the symbolic links of a path end: an open file of this process, or a path that is no link. */
export function followed(path: string): string | number {
  let at = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    const folder = realFolder(at);
    if (folder === undefined) return at;
    if (folder === realFolder('/dev/fd/0') && /^\d+$/.test(basename(at))) {
      return Number(basename(at));
    }
    at = join(folder, basename(at));
    const link = linkAt(at);
    if (link === undefined) return at;
    at = resolve(folder, link);
  }
  return at;
}

/** The real path of a file's folder; undefined if it is not there. */
function realFolder(path: string): string | undefined {
  try {
    return realpathSync(dirname(path));
  } catch {
    return undefined;
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
