// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { HPOOL } from '../../src/hyp/layout.js';
import type { Machine } from '../../src/hyp/machine.js';
import { __hyp_va } from '../../src/hyp/numbers.js';
import { resultOf } from '../support/fake_helpers.js';
import {
  bootMachine,
  HYP_PAGE,
  hypState,
  NOPAGE,
  OWNED,
  PAGE,
  SHARED_BORROWED,
  SHARED_OWNED,
} from '../support/machines.js';
import { bits, hypEntry, pathRefcounts } from '../support/tables.js';

const RW = 6;
const RO = 4;
const RX = 5;
const BORROWED = SHARED_BORROWED << 8;

function map(machine: Machine, pfn: number, prot: number, size = 1, phys = pfn): number | string {
  const { hypPgtable } = machine;
  return resultOf(() => hypPgtable.kvm_pgtable_hyp_map(__hyp_va(pfn), size, phys, prot));
}

function unmap(machine: Machine, pfn: number, size: number): number {
  return machine.hypPgtable.kvm_pgtable_hyp_unmap(__hyp_va(pfn), size);
}

function check(machine: Machine, pfn: number, size: number, state: number): number {
  return machine.hypPgtable.check_page_state_range(__hyp_va(pfn), size, state);
}

function freeTables(machine: Machine): number {
  return machine.alloc.freePages(HPOOL);
}

describe('kvm_pgtable_hyp_map', () => {
  it.each([
    ['RW OWNED', RW, '0040000040100743'],
    ['RW SHARED_OWNED', RW | (SHARED_OWNED << 8), '00c0000040100743'],
    ['RW SHARED_BORROWED', RW | BORROWED, '0140000040100743'],
    ['R', RO, '00400000401007c3'],
    ['RX', RX, '00000000401007c3'],
  ])('writes the descriptor of a %s page', (_name, prot, expected) => {
    const machine = bootMachine();
    expect(map(machine, PAGE, prot)).toBe(0);
    const entry = hypEntry(machine, PAGE);
    expect([bits(entry), entry.level]).toEqual([expected, 3]);
  });

  it('writes the high bits of an output address', () => {
    const machine = bootMachine();
    map(machine, PAGE, RW, 1, 0xbcdef12);
    expect(bits(hypEntry(machine, PAGE))).toBe('004000bcdef12743');
  });

  it.each([0, 1, 2, 3, 7])('refuses the permissions %i', (prot) => {
    const machine = bootMachine();
    expect(map(machine, PAGE, prot)).toBe(-22);
    expect(machine.state.journalLength).toBe(0);
  });

  it('counts entries on their tables', () => {
    const machine = bootMachine();
    const before = freeTables(machine);
    map(machine, PAGE, RW);
    // PGD, level 1, level 2 with a table of the carve-out and this one, level 3.
    expect(pathRefcounts(machine, hypEntry(machine, PAGE))).toEqual([2, 2, 3, 2]);
    map(machine, PAGE + 1, RW);
    expect(pathRefcounts(machine, hypEntry(machine, PAGE))).toEqual([2, 2, 3, 3]);
    expect(before - freeTables(machine)).toBe(1);
  });

  it('is content with the same mapping, and changes nothing', () => {
    const machine = bootMachine();
    map(machine, PAGE, RW | BORROWED);
    const mark = machine.state.journalLength;
    expect(map(machine, PAGE, RW | BORROWED)).toBe(0);
    expect(machine.state.journalLength).toBe(mark);
  });

  it('replaces software bits, and only those', () => {
    const machine = bootMachine();
    map(machine, PAGE, RW | BORROWED);
    const counts = pathRefcounts(machine, hypEntry(machine, PAGE));
    expect(map(machine, PAGE, RW)).toBe(0);
    expect(bits(hypEntry(machine, PAGE))).toBe('0040000040100743');
    expect(pathRefcounts(machine, hypEntry(machine, PAGE))).toEqual(counts);
    const before = bits(hypEntry(machine, PAGE));
    expect(map(machine, PAGE, RO)).toBe('WARN');
    expect(map(machine, PAGE, RX)).toBe('WARN');
    expect(map(machine, PAGE, RW, 1, PAGE + 1)).toBe('WARN');
    expect(bits(hypEntry(machine, PAGE))).toBe(before);
  });

  it('maps several pages one after the other', () => {
    const machine = bootMachine();
    expect(map(machine, 0x401fe, RW, 4)).toBe(0);
    const pages = [0x401fd, 0x401fe, 0x401ff, 0x40200, 0x40201, 0x40202];
    expect(pages.map((pfn) => hypState(machine, pfn))).toEqual([4, 0, 0, 0, 0, 4]);
    expect(bits(hypEntry(machine, 0x40201))).toBe('0040000040201743');
  });

  it.each([
    ['512 aligned pages', 0x40200, 512, 0x40200, 2, '0040000040200741'],
    ['512 pages whose output is not aligned', 0x40200, 512, 0x40201, 3, '0040000040201743'],
    ['512 pages that are not aligned', 0x40201, 512, 0x40201, 3, '0040000040201743'],
    ['511 pages', 0x40200, 511, 0x40200, 3, '0040000040200743'],
    ['2^18 aligned pages', 0x80000, 2 ** 18, 0x80000, 1, '0040000080000741'],
    ['2^27 pages: no block at level 0', 2 ** 28, 2 ** 27, 0, 1, '0040000000000741'],
  ])('maps %s with the largest block', (_name, pfn, size, phys, level, expected) => {
    const machine = bootMachine();
    expect(map(machine, pfn, RW, size, phys)).toBe(0);
    const entry = hypEntry(machine, pfn);
    expect([entry.level, bits(entry)]).toEqual([level, expected]);
  });

  it('returns -ENOMEM without a page for a table, and keeps what it did', () => {
    const machine = bootMachine({ carveout: { pfn: HYP_PAGE, hpool_pages: 5, host_s2_pages: 40 } });
    expect(freeTables(machine)).toBe(1);
    expect(map(machine, 0x401ff, RW, 2)).toBe(-12);
    expect([hypState(machine, 0x401ff), hypState(machine, 0x40200)]).toEqual([OWNED, NOPAGE]);
    expect(map(machine, 2 ** 30, RW)).toBe(-12);
    expect(freeTables(machine)).toBe(0);
  });
});

describe('kvm_pgtable_hyp_unmap', () => {
  it('clears the entry and frees the table it leaves empty', () => {
    const machine = bootMachine();
    const before = freeTables(machine);
    map(machine, PAGE, RW);
    map(machine, PAGE + 1, RW);
    expect(unmap(machine, PAGE, 1)).toBe(1);
    expect(bits(hypEntry(machine, PAGE))).toBe('0000000000000000');
    expect(pathRefcounts(machine, hypEntry(machine, PAGE))).toEqual([2, 2, 3, 2]);
    expect(unmap(machine, PAGE + 1, 1)).toBe(1);
    expect(hypEntry(machine, PAGE).level).toBe(2);
    expect(pathRefcounts(machine, hypEntry(machine, PAGE))).toEqual([2, 2, 2]);
    expect(freeTables(machine)).toBe(before);
  });

  it('frees tables all the way up, but the PGD', () => {
    const machine = bootMachine();
    const before = freeTables(machine);
    map(machine, 2 ** 30, RW);
    expect(before - freeTables(machine)).toBe(3);
    expect(unmap(machine, 2 ** 30, 1)).toBe(1);
    expect(freeTables(machine)).toBe(before);
    const entry = hypEntry(machine, 2 ** 30);
    expect([bits(entry), entry.level]).toEqual(['0000000000000000', 0]);
    expect(pathRefcounts(machine, entry)).toEqual([2]);
  });

  it.each([
    ['all of it', 3, 3],
    ['up to the first hole', 4, 3],
    ['up to the first hole, whatever lies beyond', 5, 3],
    ['part of it', 2, 2],
    ['nothing', 0, 0],
  ])('unmaps %s', (_name, size, expected) => {
    const machine = bootMachine();
    map(machine, PAGE, RW, 3);
    map(machine, PAGE + 4, RW);
    expect(unmap(machine, PAGE, size)).toBe(expected);
    const states = [0, 1, 2].map((i) => hypState(machine, PAGE + i));
    expect(states).toEqual([0, 1, 2].map((i) => (i < expected ? NOPAGE : OWNED)));
    expect(hypState(machine, PAGE + 4)).toBe(OWNED);
  });

  it('unmaps nothing from a hole on', () => {
    const machine = bootMachine();
    map(machine, PAGE + 1, RW);
    expect(unmap(machine, PAGE, 2)).toBe(0);
    expect(hypState(machine, PAGE + 1)).toBe(OWNED);
  });

  it('goes on in the next table', () => {
    const machine = bootMachine();
    const before = freeTables(machine);
    map(machine, 0x401ff, RW, 2);
    expect(unmap(machine, 0x401ff, 2)).toBe(2);
    expect(freeTables(machine)).toBe(before);
  });

  it('leaves a block that is larger than what is asked for', () => {
    const machine = bootMachine();
    map(machine, 0x40200, RW, 512);
    expect(unmap(machine, 0x40200, 511)).toBe(0);
    expect(hypState(machine, 0x40200)).toBe(OWNED);
    expect(unmap(machine, 0x40200, 512)).toBe(512);
    expect(hypState(machine, 0x40200)).toBe(NOPAGE);
  });
});

describe('check_page_state_range', () => {
  it('wants the state of every page', () => {
    const machine = bootMachine();
    map(machine, PAGE, RW | BORROWED);
    map(machine, PAGE + 1, RW | BORROWED);
    map(machine, PAGE + 2, RW);
    expect(check(machine, PAGE, 2, SHARED_BORROWED)).toBe(0);
    expect(check(machine, PAGE, 3, SHARED_BORROWED)).toBe(-1);
    expect(check(machine, PAGE + 2, 1, OWNED)).toBe(0);
    expect(check(machine, PAGE + 2, 1, NOPAGE)).toBe(-1);
    expect(check(machine, PAGE - 1, 2, NOPAGE)).toBe(-1);
    expect(check(machine, PAGE + 3, 1, NOPAGE)).toBe(0);
    expect(check(machine, PAGE + 3, 1, OWNED)).toBe(-1);
    expect(check(machine, PAGE + 3, 1, SHARED_OWNED)).toBe(-1);
  });

  it('looks beyond holes as large as tables', () => {
    const machine = bootMachine();
    map(machine, 0x40801, RW);
    expect(check(machine, 0x40000, 0x801, NOPAGE)).toBe(0);
    expect(check(machine, 0x40000, 0x802, NOPAGE)).toBe(-1);
    expect(check(machine, 0x3ffff, 0x802, NOPAGE)).toBe(0);
    expect(check(machine, 0x40802, 2 ** 30, NOPAGE)).toBe(-1);
  });
});

describe('the walk', () => {
  const LIMIT = 2 ** 36 - 2 ** 32;

  it.each([
    ['the last page of the input space', LIMIT - 1, 1, 0],
    ['a page more', LIMIT - 1, 2, -34],
    ['the first page beyond', LIMIT, 1, -34],
    ['no page at the end', LIMIT, 0, 0],
    ['no page beyond the end', LIMIT + 1, 0, -34],
    ['the virtual address 0', 2 ** 52 - 2 ** 32, 1, 0],
    ['the highest page but for the offset', 2 ** 52 - 2 ** 32 - 1, 1, -34],
    ['a size that wraps to less than nothing', PAGE, 2 ** 52 - 1, 0],
    ['a size that wraps to 0', HYP_PAGE, 2 ** 52, 0],
    ['no pages where there are some', HYP_PAGE, 0, 0],
  ])('%s', (_name, pfn, size, expected) => {
    expect(check(bootMachine(), pfn, size, NOPAGE)).toBe(expected);
  });

  it('maps and unmaps nothing out of range', () => {
    const machine = bootMachine();
    expect(map(machine, LIMIT, RW)).toBe(-34);
    expect(unmap(machine, LIMIT, 1)).toBe(0);
    expect(machine.state.journalLength).toBe(0);
  });
});
