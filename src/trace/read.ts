// SPDX-License-Identifier: GPL-2.0-only
/**
 * Traces and recordings from files, one after the other. A problem never stops the rest: it is
 * yielded like a trace, where the trace would have been.
 */

import { isUtf8 } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { type Line, LineSplitter } from '../input/lines.js';
import { quoted } from '../input/printable.js';
import type { Problem } from '../input/problem.js';
import { systemErrorText } from '../input/system_error.js';
import { findTraceFiles, type TraceFile } from './find.js';
import { MOST_PROBLEMS, type Parsed, type Parser } from './parse.js';
import type { Mode } from './validate.js';

/** What a reader yields. */
export type Item<T> =
  | { readonly kind: 'trace'; readonly trace: T }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Sizes in bytes above which nothing is read into memory. */
export interface Limits {
  /** A whole `.json` file: 256 MiB. */
  readonly fileBytes: number;
  /** A line of a `.jsonl` file: 64 MiB. */
  readonly lineBytes: number;
}

export interface ReadOptions {
  readonly limits?: Partial<Limits>;
  /** Called with the bytes just read from a file, before their traces are yielded. */
  readonly onProgress?: (bytes: number) => void;
}

const MIB = 1024 * 1024;
export const DEFAULT_LIMITS: Limits = { fileBytes: 256 * MIB, lineBytes: 64 * MIB };
const CHUNK_BYTES = 256 * 1024;

/**
 * Every trace of every input (files, folders, globs: see `findTraceFiles`), in order. A trace whose
 * name an earlier one has is a problem.
 */
export async function* readInputs<M extends Mode>(
  parser: Parser<M>,
  inputs: readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<Item<Parsed[M]>> {
  const { files, problems } = await findTraceFiles(inputs);
  for (const problem of problems) yield { kind: 'problem', problem };
  yield* readFiles(parser, files, options);
}

/** Every trace of the files, as `readInputs`. */
export async function* readFiles<M extends Mode>(
  parser: Parser<M>,
  files: readonly TraceFile[],
  options: ReadOptions = {},
): AsyncGenerator<Item<Parsed[M]>> {
  const places = new Map<string, { file: string; line: number }>();
  for (const file of files) {
    const taken = new ProblemCounter(file.path);
    for await (const item of readFile(parser, file, options)) {
      if (item.kind === 'problem') {
        yield item;
        continue;
      }
      const { name, file: path, line } = item.trace;
      const first = places.get(name);
      if (first === undefined) {
        places.set(name, { file: path, line });
        yield item;
        continue;
      }
      const message = `the name ${quoted(name)} is taken by the trace at ${first.file}:${first.line}`;
      yield* taken.pass(problemItem({ file: path, line, pointer: '/name', message }));
    }
    yield* taken.end();
  }
}

async function* readFile<M extends Mode>(
  parser: Parser<M>,
  file: TraceFile,
  options: ReadOptions,
): AsyncGenerator<Item<Parsed[M]>> {
  let handle: FileHandle;
  try {
    handle = await open(file.path);
  } catch (error) {
    yield cannotRead(file, error);
    return;
  }
  try {
    const read = file.isLines ? readLines : readWhole;
    yield* read(parser, file, handle, options);
  } finally {
    await handle.close();
  }
}

async function* readWhole<M extends Mode>(
  parser: Parser<M>,
  file: TraceFile,
  handle: FileHandle,
  { limits, onProgress }: ReadOptions,
): AsyncGenerator<Item<Parsed[M]>> {
  const limit = limits?.fileBytes ?? DEFAULT_LIMITS.fileBytes;
  const chunks: Buffer[] = [];
  let total = file.bytes > limit ? limit : 0;
  let hasChanged = false;
  try {
    const before = await fingerprint(handle);
    for await (const chunk of chunksOf(handle)) {
      total += chunk.length;
      if (total > limit) {
        yield problemItem({ file: file.path, message: `larger than ${sizeText(limit)}` });
        return;
      }
      chunks.push(Buffer.from(chunk));
      onProgress?.(chunk.length);
    }
    hasChanged = before !== (await fingerprint(handle));
  } catch (error) {
    yield cannotRead(file, error);
    return;
  }
  if (hasChanged) {
    yield changedItem(file);
    return;
  }
  yield* parseBytes(parser, Buffer.concat(chunks), file.path, 1);
}

async function* readLines<M extends Mode>(
  parser: Parser<M>,
  file: TraceFile,
  handle: FileHandle,
  { limits, onProgress }: ReadOptions,
): AsyncGenerator<Item<Parsed[M]>> {
  const limit = limits?.lineBytes ?? DEFAULT_LIMITS.lineBytes;
  const splitter = new LineSplitter(limit);
  const counter = new ProblemCounter(file.path);
  let isEmpty = true;
  const linesOf = function* (lines: Iterable<Line>): Generator<Item<Parsed[M]>> {
    for (const { number, bytes } of lines) {
      if (bytes === undefined) {
        isEmpty = false;
        const message = `line longer than ${sizeText(limit)}`;
        yield* counter.pass(problemItem({ file: file.path, line: number, message }));
      } else if (!isBlank(bytes, number)) {
        isEmpty = false;
        for (const item of parseBytes(parser, bytes, file.path, number)) yield* counter.pass(item);
      }
    }
  };
  try {
    const before = await fingerprint(handle);
    for await (const chunk of chunksOf(handle)) {
      onProgress?.(chunk.length);
      yield* linesOf(splitter.push(chunk));
    }
    yield* linesOf(splitter.end());
    yield* counter.end();
    if (before !== (await fingerprint(handle))) yield changedItem(file);
    else if (isEmpty) yield problemItem({ file: file.path, message: 'no traces in this file' });
  } catch (error) {
    yield cannotRead(file, error);
  }
}

/** Lets through the first problems of a file and counts the others. */
class ProblemCounter {
  private seen = 0;

  constructor(private readonly file: string) {}

  *pass<T>(item: Item<T>): Generator<Item<T>> {
    if (item.kind === 'problem' && ++this.seen > MOST_PROBLEMS) return;
    yield item;
  }

  *end(): Generator<Item<never>> {
    const hidden = this.seen - MOST_PROBLEMS;
    if (hidden <= 0) return;
    const message = `and ${hidden} more ${hidden === 1 ? 'problem' : 'problems'} in this file`;
    yield problemItem({ file: this.file, message });
  }
}

async function* chunksOf(handle: FileHandle): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

const BYTE_ORDER_MARK = 0xfeff;

function* parseBytes<M extends Mode>(
  parser: Parser<M>,
  bytes: Buffer,
  file: string,
  line: number,
): Generator<Item<Parsed[M]>> {
  if (!isUtf8(bytes)) {
    yield problemItem({ file, line, message: 'not valid UTF-8' });
    return;
  }
  const text = bytes.toString('utf8');
  const hasMark = line === 1 && text.charCodeAt(0) === BYTE_ORDER_MARK;
  const result = parser.parse(hasMark ? text.slice(1) : text, file, line);
  if (result.ok) yield { kind: 'trace', trace: result.trace };
  else for (const problem of result.problems) yield problemItem(problem);
}

const BLANK = new Set([0x20, 0x09, 0x0d, 0x0a]);

/** Whether a line has only white space, or is the first and has only a byte order mark. */
function isBlank(bytes: Buffer, line: number): boolean {
  const hasMark = line === 1 && bytes.subarray(0, 3).toString('latin1') === '\xef\xbb\xbf';
  for (let i = hasMark ? 3 : 0; i < bytes.length; i++) if (!BLANK.has(bytes[i])) return false;
  return true;
}

/** What changes when a file is written to; the same always for what is no regular file. */
async function fingerprint(handle: FileHandle): Promise<string> {
  const stats = await handle.stat({ bigint: true });
  return stats.isFile() ? `${stats.size} ${stats.mtimeNs}` : '';
}

function problemItem(problem: Problem): { kind: 'problem'; problem: Problem } {
  return { kind: 'problem', problem };
}

function cannotRead(file: TraceFile, error: unknown): Item<never> {
  return problemItem({ file: file.path, message: `cannot read: ${systemErrorText(error)}` });
}

function changedItem(file: TraceFile): Item<never> {
  return problemItem({ file: file.path, message: 'the file changed while it was read' });
}

function sizeText(bytes: number): string {
  return bytes % MIB === 0 ? `${bytes / MIB} MiB` : `${bytes} bytes`;
}
