// SPDX-License-Identifier: GPL-2.0-only
/** Addresses written where page numbers belong: such a trace is refused from end to end. */

import type { MemoryRegion, Op } from '../hyp/op.js';
import { isPanic } from '../hyp/outcome.js';
import { listedPageNumbers, pageNumberOf } from '../ops/index.js';
import type { Expected, Trace } from './trace.js';

/** A page number in no memory region, that is an address in one. */
export interface LikelyAddress {
  readonly opIndex: number;
  /** As it is written, taken for a page number. */
  readonly written: number;
  /** The page that the address is in. */
  readonly page: number;
}

const PAGE_SIZE = 4096;

type Looked = Pick<Trace, 'ops' | 'machine' | 'expects'>;

/** Every such number of a trace, in order; not where the trace expects that it is refused. */
export function likelyAddresses({ ops, machine, expects }: Looked): LikelyAddress[] {
  const found: LikelyAddress[] = [];
  for (let i = 0; i < ops.length; i++) lookAt(ops[i], i, machine.memory, found);
  return found.filter(({ opIndex }) => !expectsRefusal(expects[opIndex]));
}

/** Whether an operation is expected to fail in every implementation that is named. */
export function expectsRefusal(expected: Expected): boolean {
  if (expected === undefined) return false;
  const outcomes = typeof expected === 'number' ? [expected] : [...expected.values()];
  return outcomes.every((outcome) => outcome < 0 || isPanic(outcome));
}

function lookAt(
  op: Op,
  opIndex: number,
  memory: readonly MemoryRegion[],
  found: LikelyAddress[],
): void {
  const number = pageNumberOf(op);
  if (number >= PAGE_SIZE) look(number, opIndex, memory, found);
  if (op.list.length === 0) return;
  for (const listed of listedPageNumbers(op)) look(listed, opIndex, memory, found);
}

function look(
  written: number,
  opIndex: number,
  memory: readonly MemoryRegion[],
  found: LikelyAddress[],
): void {
  if (isIn(memory, written)) return;
  const page = Math.floor(written / PAGE_SIZE);
  if (isIn(memory, page)) found.push({ opIndex, written, page });
}

function isIn(memory: readonly MemoryRegion[], page: number): boolean {
  for (const { pfn, pages } of memory) if (page >= pfn && page < pfn + pages) return true;
  return false;
}
