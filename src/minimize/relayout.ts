// SPDX-License-Identifier: GPL-2.0-only
/**
 * A candidate on a machine with nothing to spare: one region, the carve-out at its start, the pages
 * the operations name close behind it in the same order, neighbours staying neighbours.
 */

import type { MachineConfig } from '../hyp/op.js';
import { mapPages, type PageMap, type PageRange, pageRanges } from '../ops/index.js';
import { CANONICAL_BASE, type Candidate, namesExpectedPages } from './candidate.js';

/** Pools to go with the layout. */
export interface Pools {
  readonly hpool_pages: number;
  readonly host_s2_pages: number;
}

/** Even and odd pages stay so: a PGD lies on an even one. */
const ALIGN = 2;

/** The candidate laid out anew; undefined where its operations name more than memory. */
export function relayout({ machine, steps }: Candidate, pools: Pools): Candidate | undefined {
  if (namesExpectedPages({ machine, steps })) return undefined;
  const ranges = steps.flatMap(({ op }) => pageRanges(op));
  if (!ranges.every((range) => isMemory(machine, range))) return undefined;
  const moves = poolMoves(machine.carveout, pools);
  const outside: PageRange[] = [];
  for (const range of ranges) {
    if (moves.some((move) => range.start >= move.start && range.end <= move.end)) continue;
    if (overlapsCarveout(machine, range)) return undefined;
    outside.push(range);
  }
  let next = CANONICAL_BASE + pools.hpool_pages + pools.host_s2_pages;
  for (const { start, end } of joined(outside)) {
    const to = next + ((start - next) & (ALIGN - 1));
    moves.push({ start, end, to });
    next = to + (end - start);
  }
  const map: PageMap = (page) => {
    const move = moves.find(({ start, end }) => page >= start && page < end);
    return move ? move.to + (page - move.start) : page;
  };
  const config: MachineConfig = {
    ...machine,
    memory: [{ pfn: CANONICAL_BASE, pages: next - CANONICAL_BASE, nomap: false }],
    carveout: { pfn: CANONICAL_BASE, ...pools },
  };
  return { machine: config, steps: steps.map((step) => ({ ...step, op: mapPages(step.op, map) })) };
}

/** Pages [start, end) that become those from `to` on. */
interface Move extends PageRange {
  readonly to: number;
}

/** A page of a pool keeps its place in it, if the new pool has it. */
function poolMoves(carveout: MachineConfig['carveout'], pools: Pools): Move[] {
  const { pfn, hpool_pages, host_s2_pages } = carveout;
  const hpool = Math.min(hpool_pages, pools.hpool_pages);
  const hostS2 = Math.min(host_s2_pages, pools.host_s2_pages);
  const second = pfn + hpool_pages;
  return [
    { start: pfn, end: pfn + hpool, to: CANONICAL_BASE },
    { start: second, end: second + hostS2, to: CANONICAL_BASE + pools.hpool_pages },
  ];
}

function overlapsCarveout({ carveout }: MachineConfig, { start, end }: PageRange): boolean {
  const { pfn, hpool_pages, host_s2_pages } = carveout;
  return start < pfn + hpool_pages + host_s2_pages && end > pfn;
}

/** Ranges that overlap or touch, made one; sorted. */
function joined(ranges: readonly PageRange[]): PageRange[] {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  const result: PageRange[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last && range.start <= last.end) {
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    } else {
      result.push(range);
    }
  }
  return result;
}

function isMemory({ memory }: MachineConfig, { start, end }: PageRange): boolean {
  return memory.some(({ pfn, pages }) => start >= pfn && end <= pfn + pages);
}
