// SPDX-License-Identifier: GPL-2.0-only
/**
 * Moving traces to a real machine. The machine has the trace's memory region by region, moved by a
 * multiple of 1 GiB, and the pages of the trace's carve-out are hyp's own there: so pages keep
 * their neighbours, their blocks, and every edge of memory.
 */

import { type MachineConfig, type MemoryRegion, type Op, OpCode } from '../hyp/op.js';
import { mapPages, pageRanges } from '../ops/index.js';
import type { NotCompared, Placement } from '../side/side.js';
import type { Trace } from '../trace/index.js';
import type { Board } from './boot/board.js';

/** Page numbers from here on are no addresses of a host's stage 2 (40 bits): they stay. */
const END_OF_INPUT = 2 ** 28;
/** Most pages of memory, 8 GiB: the kernel's own description of them takes 1/64 as much. */
const MOST_PAGES = 2 ** 21;
/** Pools that a kernel has in any case; smaller ones are what a trace is about. */
const FEW_PAGES = 64;

/** Whether a machine can be had, and why not. */
export function machineProblem({ memory, carveout }: MachineConfig): string | undefined {
  const pages = memory.reduce((sum, region) => sum + region.pages, 0);
  if (pages > MOST_PAGES) return `${pages} pages of memory, more than the emulated machine gets`;
  if (carveout.hpool_pages < FEW_PAGES || carveout.host_s2_pages < FEW_PAGES) {
    return `pools of ${carveout.hpool_pages} and ${carveout.host_s2_pages} pages: a kernel makes its own as large as it needs them`;
  }
  for (const [index, region] of memory.entries()) {
    const next = memory[index + 1];
    if (next && next.pfn === region.pfn + region.pages && next.nomap === region.nomap) {
      return 'regions of memory that touch: a kernel takes them for one';
    }
  }
  const last = memory.at(-1);
  if (
    last &&
    last.pfn + last.pages > END_OF_INPUT / 2 &&
    (memory[0]?.pfn ?? 0) < END_OF_INPUT / 4
  ) {
    return 'regions of memory further apart than the emulated machine reaches';
  }
  return undefined;
}

/** Moves page numbers of traces to those of a board, and back. */
export class Mover {
  constructor(
    private readonly shift: number,
    private readonly memory: readonly MemoryRegion[],
  ) {}

  page(pfn: number): number {
    const isAddress = pfn < END_OF_INPUT - Math.max(this.shift, 0);
    const moved = pfn + this.shift;
    return isAddress && moved >= 0 ? moved : pfn;
  }

  original(pfn: number): number {
    const moved = pfn - this.shift;
    return moved >= 0 && this.page(moved) === pfn ? moved : -1;
  }

  /** A range keeps its length, or is one that a move would change. */
  isWhole(first: number, pages: number): boolean {
    if (pages === 0 || pages > 2 ** 51) return true;
    const end = first + pages;
    if (this.page(first) - first === this.page(end) - end) return true;
    // Ends beyond everything: a gap stays the gap it is.
    const last = this.memory.at(-1);
    return last === undefined || first >= last.pfn + last.pages;
  }
}

/** The machine that the model gets: the trace's, moved, with the memory of the kernel itself. */
export function placedMachine(
  config: MachineConfig,
  board: Board,
  kernelMemory: readonly MemoryRegion[],
  debug: boolean,
): MachineConfig {
  const { carveout } = config;
  return {
    ...config,
    nvhe_el2_debug: debug,
    memory: kernelMemory,
    carveout: { ...carveout, pfn: carveout.pfn + board.shift },
  };
}

/**
 * Moves a trace.
 * @param cannot why the kernel cannot be asked for an operation at all
 */
export function placeTrace(
  trace: Trace,
  machine: MachineConfig,
  mover: Mover,
  cannot: (op: Op) => string | undefined,
): Placement | NotCompared {
  const ops: Op[] = [];
  const without = new Map<number, string>();
  for (const [index, op] of trace.ops.entries()) {
    const moved = moveOp(op, mover);
    const reason = typeof moved === 'string' ? moved : (poolProblem(moved, machine) ?? cannot(op));
    if (reason !== undefined) without.set(index, reason);
    ops.push(typeof moved === 'string' ? op : moved);
  }
  return {
    trace: { ...trace, machine, ops },
    without,
    original: (pfn) => mover.original(pfn),
  };
}

/** The pools of a kernel lie elsewhere: the pages that are pools in the trace have no references. */
function poolProblem(op: Op, { carveout }: MachineConfig): string | undefined {
  if (op.code !== OpCode.__pkvm_hyp_donate_host) return undefined;
  const last = carveout.pfn + carveout.hpool_pages + carveout.host_s2_pages;
  const isOfPools = pageRanges(op).some(
    ({ start, end }) => start < last && end > carveout.pfn && end < 2 ** 51,
  );
  return isOfPools
    ? 'a page of the pools is given away: those of a kernel lie elsewhere'
    : undefined;
}

/** The operation on moved pages, or why it cannot be moved. */
function moveOp(op: Op, mover: Mover): Op | string {
  for (const { start, end } of pageRanges(op)) {
    if (mover.isWhole(start, end - start)) continue;
    return `a range from page 0x${start.toString(16)} over 0x${(end - start).toString(16)} pages, of which only a part can be moved`;
  }
  return mapPages(op, (pfn) => mover.page(pfn));
}
