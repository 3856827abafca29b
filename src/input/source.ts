// SPDX-License-Identifier: GPL-2.0-only
/**
 * The bytes of an input, as a stream: of a file, of a pipe, of standard input, unpacked if they are
 * packed with gzip.
 */

import { close, fstat, open, read } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { followed } from './descriptor.js';

/** How standard input is named where a file is. */
export const STDIN = '-';
const STDIN_DESCRIPTOR = 0;
/** What problems and reports call it. */
export const STDIN_NAME = '<stdin>';

const CHUNK_BYTES = 256 * 1024;
const GZIP_MAGIC = [0x1f, 0x8b];
const MS_BETWEEN_TRIES = 5;

/** The bytes named as gzip are none, or not whole. */
export class NotGzip extends Error {}

const SYSTEM_FOLDERS = /^\/(dev|proc)\//;

/** The descriptor that a path stands for, or undefined: it is one to be opened. */
export function inputDescriptor(path: string): number | undefined {
  if (path === STDIN) return STDIN_DESCRIPTOR;
  if (!SYSTEM_FOLDERS.test(path)) return undefined;
  const target = followed(path);
  return typeof target === 'number' ? target : undefined;
}

/** An open input. */
export class Source {
  private constructor(
    private readonly fd: number,
    private readonly isOurs: boolean,
    private readonly isNamedGzip: boolean,
  ) {}

  /** Opens a path; `-` and `/dev/stdin` are read from where they stand. */
  static async open(path: string): Promise<Source> {
    const isGzip = path.endsWith('.gz');
    const fd = inputDescriptor(path);
    if (fd !== undefined) return new Source(fd, false, isGzip);
    return new Source(await promisify(open)(path, 'r'), true, isGzip);
  }

  async close(): Promise<void> {
    if (this.isOurs) await promisify(close)(this.fd);
  }

  /** What changes when a file is written to; the same always for what is no regular file. */
  async fingerprint(): Promise<string> {
    const stats = await promisify(fstat)(this.fd, { bigint: true });
    return stats.isFile() ? `${stats.size} ${stats.mtimeNs}` : '';
  }

  /**
   * The bytes, unpacked; a chunk is good until the next is asked for.
   * @param onRead called with the number of bytes just read, packed ones
   * @throws NotGzip when they cannot be unpacked
   */
  async *chunks(onRead?: (bytes: number) => void): AsyncGenerator<Buffer> {
    const raw = this.raw(onRead);
    const { head, isDone } = await this.magic(raw);
    const isGzip = GZIP_MAGIC.every((byte, i) => head[i] === byte);
    if (this.isNamedGzip && !isGzip) throw new NotGzip('not a gzip file, by its first bytes');
    const all = isDone ? once(head) : withHead(head, raw);
    yield* isGzip ? unpacked(all) : all;
  }

  /** The first chunk or chunks, with at least two bytes if there are as many. */
  private async magic(raw: AsyncGenerator<Buffer>): Promise<{ head: Buffer; isDone: boolean }> {
    let head: Buffer = Buffer.alloc(0);
    while (head.length < GZIP_MAGIC.length) {
      const { value, done } = await raw.next();
      if (done) return { head, isDone: true };
      head = head.length === 0 ? value : Buffer.concat([head, value]);
    }
    return { head, isDone: false };
  }

  private async *raw(onRead?: (bytes: number) => void): AsyncGenerator<Buffer> {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const length = await this.readSome(buffer);
      if (length === 0) return;
      onRead?.(length);
      yield buffer.subarray(0, length);
    }
  }

  /** How many bytes there were; a pipe that does not wait for its writer is asked again. */
  private async readSome(buffer: Buffer): Promise<number> {
    for (;;) {
      try {
        return (await promisify(read)(this.fd, buffer, 0, buffer.length, null)).bytesRead;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        await setTimeout(MS_BETWEEN_TRIES);
      }
    }
  }
}

async function* once(chunk: Buffer): AsyncGenerator<Buffer> {
  if (chunk.length > 0) yield chunk;
}

async function* withHead(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  // A copy: the buffer it lies in is read into again when the rest is asked for.
  yield Buffer.from(head);
  yield* rest;
}

async function* unpacked(packed: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const copies = Readable.from(copied(packed), { objectMode: false });
  const gunzip = createGunzip();
  copies.on('error', (error) => gunzip.destroy(error));
  try {
    yield* copies.pipe(gunzip) as AsyncIterable<Buffer>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) throw new NotGzip(`broken gzip: ${message}`);
    throw error;
  } finally {
    copies.destroy();
    gunzip.destroy();
  }
}

async function* copied(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}
