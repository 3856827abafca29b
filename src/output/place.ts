// SPDX-License-Identifier: GPL-2.0-only
/** What is at the place an output is to go to, and whether it may be written there. */

import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { followed } from '../input/descriptor.js';
import type { Problem } from '../input/problem.js';
import { systemErrorText } from '../input/system_error.js';

/** How standard output is named where a file is. */
export const STDOUT = '-';
const STDOUT_DESCRIPTOR = 1;

/** A place, after following symbolic links. */
export type Place =
  /** `-`, `/dev/stdout`, `/dev/fd/N`: an open file of this process. */
  | { readonly kind: 'descriptor'; readonly fd: number }
  /** A character device or a FIFO: written to, never replaced. */
  | { readonly kind: 'stream'; readonly path: string }
  /** A regular file, by its real path. */
  | { readonly kind: 'file'; readonly path: string; readonly stats: Stats }
  /** Nothing is there yet. */
  | { readonly kind: 'new'; readonly path: string }
  /** Nothing can be written there. */
  | { readonly kind: 'refused'; readonly message: string };

/** The place that a path names. */
export function placeOf(path: string): Place {
  if (path === STDOUT) return { kind: 'descriptor', fd: STDOUT_DESCRIPTOR };
  try {
    const target = followed(path);
    if (typeof target === 'number') return { kind: 'descriptor', fd: target };
    const stats = statSync(target, { throwIfNoEntry: false });
    if (stats === undefined) return newPlace(path, target);
    if (stats.isFile()) return { kind: 'file', path: target, stats };
    if (stats.isCharacterDevice() || stats.isFIFO()) return { kind: 'stream', path: target };
    return { kind: 'refused', message: stats.isDirectory() ? 'is a folder' : 'is no regular file' };
  } catch (error) {
    return { kind: 'refused', message: `cannot write: ${systemErrorText(error)}` };
  }
}

function newPlace(path: string, target: string): Place {
  if (path === '' || path.endsWith('/')) return { kind: 'refused', message: 'names no file' };
  return { kind: 'new', path: target };
}

/** Why nothing can be written to a path, as far as that can be known before. */
export function whyNotWritable(path: string, overwrite: boolean): Problem | undefined {
  const place = placeOf(path);
  switch (place.kind) {
    case 'descriptor':
      return undefined;
    case 'refused':
      return { file: path, message: place.message };
    case 'stream':
      return whyNoAccess(path, place.path);
    case 'file':
      if (!overwrite) return { file: path, message: 'is there already; --force replaces it' };
      return whyNoAccess(path, place.path) ?? whyNoAccess(path, dirname(place.path));
    case 'new': {
      const folder = dirname(place.path);
      const stats = statSync(folder, { throwIfNoEntry: false });
      if (stats?.isDirectory()) return whyNoAccess(path, folder);
      return { file: path, message: 'cannot write: there is no such folder' };
    }
  }
}

function whyNoAccess(file: string, path: string): Problem | undefined {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return { file, message: `cannot write: ${systemErrorText(error)}` };
  }
}

/** The same text for two paths that name the same place. */
export function placeKey(path: string): string {
  const place = placeOf(path);
  if (place.kind === 'descriptor') return `descriptor ${place.fd}`;
  return place.kind === 'refused' ? resolve(path) : place.path;
}

/** Whether a path is `-`, `/dev/stdout` or what else leads to it. */
export function isStdout(path: string): boolean {
  const place = placeOf(path);
  return place.kind === 'descriptor' && place.fd === STDOUT_DESCRIPTOR;
}
