// SPDX-License-Identifier: GPL-2.0-only
/**
 * Checkpoints in files: a header of JSON on the first line, then the states as raw words. A file is
 * replaced whole or not at all, so a run that is killed while it writes leaves the one before.
 */

import { open } from 'node:fs/promises';
import { KeyLayout } from '../../explore/state/key.js';
import type { Checkpoint, CheckpointHeader } from '../../explore/search/checkpoint.js';
import { CheckpointError } from '../../explore/search/checkpoint.js';
import type { Problem } from '../../input/problem.js';
import { writeWhole } from '../../output/write_file.js';

const NEWLINE = 10;
const CHUNK = 1 << 26;
const LONGEST_HEADER = 1 << 28;

/** Saves a checkpoint, whole or not at all; the problem, if it could not. */
export function writeCheckpoint(
  path: string,
  checkpoint: Checkpoint,
): Promise<Problem | undefined> {
  return writeWhole(path, piecesOf(checkpoint), { overwrite: true });
}

function* piecesOf({ header, states }: Checkpoint): Generator<string | Uint8Array> {
  yield `${JSON.stringify(header)}\n`;
  for (const { buffer, byteOffset, byteLength } of [states.keys, states.parents, states.actions]) {
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

/**
 * Reads a checkpoint; undefined if there is no file.
 * @throws CheckpointError when it is not one, or not all of it is there
 */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { header, length } = await readHeader(file);
    const keyWords = header.states * wordsOf(header);
    const keys = new Int32Array(keyWords);
    const parents = new Int32Array(header.states);
    const actions = new Uint16Array(header.states);
    let at = length;
    for (const array of [keys, parents, actions]) {
      at = await fill(file, new Uint8Array(array.buffer), at);
    }
    return { header, states: { keys, parents, actions } };
  } finally {
    await file.close();
  }
}

type File = Awaited<ReturnType<typeof open>>;

async function readHeader(file: File): Promise<{ header: CheckpointHeader; length: number }> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < LONGEST_HEADER) {
    const chunk = Buffer.alloc(1 << 16);
    const { bytesRead } = await file.read(chunk, 0, chunk.length, length);
    const end = chunk.subarray(0, bytesRead).indexOf(NEWLINE);
    chunks.push(chunk.subarray(0, end < 0 ? bytesRead : end));
    length += end < 0 ? bytesRead : end + 1;
    if (end >= 0) return { header: parseHeader(Buffer.concat(chunks).toString()), length };
    if (bytesRead === 0) break;
  }
  throw new CheckpointError('it is no checkpoint');
}

function parseHeader(text: string): CheckpointHeader {
  try {
    const header = JSON.parse(text) as CheckpointHeader;
    if (header.format === 'pkvm-exploration/1') return header;
  } catch {
    // Told below.
  }
  throw new CheckpointError('it is no checkpoint');
}

function wordsOf({ bits }: CheckpointHeader): number {
  return KeyLayout.ofBits(bits).words;
}

async function fill(file: File, bytes: Uint8Array, from: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const length = Math.min(CHUNK, bytes.length - done);
    const { bytesRead } = await file.read(bytes, done, length, from + done);
    if (bytesRead === 0) throw new CheckpointError('it is cut short');
    done += bytesRead;
  }
  return from + done;
}
