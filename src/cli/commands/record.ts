// SPDX-License-Identifier: GPL-2.0-only
/** `record`: what a real host asks of its hypervisor, as a trace. */

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import { systemErrorText } from '../../input/system_error.js';
import { isStdout, STDOUT, whyNotWritable } from '../../output/place.js';
import type { RecordedTrace } from '../../real/index.js';
import { wrap } from '../../report/wrap.js';
import { SideError } from '../../side/side.js';
import { type TraceContent, writeTrace } from '../../trace/index.js';
import { cacheFolder } from '../cache_folder.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_EQUAL } from '../exit_codes.js';
import { parseCount } from '../options.js';

interface RecordFlags {
  out: string;
  init?: string;
  memory: number;
  limit: number;
  fromBoot?: boolean;
  force?: boolean;
  cache: boolean;
}

const DEFAULT_MEMORY = 256;
const DEFAULT_LIMIT = 300;
const WIDTH = 80;

export function recordCommand(context: Context): Command {
  return new Command('record')
    .description('boot a kernel, let its host run VMs, and write what it asks of the hypervisor')
    .argument('<path>', 'an arm64 Image, plain or compressed with gzip, or a Debian package')
    .requiredOption('--out <file>', 'the trace, "-" for standard output')
    .option('--init <cpio>', 'the initramfs to boot, in which /init runs VMs and powers off')
    .option('--memory <MiB>', 'memory of the machine', parseCount(128), DEFAULT_MEMORY)
    .option('--limit <seconds>', 'how long the machine may run', parseCount(1), DEFAULT_LIMIT)
    .option('--from-boot', 'also what the kernel asks for before its first program')
    .option('--force', 'replace a file that is there')
    .option('--no-cache', 'keep no saved state, and use none')
    .addHelpText(
      'after',
      `
Every operation has as "expect" what the hypervisor answered. Without --init a
small program makes two VMs on the same memory, lets them run, takes pages from
them and closes them. What a trace cannot hold is left out, and counted.

Example:
  $ pkvm-tracediff record kernels/6.16-vmlinuz --out recorded.json
  $ pkvm-tracediff replay recorded.json --impl legacy,direct`,
    )
    .action(async (path: string, flags: RecordFlags) => {
      process.exitCode = await record(path, flags, context);
    });
}

async function record(path: string, flags: RecordFlags, context: Context): Promise<number> {
  const refused = whyNotWritable(flags.out, flags.force === true);
  if (refused) context.problem(refused);
  const initramfs = flags.init === undefined ? undefined : await read(flags.init, context);
  if (context.problems > 0) return EXIT_BAD_INPUT;
  const recorded = await recordOrTell(path, flags, initramfs, context);
  if (!recorded) return EXIT_BAD_INPUT;
  const trace = traceOf(recorded, flags);
  const problem = await writeTrace(flags.out, trace, { overwrite: flags.force === true });
  if (problem) {
    context.problem(problem);
    return EXIT_BAD_INPUT;
  }
  const tell = (line: string) =>
    isStdout(flags.out) ? context.complain(line) : context.print(line);
  for (const line of summaryOf(recorded, flags.out)) tell(line);
  return EXIT_EQUAL;
}

async function read(path: string, context: Context): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    context.problem({ file: path, message: `cannot read: ${systemErrorText(error)}` });
    return undefined;
  }
}

async function recordOrTell(
  path: string,
  flags: RecordFlags,
  initramfs: Buffer | undefined,
  context: Context,
): Promise<RecordedTrace | undefined> {
  const { recordKernel } = await import('../../real/index.js');
  try {
    return await recordKernel(path, {
      cache: flags.cache ? cacheFolder() : undefined,
      progress: (message) => context.status(message),
      signal: context.signal,
      initramfs,
      memoryMib: flags.memory,
      limitMs: 1000 * flags.limit,
      fromBoot: flags.fromBoot === true,
    });
  } catch (error) {
    if (!(error instanceof SideError)) throw error;
    context.problem({ file: path, message: error.message });
    for (const line of error.seen) context.complain(`  ${line}`);
    return undefined;
  } finally {
    context.status(undefined);
  }
}

const FAULTS =
  "Its host faults have no expected outcome: this kernel keeps the host's states in its stage 2, so it splits blocks where others do not.";

function traceOf(recorded: RecordedTrace, { out, init, fromBoot }: RecordFlags): TraceContent {
  const file = out === STDOUT || isStdout(out) ? 'recorded' : basename(out);
  const host = init === undefined ? 'the VMs of record' : basename(init);
  const omitted = countOf(recorded.leftOut);
  const sentences = [
    `Recorded from ${recorded.what}: ${host}, ${fromBoot ? 'and the kernel from when it is held to what it owns' : 'from the first program on'}.`,
    ...(omitted > 0 ? [`${omitted} hypercalls that are no operations are left out.`] : []),
    ...(recorded.splitsBlocks ? [FAULTS] : []),
  ];
  return {
    name: file.replace(/\.json$/, '') || 'recorded',
    description: sentences.join(' '),
    machine: recorded.machine,
    source: recorded.source,
  };
}

function countOf(leftOut: ReadonlyMap<string, number>): number {
  return [...leftOut.values()].reduce((sum, count) => sum + count, 0);
}

/** What was recorded, by operation, and what was not. */
function summaryOf(recorded: RecordedTrace, out: string): string[] {
  const { source, opening, leftOut, end, splitsBlocks, what } = recorded;
  const asked = source.slice(opening.ops.length);
  const lines = [`${out}: ${asked.length} operations of ${what}`];
  lines.push(...listed(asked.map(({ op }) => [op, 1])));
  if (opening.ops.length > 0) {
    lines.push(
      `before them ${opening.ops.length} that stand for what the hypervisor had since boot`,
    );
  }
  if (opening.lent > 0) {
    const pages = opening.lent === 1 ? '1 page' : `${opening.lent} pages`;
    lines.push(`lent to the host by the hypervisor, and the host's in the trace: ${pages}`);
  }
  if (splitsBlocks) lines.push(FAULTS);
  if (leftOut.size > 0) {
    lines.push(`left out: ${countOf(leftOut)} hypercalls that are no operations of a trace`);
    lines.push(...listed([...leftOut]));
  }
  if (end.kind === 'panic') lines.push(`the hypervisor panicked in the last one, at ${end.at}`);
  if (end.kind === 'cannot') lines.push(`recorded up to here: ${end.reason}`);
  return lines.flatMap((line) => (line.startsWith(' ') ? [line] : wrap(line, WIDTH)));
}

/** Names with how often each occurs, the most frequent first. */
function listed(counts: readonly (readonly [string, number])[]): string[] {
  const sums = new Map<string, number>();
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
  const sorted = [...sums].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const width = Math.max(...sorted.map(([, count]) => String(count).length), 0);
  return sorted.map(([name, count]) => `  ${String(count).padStart(width)}  ${name}`);
}
