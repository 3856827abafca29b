// SPDX-License-Identifier: GPL-2.0-only
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ram } from '../../src/real/emulator/ram.js';
import { leafInMemory, TableMirror } from '../../src/real/machine/table_mirror.js';

const BASE = 0x40000000;
const PAGE = 4096;
/** Two concatenated pages at level 1, a table of level 2, one of level 3. */
const ROOT = BASE;
const LEVEL_2 = BASE + 2 * PAGE;
const LEVEL_3 = BASE + 3 * PAGE;
const OTHER_LEVEL_3 = BASE + 4 * PAGE;

let folder: string;
let ram: Ram;

function write(address: number, pte: bigint): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(pte);
  ram.write(address, bytes);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'table-mirror-'));
  const file = join(folder, 'ram');
  const fd = openSync(file, 'w');
  writeSync(fd, Buffer.alloc(8 * PAGE));
  closeSync(fd);
  ram = new Ram(file, BASE);
  // Input page 0x40100 is in entry 1 of the root, entry 0 of level 2, entry 0x100 of level 3.
  write(ROOT + 8 * 1, BigInt(LEVEL_2) | 3n);
  write(LEVEL_2, BigInt(LEVEL_3) | 3n);
  write(LEVEL_2 + 8 * 3, 0x40600000n | 0x7fdn);
  write(LEVEL_3 + 8 * 0x100, 0x800000401007ffn);
  write(LEVEL_3 + 8 * 0x101, 0x4n);
});

afterEach(() => {
  ram.close();
  rmSync(folder, { recursive: true });
});

describe('a copy of a page table', () => {
  it('looks pages, blocks, annotations and holes up', () => {
    const mirror = new TableMirror(ram, ROOT, 1, 2);
    expect(mirror.leaf(0x40100)).toEqual({
      pte: 0x800000401007ffn,
      level: 3,
      at: LEVEL_3 + 0x800,
    });
    expect(mirror.leaf(0x40101).pte).toBe(4n);
    expect(mirror.leaf(0x40600 + 77)).toMatchObject({ pte: 0x406007fdn, level: 2 });
    expect(mirror.leaf(0x90000)).toMatchObject({ pte: 0n, level: 1 });
    // The second of the concatenated pages starts at 512 GiB.
    expect(mirror.leaf(512 * 0x40000)).toMatchObject({ pte: 0n, at: ROOT + PAGE });
    expect(mirror.tables).toBe(4);
  });

  it('agrees with a look-up in memory', () => {
    const mirror = new TableMirror(ram, ROOT, 1, 2);
    for (const page of [0, 0x40100, 0x40101, 0x40610, 0x90000, 512 * 0x40000 + 5]) {
      expect(leafInMemory(ram, ROOT, 1, page)).toEqual(mirror.leaf(page));
    }
  });

  it('tells which pages changed, and shows the old entries until they are taken over', () => {
    const mirror = new TableMirror(ram, ROOT, 1, 2);
    write(LEVEL_3 + 8 * 0x101, 0n);
    expect(mirror.look()).toEqual([{ page: 0x40101, pages: 1 }]);
    expect(mirror.leaf(0x40101).pte).toBe(4n);
    mirror.accept();
    expect(mirror.leaf(0x40101).pte).toBe(0n);
    expect(mirror.look()).toEqual([]);
  });

  it('follows a block that becomes a table', () => {
    const mirror = new TableMirror(ram, ROOT, 1, 2);
    write(OTHER_LEVEL_3 + 8 * 5, 0x4n);
    write(LEVEL_2 + 8 * 3, BigInt(OTHER_LEVEL_3) | 3n);
    expect(mirror.look()).toEqual([{ page: 0x40600, pages: 512 }]);
    mirror.accept();
    expect(mirror.leaf(0x40605).pte).toBe(4n);
    expect(mirror.leaf(0x40606).pte).toBe(0n);
  });

  it('visits what is not zero', () => {
    const seen: number[][] = [];
    new TableMirror(ram, ROOT, 1, 2).forEachLeaf((input, pages) => seen.push([input, pages]));
    expect(seen).toEqual([
      [0x40100, 1],
      [0x40101, 1],
      [0x40600, 512],
    ]);
  });
});
