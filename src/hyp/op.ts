// SPDX-License-Identifier: GPL-2.0-only
/**
 * Operations as the machine runs them: a code and at most six numbers, all of them already
 * reduced to page numbers modulo 2^52 or to the width of the C parameter they stand for.
 */

export { OP_NAMES, OpCode, type OpName } from './op_codes.generated.js';

/**
 * One operation: its numbers as the table of operations places them (src/ops/slots.ts). "Page" there
 * is a page number modulo 2^52, "count" a number of pages modulo 2^52.
 */
export class Op {
  constructor(
    readonly code: number,
    readonly a = 0,
    readonly b = 0,
    readonly c = 0,
    readonly d = 0,
    readonly e = 0,
    readonly f = 0,
    readonly list: readonly number[] = NO_LIST,
  ) {}
}

const NO_LIST: readonly number[] = [];

/** One memory region: first page number and length in pages. */
export interface MemoryRegion {
  readonly pfn: number;
  readonly pages: number;
  readonly nomap: boolean;
}

/** What a machine is built from. Page numbers and counts, never bytes. */
export interface MachineConfig {
  readonly nvhe_el2_debug: boolean;
  readonly share_guest_warn: boolean;
  readonly memory: readonly MemoryRegion[];
  readonly carveout: {
    readonly pfn: number;
    readonly hpool_pages: number;
    readonly host_s2_pages: number;
  };
}
