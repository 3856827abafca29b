// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { HOST_MMU_PGT } from '../../src/hyp/host_stage2.js';
import { HOST_S2_POOL } from '../../src/hyp/layout.js';
import type { Machine } from '../../src/hyp/machine.js';
import { resultOf } from '../support/fake_helpers.js';
import { bootMachine, PAGE } from '../support/machines.js';
import { bits, hostS2Entry, lowHalvesWritten, pathRefcounts } from '../support/tables.js';

const R = 4;
const RW = 6;
const RWX = 7;
const NONE = '0000000000000000';

interface Mapping {
  size?: number;
  phys?: number;
  force?: boolean;
}

function map(machine: Machine, pfn: number, prot: number, mapping: Mapping = {}): number | string {
  const { size = 1, phys = pfn, force = false } = mapping;
  return resultOf(() =>
    machine.stage2.kvm_pgtable_stage2_map(HOST_MMU_PGT, pfn, size, phys, prot, 0, force),
  );
}

function setOwner(machine: Machine, pfn: number, size: number, owner: number): number | string {
  return resultOf(() =>
    machine.stage2.kvm_pgtable_stage2_set_owner(HOST_MMU_PGT, pfn, size, owner),
  );
}

function unmap(machine: Machine, pfn: number, size: number): number {
  return machine.stage2.kvm_pgtable_stage2_unmap(HOST_MMU_PGT, pfn, size);
}

function freeTables(machine: Machine): number {
  return machine.alloc.freePages(HOST_S2_POOL);
}

function host(machine: Machine, pfn: number): string {
  return bits(hostS2Entry(machine, pfn));
}

describe('kvm_pgtable_stage2_map', () => {
  it.each([
    ['RWX', RWX, '00000000401007ff'],
    ['RW', RW, '00400000401007ff'],
    ['R', R, '004000004010077f'],
    ['X', 1, '000000004010073f'],
    ['RWX SHARED_OWNED', RWX | 0x100, '00800000401007ff'],
  ])('writes the descriptor of a %s page of the host', (_name, prot, expected) => {
    const machine = bootMachine();
    expect(map(machine, PAGE, prot)).toBe(0);
    expect(host(machine, PAGE)).toBe(expected);
  });

  it('writes the high bits of an output address', () => {
    const machine = bootMachine();
    map(machine, PAGE, RWX, { phys: 0xbcdef12 });
    expect(host(machine, PAGE)).toBe('000000bcdef127ff');
  });

  it('counts entries on their tables', () => {
    const machine = bootMachine();
    map(machine, PAGE, RWX);
    // PGD, level 2 with the carve-out's table and this one, level 3.
    expect(pathRefcounts(machine, hostS2Entry(machine, PAGE))).toEqual([2, 3, 2]);
    map(machine, PAGE + 1, RWX);
    expect(pathRefcounts(machine, hostS2Entry(machine, PAGE))).toEqual([2, 3, 3]);
  });

  it.each([
    ['512 aligned pages', 0x40200, 512, 2, '00000000402007fd'],
    ['2^18 aligned pages', 0x80000, 2 ** 18, 1, '00000000800007fd'],
    ['2^18 pages in the second PGD page', 0x9000000, 2 ** 18, 1, '00000090000007fd'],
    ['511 pages', 0x40200, 511, 3, '00000000402007ff'],
  ])('maps %s with the largest block', (_name, pfn, size, level, expected) => {
    const machine = bootMachine();
    expect(map(machine, pfn, RWX, { size })).toBe(0);
    expect([hostS2Entry(machine, pfn).level, host(machine, pfn)]).toEqual([level, expected]);
    expect(host(machine, pfn + size - 1)).not.toBe(NONE);
  });

  it('maps pages where blocks are not wanted', () => {
    const machine = bootMachine();
    expect(map(machine, 0x40200, RWX, { size: 512, force: true })).toBe(0);
    expect(hostS2Entry(machine, 0x40200).level).toBe(3);
    expect(host(machine, 0x403ff)).toBe('00000000403ff7ff');
  });

  it('breaks an entry before it makes another of it', () => {
    const machine = bootMachine();
    map(machine, PAGE, RWX);
    const counts = pathRefcounts(machine, hostS2Entry(machine, PAGE));
    const mark = machine.state.journalLength;
    expect(map(machine, PAGE, RWX, { phys: PAGE + 1 })).toBe(0);
    const entry = hostS2Entry(machine, PAGE);
    expect(lowHalvesWritten(machine, entry, PAGE, mark)).toEqual([0x401007ff, 0x400, 0x401017ff]);
    expect(pathRefcounts(machine, entry)).toEqual(counts);
  });

  it('writes a change of software bits in place', () => {
    const machine = bootMachine();
    map(machine, PAGE, RWX);
    const mark = machine.state.journalLength;
    expect(map(machine, PAGE, RWX | 0x200)).toBe(0);
    expect(host(machine, PAGE)).toBe('01000000401007ff');
    expect(machine.state.journalLength).toBe(mark + 1);
  });

  it.each([
    ['the same mapping', RWX],
    ['less rights', R],
    ['no execution', RW],
  ])('takes %s for an update somebody else made, and leaves it', (_name, prot) => {
    const machine = bootMachine();
    map(machine, PAGE, RWX);
    const mark = machine.state.journalLength;
    expect(map(machine, PAGE, prot)).toBe(0);
    expect(machine.state.journalLength).toBe(mark);
  });

  it('goes on after an entry it left as it was', () => {
    const machine = bootMachine();
    map(machine, PAGE, RWX);
    expect(map(machine, PAGE, RWX, { size: 2 })).toBe(0);
    expect(host(machine, PAGE + 1)).toBe('00000000401017ff');
  });

  it('replaces a block by a table, whose other pages are lost', () => {
    const machine = bootMachine();
    map(machine, 0x40200, RWX, { size: 512 });
    const block = hostS2Entry(machine, 0x40200);
    const counts = pathRefcounts(machine, block);
    const mark = machine.state.journalLength;
    const free = freeTables(machine);
    expect(map(machine, 0x40205, RWX, { phys: 0x40206 })).toBe(0);
    expect(host(machine, 0x40205)).toBe('00000000402067ff');
    expect(host(machine, 0x40204)).toBe(NONE);
    const entry = hostS2Entry(machine, 0x40205);
    expect(pathRefcounts(machine, entry)).toEqual([...counts, 2]);
    expect(free - freeTables(machine)).toBe(1);
    const table = { ...block, lo: ((entry.path[2] << 12) | 3) >>> 0 };
    expect(lowHalvesWritten(machine, table, 0x40200, mark)).toEqual([0x402007fd, 0x400, table.lo]);
  });

  it('replaces a table by a block and frees what was below', () => {
    const machine = bootMachine();
    const free = freeTables(machine);
    map(machine, 0x40201, RWX);
    setOwner(machine, 0x40203, 2, 1);
    const counts = pathRefcounts(machine, hostS2Entry(machine, 0x40201)).slice(0, 2);
    expect(map(machine, 0x40200, RWX, { size: 512 })).toBe(0);
    const block = hostS2Entry(machine, 0x40203);
    expect([bits(block), block.level]).toEqual(['00000000402007fd', 2]);
    expect(pathRefcounts(machine, block)).toEqual(counts);
    expect(freeTables(machine)).toBe(free);
  });

  it('frees two levels of tables below a block', () => {
    const machine = bootMachine();
    const free = freeTables(machine);
    map(machine, 0x80001, RWX);
    map(machine, 0x90001, RWX);
    expect(free - freeTables(machine)).toBe(3);
    expect(map(machine, 0x80000, RWX, { size: 2 ** 18 })).toBe(0);
    expect([host(machine, 0x90001), freeTables(machine)]).toEqual(['00000000800007fd', free]);
  });

  it('panics on an entry somebody has locked', () => {
    const machine = bootMachine();
    map(machine, PAGE, RWX);
    const { path } = hostS2Entry(machine, PAGE);
    const table = machine.layout.frameOf(machine.layout.pageIndex(path[2]));
    machine.state.set(table + 2 * (PAGE & 511), 0x400);
    expect(map(machine, PAGE, RWX)).toBe('WARN');
  });

  it.each([
    ['beyond the input space', 2 ** 28, 1, -34],
    ['over its end', 2 ** 28 - 1, 2, -34],
    ['at its end', 2 ** 28 - 1, 1, 0],
    ['nothing at its end', 2 ** 28, 0, 0],
  ])('%s', (_name, pfn, size, expected) => {
    expect(map(bootMachine(), pfn, RWX, { size })).toBe(expected);
  });
});

describe('kvm_pgtable_stage2_set_owner', () => {
  it('annotates each page, and the host’s own with nothing', () => {
    const machine = bootMachine();
    const mark = machine.state.journalLength;
    expect(setOwner(machine, PAGE, 2, 3)).toBe(0);
    const entry = hostS2Entry(machine, PAGE);
    expect([host(machine, PAGE), host(machine, PAGE + 1)]).toEqual([
      '000000000000000c',
      '000000000000000c',
    ]);
    expect(lowHalvesWritten(machine, entry, PAGE, mark)).toEqual([0, 0x400, 0xc]);
    expect(pathRefcounts(machine, entry)).toEqual([2, 3, 3]);

    expect(setOwner(machine, PAGE, 1, 0)).toBe(0);
    expect(host(machine, PAGE)).toBe(NONE);
    expect(pathRefcounts(machine, hostS2Entry(machine, PAGE))).toEqual([2, 3, 2]);
  });

  it('works at page level however many pages there are', () => {
    const machine = bootMachine();
    expect(setOwner(machine, 0x40200, 512, 1)).toBe(0);
    const entries = [0x40200, 0x403ff].map((pfn) => hostS2Entry(machine, pfn));
    expect(entries.map(({ lo, level }) => [lo, level])).toEqual([
      [4, 3],
      [4, 3],
    ]);
  });

  it('keeps an empty table', () => {
    const machine = bootMachine();
    setOwner(machine, PAGE, 1, 1);
    setOwner(machine, PAGE, 1, 0);
    expect(pathRefcounts(machine, hostS2Entry(machine, PAGE))).toEqual([2, 3, 1]);
  });

  it('returns -ENOMEM without a page for a table', () => {
    const machine = bootMachine({
      carveout: { pfn: 0x40e00, hpool_pages: 40, host_s2_pages: 4 },
    });
    const mark = machine.state.journalLength;
    expect(setOwner(machine, PAGE, 1, 1)).toBe(-12);
    expect(machine.state.journalLength).toBe(mark);
  });
});

describe('kvm_pgtable_stage2_unmap', () => {
  it('clears mappings and annotations alike, and frees tables left empty', () => {
    const machine = bootMachine();
    const free = freeTables(machine);
    map(machine, PAGE, RWX);
    setOwner(machine, PAGE + 1, 1, 1);
    map(machine, PAGE + 3, RWX);
    expect(unmap(machine, PAGE, 2)).toBe(0);
    expect([host(machine, PAGE), host(machine, PAGE + 1)]).toEqual([NONE, NONE]);
    expect(pathRefcounts(machine, hostS2Entry(machine, PAGE))).toEqual([2, 3, 2]);
    expect(unmap(machine, PAGE + 2, 4)).toBe(0);
    expect(hostS2Entry(machine, PAGE).level).toBe(2);
    expect(pathRefcounts(machine, hostS2Entry(machine, PAGE))).toEqual([2, 2]);
    expect(freeTables(machine)).toBe(free);
  });

  it('takes all of a block it meets', () => {
    const machine = bootMachine();
    map(machine, 0x40200, RWX, { size: 512 });
    expect(unmap(machine, 0x40205, 1)).toBe(0);
    expect([host(machine, 0x40200), hostS2Entry(machine, 0x40200).level]).toEqual([NONE, 2]);
  });
});
