// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { HOST_S2_POOL } from '../../src/hyp/layout.js';
import type { Machine } from '../../src/hyp/machine.js';
import { resultOf } from '../support/fake_helpers.js';
import {
  bootMachine,
  HYP_PAGE,
  hostState,
  NOPAGE,
  OWNED,
  op,
  PAGE,
  poke,
  run,
  runAll,
} from '../support/machines.js';
import { bits, hostS2Entry } from '../support/tables.js';

const NONE = '0000000000000000';

function abort(machine: Machine, pfn: number): number | string {
  return run(machine, op('handle_host_mem_abort', pfn));
}

/** A machine whose host_s2_pool has `spare` pages after boot. */
function bootWithSpare(spare: number): Machine {
  const machine = bootMachine({
    carveout: { pfn: HYP_PAGE, hpool_pages: 40, host_s2_pages: 4 + spare },
  });
  expect(machine.alloc.freePages(HOST_S2_POOL)).toBe(spare);
  return machine;
}

describe('handle_host_mem_abort', () => {
  it.each([
    ['2 MiB of memory around the page', 0x40123, 2, '00000000400007fd'],
    ['a page where the carve-out is near', 0x40f00, 3, '0000000040f007ff'],
    ['a page of a region smaller than a block', 0x90010, 3, '00000000900107ff'],
    ['a page of nomap memory, with the same rights', 0x80000, 3, '00000000800007ff'],
    ['2 MiB of MMIO, not executable', 0x50100, 2, '00400000500007fd'],
    ['a page of MMIO next to memory', 0x80010, 3, '00400000800107ff'],
    ['2 MiB of MMIO behind the last region', 0x90250, 2, '00400000902007fd'],
    ['1 GiB of MMIO', 0xc0005, 1, '00400000c00007fd'],
    ['1 GiB of MMIO at page 0', 0, 1, '00400000000007fd'],
    ['1 GiB of MMIO of the second PGD page', 0x9000000, 1, '00400090000007fd'],
    ['the end of the input space', 2 ** 28 - 1, 1, '004000ffc00007fd'],
  ])('maps %s', (_name, pfn, level, expected) => {
    const machine = bootMachine();
    expect(abort(machine, pfn)).toBe(0);
    const entry = hostS2Entry(machine, pfn);
    expect([entry.level, bits(entry)]).toEqual([level, expected]);
    expect(machine.locks.held).toBe(0);
  });

  it('keeps a block within its region', () => {
    const memory = [{ pfn: 0x40000, pages: 0x1100, nomap: false }];
    const carveout = { pfn: HYP_PAGE, hpool_pages: 40, host_s2_pages: 40 };
    const machine = bootMachine({ memory, carveout });
    expect(
      runAll(machine, ...[0x41000, 0x40400].map((p) => op('handle_host_mem_abort', p))),
    ).toEqual([0, 0]);
    expect(hostS2Entry(machine, 0x41000).level).toBe(3);
    expect(hostS2Entry(machine, 0x40400).level).toBe(2);
  });

  it('is -EAGAIN where something is mapped already', () => {
    const machine = bootMachine();
    expect(abort(machine, 0x40123)).toBe(0);
    const mark = machine.state.journalLength;
    expect(abort(machine, 0x40180)).toBe(-11);
    expect(machine.state.journalLength).toBe(mark);
  });

  it('is a BUG on a page of hyp, and beyond the input space', () => {
    expect(abort(bootMachine(), HYP_PAGE)).toBe('BUG');
    expect(abort(bootMachine(), 2 ** 28)).toBe('BUG');
    const machine = bootMachine();
    run(machine, op('__pkvm_host_donate_hyp', PAGE, 1));
    expect(abort(machine, PAGE)).toBe('BUG');
  });

  it('is a WARN on an annotated page that the host has by its state', () => {
    const machine = bootMachine();
    poke(machine, HYP_PAGE, { host: OWNED });
    expect(abort(machine, HYP_PAGE)).toBe('WARN');
    expect(machine.locks.held).toBe(1);
  });

  it('is a BUG when memory is short and nothing can be recycled', () => {
    expect(abort(bootWithSpare(0), 0x80000)).toBe('BUG');
  });

  it('maps a page of a block that a donation has split', () => {
    const machine = bootMachine();
    abort(machine, 0x40000);
    run(machine, op('__pkvm_host_donate_hyp', 0x40010, 1));
    expect(bits(hostS2Entry(machine, 0x40011))).toBe(NONE);
    expect(abort(machine, 0x40011)).toBe(0);
    expect(bits(hostS2Entry(machine, 0x40011))).toBe('00000000400117ff');
  });
});

describe('recycling', () => {
  it('unmaps MMIO to have table pages for a donation', () => {
    const machine = bootWithSpare(2);
    abort(machine, 0x80010);
    abort(machine, 0x9000000);
    expect(machine.alloc.freePages(HOST_S2_POOL)).toBe(0);
    expect(run(machine, op('__pkvm_host_donate_hyp', PAGE, 1))).toBe(0);
    expect(bits(hostS2Entry(machine, 0x80010))).toBe(NONE);
    expect(bits(hostS2Entry(machine, 0x9000000))).toBe(NONE);
    expect(bits(hostS2Entry(machine, HYP_PAGE))).toBe('0000000000000004');
    expect(machine.alloc.freePages(HOST_S2_POOL)).toBe(1);
  });

  it('unmaps MMIO before, between and after the regions, and no memory', () => {
    const machine = bootWithSpare(4);
    const pages = [0, 0x50000, 0xc0000, 0x40400, 0x80000];
    for (const pfn of pages) expect(abort(machine, pfn)).toBe(0);
    expect(machine.alloc.freePages(HOST_S2_POOL)).toBe(2);
    for (const pfn of [0x40010, 0x40210]) run(machine, op('__pkvm_host_donate_hyp', pfn, 1));
    expect(machine.alloc.freePages(HOST_S2_POOL)).toBe(0);
    expect(run(machine, op('__pkvm_host_donate_hyp', 0x40810, 1))).toBe('WARN');
    expect(pages.map((pfn) => bits(hostS2Entry(machine, pfn)))).toEqual([
      NONE,
      NONE,
      NONE,
      '00000000404007fd',
      '00000000800007ff',
    ]);
    expect(hostState(machine, 0x40810)).toBe(OWNED);
  });

  it('serves faults too', () => {
    const machine = bootWithSpare(2);
    expect(abort(machine, 0x80010)).toBe(0);
    expect(abort(machine, 0x80000)).toBe(0);
    expect(abort(machine, 0x90041)).toBe('BUG');
    const other = bootWithSpare(2);
    expect(abort(other, 0x80010)).toBe(0);
    expect(abort(other, 0x90041)).toBe(0);
    expect(bits(hostS2Entry(other, 0x80010))).toBe(NONE);
    expect(bits(hostS2Entry(other, 0x90041))).toBe('00400000900417ff');
  });

  // "0 pages walk nothing": not even the table there, empty since the page was given back.
  it('does not visit the table at page 0 when no gap is before the first region', () => {
    const memory = [
      { pfn: 0, pages: 3000, nomap: false },
      { pfn: 0x40000, pages: 100, nomap: false },
    ];
    const carveout = { pfn: 0x200, hpool_pages: 30, host_s2_pages: 5 };
    const machine = bootMachine({ memory, carveout });
    run(machine, op('__pkvm_host_donate_hyp', 0xb, 1));
    run(machine, op('__pkvm_hyp_donate_host', 0xb, 1));
    expect(machine.alloc.freePages(HOST_S2_POOL)).toBe(0);
    expect(run(machine, op('__pkvm_host_donate_hyp', 0x40005, 1))).toBe('WARN');
    expect(hostS2Entry(machine, 0xb).level).toBe(3);
    expect(machine.alloc.freePages(HOST_S2_POOL)).toBe(0);
  });
});

describe('host_stage2_set_owner_locked', () => {
  function setOwner(machine: Machine, pfn: number, size: number, owner: number): number | string {
    machine.locks.held = 1;
    return resultOf(() => machine.memProtect.host_stage2_set_owner_locked(pfn, size, owner));
  }

  it.each([
    ['hyp', 1, NOPAGE, '0000000000000004'],
    ['FF-A', 2, NOPAGE, '0000000000000008'],
    ['the host', 0, OWNED, NONE],
  ])('gives pages to %s in table and vmemmap', (_name, owner, state, expected) => {
    const machine = bootMachine();
    poke(machine, PAGE, { host: 1 });
    poke(machine, PAGE + 1, { host: 1 });
    expect(setOwner(machine, PAGE, 2, owner)).toBe(0);
    for (const pfn of [PAGE, PAGE + 1]) {
      expect([hostState(machine, pfn), bits(hostS2Entry(machine, pfn))]).toEqual([state, expected]);
    }
    expect(hostState(machine, PAGE + 2)).toBe(OWNED);
  });

  it('is -EPERM outside memory, but takes nomap memory', () => {
    const machine = bootMachine();
    expect(setOwner(machine, 0x50000, 1, 1)).toBe(-1);
    expect(machine.state.journalLength).toBe(0);
    expect(setOwner(machine, 0x80000, 1, 1)).toBe(0);
    expect(hostState(machine, 0x80000)).toBe(NOPAGE);
  });

  it('changes nothing for no pages', () => {
    const machine = bootMachine();
    expect(setOwner(machine, PAGE, 0, 1)).toBe(0);
    expect(machine.state.journalLength).toBe(0);
  });
});
