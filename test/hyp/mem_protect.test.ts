// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { LockError } from '../../src/hyp/locks.js';
import type { Machine } from '../../src/hyp/machine.js';
import { __hyp_va } from '../../src/hyp/numbers.js';
import { resultOf } from '../support/fake_helpers.js';
import {
  bootMachine,
  HYP_PAGE,
  hostState,
  hypState,
  NO_PAGE,
  NOPAGE,
  OWNED,
  op,
  PAGE,
  poke,
  refcount,
  run,
  SHARED_BORROWED,
  SHARED_OWNED,
} from '../support/machines.js';
import { bits, hostS2Entry } from '../support/tables.js';

const END = 2 ** 52;

function bootLocked(...change: Parameters<typeof bootMachine>): Machine {
  const machine = bootMachine(...change);
  machine.locks.held = 3;
  return machine;
}

describe('check_range_allowed_memory', () => {
  it.each([
    ['a page', 0x40000, 0x40001, 0],
    ['a whole region', 0x40000, 0x41000, 0],
    ['a page more than the region', 0x40000, 0x41001, -22],
    ['from one region into the next', 0x40fff, 0x80001, -22],
    ['a nomap page', 0x80000, 0x80001, -1],
    ['more than the nomap region', 0x80000, 0x80011, -22],
    ['a gap', 0x41000, 0x80000, -1],
    ['a gap and a page of memory', 0x41000, 0x80001, -22],
    ['no pages in a region', 0x40005, 0x40005, 0],
    ['no pages at the start of a region', 0x40000, 0x40000, -22],
    ['no pages at the start of a gap', 0x41000, 0x41000, -22],
    ['an end before the start, in the region', 0x40005, 0x40003, 0],
    ['an end before the region', 0x40005, 0x40000, -22],
    ['an end that wrapped to 0', 0x40005, 0, -22],
    ['the last gap but for its last page', 0x90040, END - 1, -1],
    ['the last page of all', END - 1, 0, -22],
    ['the page before it', END - 2, END - 1, -1],
  ])('%s', (_name, start, end, expected) => {
    expect(bootMachine().memProtect.check_range_allowed_memory(start, end)).toBe(expected);
  });
});

describe('__host_check_page_state_range', () => {
  const check = (machine: Machine, pfn: number, size: number, state: number) =>
    machine.memProtect.__host_check_page_state_range(pfn, size, state);

  it.each([OWNED, SHARED_OWNED, SHARED_BORROWED, NOPAGE])('looks for state %i', (state) => {
    for (const found of [OWNED, SHARED_OWNED, SHARED_BORROWED, NOPAGE]) {
      const machine = bootMachine();
      poke(machine, PAGE, { host: found });
      machine.locks.held = 1;
      expect(check(machine, PAGE, 1, state)).toBe(found === state ? 0 : -1);
    }
  });

  it('looks at every page', () => {
    const machine = bootMachine();
    poke(machine, PAGE + 4, { host: SHARED_OWNED });
    machine.locks.held = 1;
    expect(check(machine, PAGE, 4, OWNED)).toBe(0);
    expect(check(machine, PAGE, 5, OWNED)).toBe(-1);
    expect(check(machine, PAGE + 4, 1, SHARED_OWNED)).toBe(0);
  });

  it.each([
    ['no pages pass', PAGE, 0, 0],
    ['a size below 0 passes', PAGE, END - 1, 0],
    ['a size that leaves the region', PAGE, 0x2000, -22],
    ['a page in no region', NO_PAGE, 1, -1],
  ])('%s, whatever the state', (_name, pfn, size, expected) => {
    expect(check(bootLocked(), pfn, size, SHARED_BORROWED)).toBe(expected);
  });

  it('wants the host lock', () => {
    expect(() => check(bootMachine(), PAGE, 1, OWNED)).toThrow(LockError);
  });
});

describe('__host_set_page_state_range', () => {
  const set = (machine: Machine, pfn: number, size: number, state: number) =>
    resultOf(() => machine.memProtect.__host_set_page_state_range(pfn, size, state));

  it('writes the state of each page', () => {
    const machine = bootLocked();
    expect(set(machine, PAGE, 3, SHARED_OWNED)).toBe(0);
    const states = [-1, 0, 1, 2, 3].map((i) => hostState(machine, PAGE + i));
    expect(states).toEqual([0, 1, 1, 1, 0]);
    expect(machine.state.journalLength).toBe(3);
  });

  it('maps the range back to the host when its first page was not its own', () => {
    const machine = bootMachine();
    poke(machine, PAGE, { host: NOPAGE });
    machine.locks.held = 3;
    expect(set(machine, PAGE, 2, OWNED)).toBe(0);
    expect([PAGE, PAGE + 1].map((pfn) => bits(hostS2Entry(machine, pfn)))).toEqual([
      '00000000401007ff',
      '00000000401017ff',
    ]);
    expect(hostState(machine, PAGE)).toBe(OWNED);
  });

  it('does not look at the other pages for that', () => {
    const machine = bootMachine();
    poke(machine, PAGE + 1, { host: NOPAGE });
    machine.locks.held = 3;
    expect(set(machine, PAGE, 2, SHARED_OWNED)).toBe(0);
    expect(hostS2Entry(machine, PAGE + 1).lo).toBe(0);
    expect(hostState(machine, PAGE + 1)).toBe(SHARED_OWNED);
  });

  it('maps blocks of memory where it can', () => {
    const machine = bootMachine();
    poke(machine, 0x40e00 - 512, { host: NOPAGE });
    machine.locks.held = 3;
    expect(set(machine, 0x40c00, 512, SHARED_OWNED)).toBe(0);
    expect(hostS2Entry(machine, 0x40c00).level).toBe(2);
  });

  it('returns the error of that mapping and writes no state', () => {
    const machine = bootMachine({
      carveout: { pfn: HYP_PAGE, hpool_pages: 40, host_s2_pages: 4 },
    });
    poke(machine, PAGE, { host: NOPAGE });
    machine.locks.held = 3;
    expect(set(machine, PAGE, 1, OWNED)).toBe(-12);
    expect(hostState(machine, PAGE)).toBe(NOPAGE);
  });

  it('looks at the first page even of none', () => {
    expect(set(bootLocked(), NO_PAGE, 0, OWNED)).toBe('FAULT');
    expect(set(bootLocked(), PAGE, 0, SHARED_OWNED)).toBe(0);
  });
});

describe('pkvm_create_mappings_locked', () => {
  const create = (machine: Machine, from: number, to: number) =>
    machine.memProtect.pkvm_create_mappings_locked(__hyp_va(from), __hyp_va(to), 6);

  it('maps page by page, never a block', () => {
    const machine = bootLocked();
    expect(create(machine, 0x40200, 0x40400)).toBe(0);
    expect(hypState(machine, 0x403ff)).toBe(OWNED);
    expect(machine.hypPgtable.kvm_pgtable_hyp_unmap(__hyp_va(0x40200), 1)).toBe(1);
  });

  it('returns the first error; pages before it stay mapped', () => {
    const machine = bootLocked({ carveout: { pfn: HYP_PAGE, hpool_pages: 4, host_s2_pages: 40 } });
    expect(create(machine, 0x40ffe, 0x41002)).toBe(-12);
    const pages = [0x40ffe, 0x40fff, 0x41000];
    expect(pages.map((pfn) => hypState(machine, pfn))).toEqual([OWNED, OWNED, NOPAGE]);
  });

  it('does nothing when the end wrapped', () => {
    const machine = bootLocked();
    expect(create(machine, PAGE, PAGE - 1)).toBe(0);
    expect(machine.state.journalLength).toBe(0);
  });

  it('wants the hyp lock', () => {
    expect(() => create(bootMachine(), PAGE, PAGE + 1)).toThrow(LockError);
    const check = () => bootMachine().memProtect.__hyp_check_page_state_range(__hyp_va(PAGE), 1, 0);
    expect(check).toThrow(LockError);
  });
});

describe('hyp_page_count', () => {
  it('is the reference count of the physical page', () => {
    const machine = bootMachine();
    poke(machine, PAGE, { refcount: 7 });
    expect(machine.memProtect.hyp_page_count(__hyp_va(PAGE))).toBe(7);
    expect(resultOf(() => machine.memProtect.hyp_page_count(__hyp_va(NO_PAGE)))).toBe('FAULT');
  });
});

describe('hyp_pin_shared_mem', () => {
  const pin = (machine: Machine, from: number, to: number) =>
    run(machine, op('hyp_pin_shared_mem', from, to));

  it.each(
    [OWNED, SHARED_OWNED, SHARED_BORROWED, NOPAGE].flatMap((host) =>
      [NOPAGE, OWNED, SHARED_BORROWED].map((hyp) => ({ host, hyp })),
    ),
  )('wants SHARED_OWNED and SHARED_BORROWED: host $host, hyp $hyp', ({ host, hyp }) => {
    const machine = bootMachine();
    poke(machine, PAGE, { host, hyp });
    const pinned = host === SHARED_OWNED && hyp === SHARED_BORROWED;
    expect(pin(machine, PAGE, PAGE + 1)).toBe(pinned ? 0 : -1);
    expect(refcount(machine, PAGE)).toBe(pinned ? 1 : 0);
    expect([hostState(machine, PAGE), hypState(machine, PAGE)]).toEqual([host, hyp]);
  });

  it('pins every page or none', () => {
    const machine = bootMachine();
    for (const pfn of [PAGE, PAGE + 1]) run(machine, op('__pkvm_host_share_hyp', pfn));
    expect(pin(machine, PAGE, PAGE + 3)).toBe(-1);
    expect(pin(machine, PAGE, PAGE + 2)).toBe(0);
    expect(pin(machine, PAGE + 1, PAGE + 2)).toBe(0);
    const counts = [-1, 0, 1, 2].map((i) => refcount(machine, PAGE + i));
    expect(counts).toEqual([0, 1, 2, 0]);
  });

  it.each([
    ['no pages', PAGE, PAGE, 0],
    ['no pages at the start of a region', 0x40000, 0x40000, -22],
    ['a range that leaves its region', PAGE, 0x41001, -22],
    ['pages in no region', NO_PAGE, NO_PAGE + 1, -1],
    ['an end before the start', PAGE + 2, PAGE, 0],
  ])('%s: %i to %i gives %i', (_name, from, to, expected) => {
    const machine = bootMachine();
    expect(pin(machine, from, to)).toBe(expected);
    expect(machine.state.journalLength).toBe(0);
  });

  it('is a BUG at 65535 references, the locks held', () => {
    const machine = bootMachine();
    run(machine, op('__pkvm_host_share_hyp', PAGE));
    poke(machine, PAGE, { refcount: 65535 });
    expect(pin(machine, PAGE, PAGE + 1)).toBe('BUG');
    expect(machine.locks.held).toBe(3);
  });
});

describe('hyp_unpin_shared_mem', () => {
  it('drops a reference of each page without looking at its state', () => {
    const machine = bootMachine();
    poke(machine, PAGE, { refcount: 1, host: NOPAGE });
    poke(machine, PAGE + 1, { refcount: 3 });
    expect(run(machine, op('hyp_unpin_shared_mem', PAGE, PAGE + 2))).toBe(0);
    expect([refcount(machine, PAGE), refcount(machine, PAGE + 1)]).toEqual([0, 2]);
  });

  it('is a BUG at the first page without one', () => {
    const machine = bootMachine();
    poke(machine, PAGE, { refcount: 2 });
    expect(run(machine, op('hyp_unpin_shared_mem', PAGE, PAGE + 2))).toBe('BUG');
    expect(refcount(machine, PAGE)).toBe(1);
    expect(machine.locks.held).toBe(3);
  });

  it('faults outside memory', () => {
    expect(run(bootMachine(), op('hyp_unpin_shared_mem', NO_PAGE, NO_PAGE + 1))).toBe('FAULT');
  });
});
