// SPDX-License-Identifier: GPL-2.0-only
/**
 * A copy of a page table as it lies in the machine's memory, kept in step with it: looking at it
 * again costs a read and a comparison of each table page, and tells which input pages changed.
 */

import type { Ram } from '../emulator/ram.js';

const PAGE = 4096;
const ENTRIES = 512;
const LAST_LEVEL = 3;
const VALID = 1n;
const TABLE = 3n;
const ADDRESS = 0xfffffffff000n;

/** A run of input pages: first page number, pages. */
export interface PageRun {
  readonly page: number;
  readonly pages: number;
}

/** An entry that is not a table. */
export interface Leaf {
  readonly pte: bigint;
  readonly level: number;
  /** Physical address of the entry itself. */
  readonly at: number;
}

interface Table {
  readonly at: number;
  readonly level: number;
  /** First input page. */
  readonly input: number;
  bytes: Buffer;
  readonly children: Map<number, Table>;
}

/** Input pages of an entry at a level. */
export function pagesOfLevel(level: number): number {
  return ENTRIES ** (LAST_LEVEL - level);
}

function isTable(pte: bigint, level: number): boolean {
  return level < LAST_LEVEL && (pte & TABLE) === TABLE;
}

export function isValid(pte: bigint): boolean {
  return (pte & VALID) !== 0n;
}

/** Physical address in an entry. */
export function addressOf(pte: bigint): number {
  return Number(pte & ADDRESS);
}

/** The entry that an input page is looked up to, straight from memory. */
export function leafInMemory(ram: Ram, root: number, start: number, page: number): Leaf {
  let table = root;
  for (let level = start; ; level++) {
    const index = Math.floor(page / pagesOfLevel(level));
    // Concatenated pages of the first level are one table.
    const at = table + 8 * (level === start ? index : index % ENTRIES);
    const pte = ram.u64(at);
    if (!isTable(pte, level)) return { pte, level, at };
    table = addressOf(pte);
  }
}

export class TableMirror {
  readonly #roots: Table[];
  readonly #level: number;
  readonly #scratch = Buffer.allocUnsafe(PAGE);
  /** What was found by `look()` and is not taken over yet. */
  #seen = new Map<Table, Buffer>();

  /** `root`: physical address of the first of `pages` concatenated pages, at `level`. */
  constructor(
    private readonly ram: Ram,
    root: number,
    level: number,
    pages: number,
  ) {
    this.#level = level;
    this.#roots = Array.from({ length: pages }, (_, index) =>
      this.#read(root + index * PAGE, level, index * ENTRIES * pagesOfLevel(level)),
    );
  }

  #read(at: number, level: number, input: number): Table {
    const bytes = this.ram.read(at, PAGE);
    const table: Table = { at, level, input, bytes, children: new Map() };
    for (let index = 0; index < ENTRIES; index++) this.#link(table, index);
    return table;
  }

  /** Makes the child of an entry what the entry now says. */
  #link(table: Table, index: number): void {
    const pte = table.bytes.readBigUInt64LE(8 * index);
    if (!isTable(pte, table.level)) {
      table.children.delete(index);
      return;
    }
    const input = table.input + index * pagesOfLevel(table.level);
    table.children.set(index, this.#read(addressOf(pte), table.level + 1, input));
  }

  /** The input pages whose entries differ from the copy, which stays as it is until `accept()`. */
  look(): PageRun[] {
    this.#seen = new Map();
    const runs: PageRun[] = [];
    for (const root of this.#roots) this.#compare(root, runs);
    return runs;
  }

  #compare(table: Table, runs: PageRun[]): void {
    const now = this.ram.readInto(this.#scratch, table.at);
    const isSame = now.equals(table.bytes);
    if (!isSame) {
      this.#seen.set(table, Buffer.from(now));
      const pages = pagesOfLevel(table.level);
      for (let index = 0; index < ENTRIES; index++) {
        const before = table.bytes.readBigUInt64LE(8 * index);
        if (before === now.readBigUInt64LE(8 * index)) continue;
        runs.push({ page: table.input + index * pages, pages });
      }
    }
    const seen = this.#seen.get(table) ?? table.bytes;
    for (const [index, child] of table.children) {
      const at = 8 * index;
      if (seen.readBigUInt64LE(at) === table.bytes.readBigUInt64LE(at)) this.#compare(child, runs);
    }
  }

  /** Takes over what `look()` found. */
  accept(): void {
    for (const [table, bytes] of this.#seen) {
      const before = table.bytes;
      table.bytes = bytes;
      for (let index = 0; index < ENTRIES; index++) {
        const at = 8 * index;
        if (before.readBigUInt64LE(at) !== bytes.readBigUInt64LE(at)) this.#link(table, index);
      }
    }
    this.#seen = new Map();
  }

  /** The entry that an input page is looked up to in the copy. */
  leaf(page: number): Leaf {
    const perRoot = ENTRIES * pagesOfLevel(this.#level);
    let table: Table | undefined = this.#roots[Math.floor(page / perRoot)];
    if (!table) return { pte: 0n, level: this.#level, at: 0 };
    for (;;) {
      const index: number = Math.floor((page - table.input) / pagesOfLevel(table.level));
      const child: Table | undefined = table.children.get(index);
      if (!child) {
        const at = 8 * index;
        return { pte: table.bytes.readBigUInt64LE(at), level: table.level, at: table.at + at };
      }
      table = child;
    }
  }

  /** Every nonzero leaf of the copy: first input page, pages, entry. */
  forEachLeaf(visit: (input: number, pages: number, leaf: Leaf) => void): void {
    const walk = (table: Table): void => {
      const pages = pagesOfLevel(table.level);
      for (let index = 0; index < ENTRIES; index++) {
        const child = table.children.get(index);
        if (child) {
          walk(child);
          continue;
        }
        const pte = table.bytes.readBigUInt64LE(8 * index);
        if (pte === 0n) continue;
        const leaf = { pte, level: table.level, at: table.at + 8 * index };
        visit(table.input + index * pages, pages, leaf);
      }
    };
    for (const root of this.#roots) walk(root);
  }

  /** How many table pages there are. */
  get tables(): number {
    const count = (table: Table): number =>
      1 + [...table.children.values()].reduce((sum, child) => sum + count(child), 0);
    return this.#roots.reduce((sum, root) => sum + count(root), 0);
  }
}
