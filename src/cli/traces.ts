// SPDX-License-Identifier: GPL-2.0-only
/** Traces for a command: found, read, and checked for what only the command line knows. */

import { BootError } from '../hyp/boot.js';
import { findImplementation } from '../implementations.js';
import { shownName } from '../input/printable.js';
import { type Problem, pointerToken } from '../input/problem.js';
import { didYouMean } from '../input/suggest.js';
import {
  expectsRefusal,
  findTraceFiles,
  type LikelyAddress,
  likelyAddresses,
  Parser,
  pointerPosition,
  type Recording,
  readFiles,
  type Trace,
} from '../trace/index.js';
import type { Context } from './context.js';
import { bundledTraces } from './context.js';
import { implementationNames } from './options.js';
import { Progress } from './progress.js';
import { UnreadInput } from './unread_input.js';

/** Every trace of the inputs, the bundled ones if there are none. Problems are reported. */
export async function* tracesOf(
  inputs: readonly string[],
  context: Context,
  progressWanted: boolean,
): AsyncGenerator<Trace> {
  if (inputs.length > 0) yield* read(Parser.ofTraces(), inputs, context, progressWanted);
  else yield* bundled(context, progressWanted);
}

/** The bundled traces, unless standard input has others. */
async function* bundled(context: Context, progressWanted: boolean): AsyncGenerator<Trace> {
  const unread = await UnreadInput.watch();
  try {
    if (!unread.problem) {
      for await (const trace of read(
        Parser.ofTraces(),
        [bundledTraces()],
        context,
        progressWanted,
      )) {
        yield trace;
        if (unread.problem) break;
      }
    }
    if (unread.problem) context.problem(unread.problem);
  } finally {
    unread.close();
  }
}

/** Every recording of the inputs. Problems are reported. */
export async function* recordingsOf(
  inputs: readonly string[],
  context: Context,
): AsyncGenerator<Recording> {
  yield* read(Parser.ofRecordings(), inputs, context, true);
}

async function* read<M extends 'trace' | 'recording'>(
  parser: Parser<M>,
  inputs: readonly string[],
  context: Context,
  progressWanted: boolean,
): AsyncGenerator<M extends 'trace' ? Trace : Recording> {
  const { files, problems } = await findTraceFiles(inputs);
  for (const problem of problems) context.problem(problem);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const progress = new Progress(bytes, progressWanted);
  context.beforeLine = progress.clear;
  let sinceBreath = 0;
  try {
    const options = { onProgress: progress.advance, onSkipped: context.note };
    for await (const item of readFiles(parser, files, options)) {
      if (context.stopped) return;
      if (item.kind === 'problem') {
        context.problem(item.problem);
        continue;
      }
      for (const problem of unknownImplementations(item.trace)) context.problem(problem);
      if (!('results' in item.trace)) warnOfAddresses(item.trace, context);
      yield item.trace as M extends 'trace' ? Trace : Recording;
      sinceBreath += item.trace.ops.length;
      if (sinceBreath > OPS_A_BREATH) {
        sinceBreath = 0;
        await context.breathe();
      }
    }
  } finally {
    progress.clear();
    context.beforeLine = undefined;
  }
}

/** Operations between two looks at signals. */
const OPS_A_BREATH = 20_000;

/** Tells addresses where page numbers belong: one line a trace. */
function warnOfAddresses(trace: Trace, context: Context): void {
  const [first, ...more] = likelyAddresses(trace);
  if (first === undefined) return;
  const written = `0x${first.written.toString(16)}`;
  const others = more.length === 0 ? '' : `; ${more.length} more like it in this trace`;
  context.warn({
    ...placeOf(trace, addressPointer(trace, first)),
    message:
      `${shownName(trace.name)}: page number ${written} is in no memory region, but is an address ` +
      `in one: did you mean page 0x${first.page.toString(16)}?${others}`,
  });
}

/** The number itself: a parameter of the operation, or one of a list. */
function addressPointer({ source }: Trace, { opIndex, written }: LikelyAddress): string {
  const op = `/ops/${opIndex}`;
  for (const [key, value] of Object.entries(source[opIndex])) {
    if (isWritten(value, written)) return `${op}/${key}`;
    const at = Array.isArray(value) ? value.findIndex((item) => isWritten(item, written)) : -1;
    if (at >= 0) return `${op}/${key}/${at}`;
  }
  return op;
}

function isWritten(value: unknown, number: number): boolean {
  return (typeof value === 'number' || typeof value === 'string') && Number(value) === number;
}

/** A problem's place: where a JSON pointer leads in the file of a trace. */
function placeOf(trace: Trace, pointer: string): Omit<Problem, 'message'> {
  return { file: trace.file, ...pointerPosition(trace, pointer), pointer };
}

/** Tells a trace none of whose operations was accepted, unless it expects just that. */
export function warnOfRefusals(trace: Trace, context: Context): void {
  if (trace.expects.every(expectsRefusal)) return;
  const { length } = trace.ops;
  context.warn({
    ...placeOf(trace, '/ops'),
    message: `${shownName(trace.name)}: nothing was accepted: ${length === 1 ? 'its one operation was' : `each of its ${length} operations was`} refused`,
  });
}

/** Expectations that name an implementation there is not. */
function unknownImplementations(trace: Trace): Problem[] {
  const problems: Problem[] = [];
  const check = (names: Iterable<string>, pointer: string) => {
    for (const name of names) {
      if (findImplementation(name)) continue;
      problems.push({
        ...placeOf(trace, `${pointer}/${pointerToken(name)}`),
        message: `unknown implementation "${name}"${didYouMean(name, implementationNames())}`,
      });
    }
  };
  trace.expects.forEach((expected, index) => {
    if (typeof expected === 'object') check(expected.keys(), `/ops/${index}/expect`);
  });
  trace.expectStates?.forEach((expected, index) => {
    if (expected) check(expected.byImplementation.keys(), `/ops/${index}/expect_state`);
  });
  return problems;
}

/** Runs something that boots a machine; a trace whose machine cannot boot is a problem. */
export function booted<T>(trace: Trace, context: Context, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    context.problem(tooSmall(trace, error));
    return undefined;
  }
}

/** As `booted()`, for what takes its time. */
export async function bootedLater<T>(
  trace: Trace,
  context: Context,
  run: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    context.problem(tooSmall(trace, error));
    return undefined;
  }
}

/** The problem that a machine does not boot; anything else is thrown on. */
function tooSmall(trace: Trace, error: unknown): Problem {
  if (!(error instanceof BootError)) throw error;
  return {
    ...placeOf(trace, '/machine/hyp_carveout'),
    message: `${shownName(trace.name)}: the machine is too small to boot: ${error.message}`,
  };
}
