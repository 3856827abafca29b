// SPDX-License-Identifier: GPL-2.0-only
/**
 * The memory that the hypervisor can write, as it was at one moment, to go back to: every page
 * that hyp's stage 1 maps writable. Going back costs a read and a comparison of it, some 7 MB, and
 * is some fifty times faster than loading a state of the whole machine.
 */

import type { Ram } from '../emulator/ram.js';
import { addressOf, isValid, type TableMirror } from './table_mirror.js';

const PAGE = 4096;
/** AP[2] of a stage 1 entry: read-only. */
const READ_ONLY = 1n << 7n;
/** Bytes compared at a time: what differs is written back whole. */
const CHUNK = 64 * 1024;

interface Part {
  readonly address: number;
  readonly saved: Buffer;
}

export class Checkpoint {
  readonly #parts: readonly Part[];
  readonly #scratch = Buffer.allocUnsafe(CHUNK);

  /** `covers`: whether a physical page number is memory that has to be kept. */
  constructor(
    private readonly ram: Ram,
    hyp: TableMirror,
    covers: (pfn: number) => boolean,
  ) {
    const pages = new Set<number>();
    hyp.forEachLeaf((_input, count, { pte }) => {
      if (!isValid(pte) || (pte & READ_ONLY) !== 0n) return;
      const first = addressOf(pte) / PAGE;
      for (let i = 0; i < count; i++) if (covers(first + i)) pages.add(first + i);
    });
    this.#parts = runsOf([...pages].sort((a, b) => a - b)).map(([first, count]) => {
      const address = first * PAGE;
      return { address, saved: ram.read(address, count * PAGE) };
    });
  }

  get bytes(): number {
    return this.#parts.reduce((sum, { saved }) => sum + saved.length, 0);
  }

  /** Makes memory what it was. */
  restore(): void {
    for (const { address, saved } of this.#parts) {
      for (let at = 0; at < saved.length; at += CHUNK) {
        const part = saved.subarray(at, at + CHUNK);
        const now = this.ram.readInto(this.#scratch.subarray(0, part.length), address + at);
        if (!now.equals(part)) this.ram.write(address + at, part);
      }
    }
  }
}

function runsOf(pages: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const page of pages) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === page) last[1]++;
    else runs.push([page, 1]);
  }
  return runs;
}
