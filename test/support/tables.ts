// SPDX-License-Identifier: GPL-2.0-only
/** Reading page tables straight from a machine's words, without the walker under test. */

import { HOST_PGD, HYP_PGD } from '../../src/hyp/layout.js';
import type { Machine } from '../../src/hyp/machine.js';
import type { KvmPgtable } from '../../src/hyp/pgtable.js';
import { refcount } from './machines.js';

/** One entry as a walk from the PGD finds it. */
export interface Entry {
  /** Low and high half of the descriptor, unsigned. */
  readonly lo: number;
  readonly hi: number;
  readonly level: number;
  /** Page number of the table it lies in, and of each table above it, PGD first. */
  readonly path: readonly number[];
}

/** The entry that translates an input page number (for hyp: the virtual one, 2^32 and up). */
export function entryAt(machine: Machine, pgdWord: number, startLevel: number, input: number) {
  const { words } = machine.state;
  const perPgd = 2 ** (9 * (4 - startLevel));
  let table = words[pgdWord] - 1 + Math.floor(input / perPgd);
  const path: number[] = [];
  for (let level = startLevel; ; level++) {
    path.push(table);
    const index = Math.floor(input / 2 ** (9 * (3 - level))) % 512;
    const base = machine.layout.frameOf(machine.layout.pageIndex(table));
    const lo = base === 0 ? 0 : words[base + 2 * index] >>> 0;
    const hi = base === 0 ? 0 : words[base + 2 * index + 1] >>> 0;
    if (level === 3 || (lo & 3) !== 3) return { lo, hi, level, path } satisfies Entry;
    table = (lo >>> 12) + (hi & 0xffff) * 2 ** 20;
  }
}

/** Hyp's entry for a physical page: its virtual address is 2^44 bytes higher. */
export function hypEntry(machine: Machine, pfn: number): Entry {
  return entryAt(machine, HYP_PGD, 0, pfn + 2 ** 32);
}

/** The host stage 2 entry for a page. */
export function hostS2Entry(machine: Machine, pfn: number): Entry {
  return entryAt(machine, HOST_PGD, 1, pfn);
}

/** A guest's entry for a guest page. */
export function guestEntry(machine: Machine, pgt: KvmPgtable, gfn: number): Entry {
  return entryAt(machine, pgt.pgdWord, 1, gfn);
}

/** Descriptor of an entry: 16 hex digits. */
export function bits({ lo, hi }: Entry): string {
  return hi.toString(16).padStart(8, '0') + lo.toString(16).padStart(8, '0');
}

/** References on each table of an entry's path, PGD first. */
export function pathRefcounts(machine: Machine, { path }: Entry): number[] {
  return path.map((table) => refcount(machine, table));
}

/** What changed the words of an entry since a mark of the journal: low halves in order. */
export function lowHalvesWritten(machine: Machine, entry: Entry, input: number, mark: number) {
  const table = entry.path[entry.path.length - 1];
  const index = Math.floor(input / 2 ** (9 * (3 - entry.level))) % 512;
  const word = machine.layout.frameOf(machine.layout.pageIndex(table)) + 2 * index;
  const { journalIndex, journalOld, journalLength } = machine.state;
  const olds: number[] = [];
  for (let i = mark; i < journalLength; i++) {
    if (journalIndex[i] === word) olds.push(journalOld[i] >>> 0);
  }
  return [...olds, entry.lo];
}
