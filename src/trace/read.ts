// SPDX-License-Identifier: GPL-2.0-only
/**
 * Traces and recordings from files, one after the other. A problem never stops the rest: it is
 * yielded like a trace, where the trace would have been.
 */

import { isUtf8 } from 'node:buffer';
import { type Line, LineSplitter } from '../input/lines.js';
import { quoted } from '../input/printable.js';
import type { Problem } from '../input/problem.js';
import { NotGzip, Source } from '../input/source.js';
import { systemErrorText } from '../input/system_error.js';
import { findTraceFiles, type TraceFile } from './find.js';
import type { Parsed } from './compile_trace.js';
import type { Item } from './item.js';
import { OpenDocument } from './open_document.js';
import { pointerPosition } from './op_places.js';
import { MOST_PROBLEMS, type Parser } from './parse.js';
import type { Mode } from './validate.js';

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
  /** Called for each document in a folder that is no trace, with what it is; it is left out. */
  readonly onSkipped?: (skipped: Problem) => void;
}

const MIB = 1024 * 1024;
export const DEFAULT_LIMITS: Limits = { fileBytes: 256 * MIB, lineBytes: 64 * MIB };
const NEWLINE = 0x0a;

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
    const taken = new ProblemCounter(file.name);
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
      const place = pointerPosition(item.trace, '/name');
      yield* taken.pass(problemItem({ file: path, ...place, pointer: '/name', message }));
    }
    yield* taken.end();
  }
}

async function* readFile<M extends Mode>(
  parser: Parser<M>,
  file: TraceFile,
  options: ReadOptions,
): AsyncGenerator<Item<Parsed[M]>> {
  let source: Source;
  try {
    source = await Source.open(file.path);
  } catch (error) {
    yield cannotRead(file, error);
    return;
  }
  try {
    const chunks = source.chunks(options.onProgress);
    if (file.layout === 'either') {
      const begin = await beginning(chunks);
      const read = begin.isLines ? readLines : readWhole;
      yield* read(parser, file, source, begin.chunks, options);
    } else {
      const read = file.layout === 'lines' ? readLines : readWhole;
      yield* read(parser, file, source, chunks, options);
    }
  } catch (error) {
    yield cannotRead(file, error);
  } finally {
    await source.close();
  }
}

/** What a pipe begins with: whether that is a line with a whole document, and all its chunks. */
async function beginning(
  chunks: AsyncGenerator<Buffer>,
): Promise<{ isLines: boolean; chunks: AsyncGenerator<Buffer> }> {
  let head = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await chunks.next();
    if (!done) head = Buffer.concat([head, value]);
    const start = firstOf(head, (byte) => !BLANK.has(byte));
    const newline = start < 0 ? -1 : head.indexOf(NEWLINE, start);
    if (newline < 0 && !done && head.length < DEFAULT_LIMITS.lineBytes) continue;
    const line = head.subarray(Math.max(0, start), newline < 0 ? head.length : newline);
    const isLines = newline >= 0 && line.toString('latin1').trimEnd().endsWith('}');
    return { isLines, chunks: done ? justOne(head) : oneAndRest(head, chunks) };
  }
}

async function* justOne(head: Buffer): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
}

async function* oneAndRest(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}

function firstOf(bytes: Buffer, isWanted: (byte: number) => boolean): number {
  return bytes.findIndex(isWanted);
}

async function* readWhole<M extends Mode>(
  parser: Parser<M>,
  file: TraceFile,
  source: Source,
  chunks: AsyncGenerator<Buffer>,
  options: ReadOptions,
): AsyncGenerator<Item<Parsed[M]>> {
  const limit = options.limits?.fileBytes ?? DEFAULT_LIMITS.fileBytes;
  const kept: Buffer[] = [];
  let total = file.bytes > limit ? limit : 0;
  const before = await source.fingerprint();
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > limit) {
      yield problemItem({ file: file.name, message: `larger than ${sizeText(limit)}` });
      return;
    }
    kept.push(Buffer.from(chunk));
  }
  if (before !== (await source.fingerprint())) {
    yield changedItem(file);
    return;
  }
  yield* parseBytes(parser, Buffer.concat(kept), false, file, 1, options);
}

async function* readLines<M extends Mode>(
  parser: Parser<M>,
  file: TraceFile,
  source: Source,
  chunks: AsyncGenerator<Buffer>,
  options: ReadOptions,
): AsyncGenerator<Item<Parsed[M]>> {
  const limit = options.limits?.lineBytes ?? DEFAULT_LIMITS.lineBytes;
  const splitter = new LineSplitter(limit);
  const counter = new ProblemCounter(file.name);
  const opening = new OpenDocument(file.name);
  let isEmpty = true;
  const linesOf = function* (lines: Iterable<Line>): Generator<Item<Parsed[M]>> {
    for (const { number, bytes, isOwn } of lines) {
      if (bytes === undefined) {
        isEmpty = false;
        const message = `line longer than ${sizeText(limit)}`;
        yield* counter.pass(problemItem({ file: file.name, line: number, message }));
      } else if (!isBlank(bytes, number)) {
        isEmpty = false;
        if (opening.isOverLines(bytes)) return;
        const items = parseBytes(parser, bytes, isOwn, file, number, options);
        for (const item of opening.hold(bytes, number, items)) yield* counter.pass(item);
      }
    }
  };
  const before = await source.fingerprint();
  for await (const chunk of chunks) {
    yield* linesOf(splitter.push(chunk));
    if (opening.problem) break;
  }
  if (!opening.problem) yield* linesOf(splitter.end());
  if (opening.problem) yield opening.problem;
  else for (const item of opening.end()) yield* counter.pass(item);
  yield* counter.end();
  if (before !== (await source.fingerprint())) yield changedItem(file);
  else if (isEmpty) yield problemItem({ file: file.name, message: 'no traces in this file' });
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

const BYTE_ORDER_MARK = Buffer.from('\ufeff');

function* parseBytes<M extends Mode>(
  parser: Parser<M>,
  bytes: Buffer,
  isOwn: boolean,
  { name, isNamed }: TraceFile,
  line: number,
  { onSkipped }: ReadOptions,
): Generator<Item<Parsed[M]>> {
  if (!isUtf8(bytes)) {
    yield problemItem({ file: name, line, message: 'not valid UTF-8' });
    return;
  }
  const hasMark = line === 1 && bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const unmarked = hasMark ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
  const result = parser.parseBytes(unmarked, name, line, isOwn);
  if (result.ok) yield { kind: 'trace', trace: result.trace };
  else if (result.isOther && !isNamed) for (const other of result.problems) onSkipped?.(other);
  else for (const problem of result.problems) yield problemItem(problem);
}

const BLANK = new Set([0x20, 0x09, 0x0d, 0x0a]);

/** Whether a line has only white space, or is the first and has only a byte order mark. */
function isBlank(bytes: Buffer, line: number): boolean {
  const hasMark = line === 1 && bytes.subarray(0, 3).toString('latin1') === '\xef\xbb\xbf';
  for (let i = hasMark ? 3 : 0; i < bytes.length; i++) if (!BLANK.has(bytes[i])) return false;
  return true;
}

function problemItem(problem: Problem): { kind: 'problem'; problem: Problem } {
  return { kind: 'problem', problem };
}

function cannotRead({ name }: TraceFile, error: unknown): Item<never> {
  const message = error instanceof NotGzip ? error.message : systemErrorText(error);
  return problemItem({ file: name, message: `cannot read: ${message}` });
}

function changedItem({ name }: TraceFile): Item<never> {
  return problemItem({ file: name, message: 'the file changed while it was read' });
}

function sizeText(bytes: number): string {
  return bytes % MIB === 0 ? `${bytes / MIB} MiB` : `${bytes} bytes`;
}
