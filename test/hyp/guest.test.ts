// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Machine } from '../../src/hyp/machine.js';
import type { Op } from '../../src/hyp/op.js';
import {
  HYP_PAGE,
  hostState,
  NO_PAGE,
  NOMAP_PAGE,
  NOPAGE,
  OWNED,
  op,
  PAGE,
  poke,
  refcount,
  run,
  runAll,
  SHARED_BORROWED,
  SHARED_OWNED,
  shareCount,
  shareGuest,
} from '../support/machines.js';
import { bits, guestEntry, pathRefcounts } from '../support/tables.js';
import { bootWithVcpu, HANDLE, MEMCACHE, VM } from '../support/vms.js';

const GFN = 0x5;
const NONE = '0000000000000000';

function guest(machine: Machine, gfn: number): string {
  return bits(guestEntry(machine, machine.guest.pgtableOf(0), gfn));
}

/** A machine whose guest has PAGE at GFN. */
function bootShared(prot = 6): Machine {
  const machine = bootWithVcpu();
  expect(run(machine, shareGuest(PAGE, GFN, prot, MEMCACHE))).toBe(0);
  machine.state.commit();
  return machine;
}

/** Word of the guest's last-level entry. */
function entryWord(machine: Machine, gfn: number): number {
  const { path } = guestEntry(machine, machine.guest.pgtableOf(0), gfn);
  const table = machine.layout.pageIndex(path[path.length - 1]);
  return machine.layout.frameOf(table) + 2 * (gfn % 512);
}

const unshare = (gfn = GFN, handle = HANDLE) => op('__pkvm_host_unshare_guest', handle, gfn);
const wrprotect = (gfn = GFN, handle = HANDLE) => op('__pkvm_host_wrprotect_guest', handle, gfn);
const young = (gfn = GFN, mkold = 0, handle = HANDLE) =>
  op('__pkvm_host_test_clear_young_guest', handle, gfn, mkold);
const relax = (gfn = GFN, prot = 7) => op('__pkvm_host_relax_perms_guest', gfn, prot);
const mkyoung = (gfn = GFN) => op('__pkvm_host_mkyoung_guest', gfn);

const ON_A_SHARED_PAGE: [string, (gfn?: number) => Op][] = [
  ['unshare', unshare],
  ['wrprotect', wrprotect],
  ['test_clear_young', young],
  ['relax_perms', relax],
  ['mkyoung', mkyoung],
];

describe('__pkvm_host_share_guest', () => {
  it.each([
    [7, '01000000401007db'],
    [6, '01400000401007db'],
    [4, '014000004010075b'],
    [0, '014000004010071b'],
  ])('maps the page with the rights %i, as borrowed', (prot, expected) => {
    const machine = bootShared(prot);
    expect(guest(machine, GFN)).toBe(expected);
    expect([hostState(machine, PAGE), shareCount(machine, PAGE), refcount(machine, PAGE)]).toEqual([
      SHARED_OWNED,
      1,
      0,
    ]);
  });

  it('counts every share of a page', () => {
    const machine = bootShared();
    expect(run(machine, shareGuest(PAGE, GFN + 1))).toBe(0);
    expect([hostState(machine, PAGE), shareCount(machine, PAGE)]).toEqual([SHARED_OWNED, 2]);
  });

  it.each([
    ['rights outside RWX', PAGE, 1, 8, -22],
    ['a page in no region', NO_PAGE, 1, 6, -1],
    ['a nomap page', NOMAP_PAGE, 1, 6, -1],
    ['the last page of the address space', 2 ** 52 - 1, 1, 6, -22],
    ['a guest page that is taken', PAGE + 1, GFN, 6, -1],
    ['a guest page beyond 40 bits', PAGE + 1, 2 ** 28, 6, -34],
    ['a page of hyp', HYP_PAGE, 1, 6, -1],
    ['rights before the range', NO_PAGE, 1, 8, -22],
    ['the range before the guest page', NO_PAGE, GFN, 6, -1],
    ['the guest page before the host state', HYP_PAGE, 2 ** 28, 6, -34],
  ])('refuses %s', (_name, pfn, gfn, prot, expected) => {
    const machine = bootShared();
    expect(run(machine, shareGuest(pfn, gfn, prot))).toBe(expected);
    expect([machine.state.journalLength, machine.locks.held]).toEqual([0, 0]);
  });

  it.each([
    [OWNED, 0, true, 0, 1],
    [OWNED, 3, true, 0, 4],
    [SHARED_OWNED, 2, true, 0, 3],
    [SHARED_OWNED, 0, true, 'WARN', 0],
    [SHARED_OWNED, 0, false, -1, 0],
    [SHARED_BORROWED, 0, true, -1, 0],
    [SHARED_BORROWED, 1, true, -1, 1],
    [NOPAGE, 1, true, -1, 1],
  ])('of a page in state %i, count %i, warn %s: %s', (host, shares, warn, expected, after) => {
    const machine = bootWithVcpu({ shareGuestWarn: warn });
    run(machine, shareGuest(PAGE, GFN, 6, MEMCACHE));
    poke(machine, PAGE + 1, { host, shares });
    expect(run(machine, shareGuest(PAGE + 1, GFN + 1))).toBe(expected);
    expect(shareCount(machine, PAGE + 1)).toBe(after);
    expect(hostState(machine, PAGE + 1)).toBe(expected === 0 ? SHARED_OWNED : host);
    expect(guest(machine, GFN + 1) === NONE).toBe(expected !== 0);
  });

  it('panics without a page for a table, the host side changed and the locks held', () => {
    const machine = bootWithVcpu();
    expect(run(machine, shareGuest(PAGE, GFN))).toBe('WARN');
    expect([hostState(machine, PAGE), shareCount(machine, PAGE)]).toEqual([SHARED_OWNED, 0]);
    expect(machine.locks.held).toBe(5);
  });

  it('keeps the table it had a page for when it has none for the next', () => {
    const machine = bootWithVcpu();
    expect(run(machine, shareGuest(PAGE, GFN, 6, MEMCACHE.slice(0, 1)))).toBe('WARN');
    const entry = guestEntry(machine, machine.guest.pgtableOf(0), GFN);
    expect([entry.level, entry.path[1]]).toEqual([2, MEMCACHE[0]]);
  });
});

describe('tables of a guest', () => {
  it('come from the memcache, which is taken from the head of the host’s list', () => {
    const machine = bootShared();
    const { path } = guestEntry(machine, machine.guest.pgtableOf(0), GFN);
    // Donated in order, so the last one is on top.
    expect(path.slice(1)).toEqual([MEMCACHE[3], MEMCACHE[2]]);
    const counts = pathRefcounts(machine, guestEntry(machine, machine.guest.pgtableOf(0), GFN));
    expect(counts).toEqual([2, 2, 2]);
    const states = MEMCACHE.map((pfn) => hostState(machine, pfn));
    expect(states).toEqual([NOPAGE, NOPAGE, NOPAGE, NOPAGE]);
    const orders = MEMCACHE.map((pfn) => machine.vmemmap.order(machine.layout.pageIndex(pfn)));
    expect(orders).toEqual([0, 0, 0, 0]);
    expect(MEMCACHE.map((pfn) => refcount(machine, pfn))).toEqual([0, 0, 2, 2]);
  });

  it('come from the pool first: a freed table is used again, the first freed first', () => {
    const machine = bootShared();
    const before = guestEntry(machine, machine.guest.pgtableOf(0), GFN).path;
    expect(run(machine, unshare())).toBe(0);
    expect(run(machine, shareGuest(PAGE, 0x7ffff, 6))).toBe(0);
    const after = guestEntry(machine, machine.guest.pgtableOf(0), 0x7ffff).path;
    expect(after.slice(1)).toEqual([before[2], before[1]]);
  });
});

describe.each(ON_A_SHARED_PAGE)('%s, of what is not shared:', (_name, operation) => {
  it.each([
    ['nothing at 1 GiB', 0x100000, -7],
    ['nothing at 2 MiB', 0x400, -7],
    ['nothing at the page', GFN + 1, -2],
    ['a page beyond 40 bits', 2 ** 28, -34],
  ])('%s', (_what, gfn, expected) => {
    const machine = bootShared();
    expect(run(machine, operation(gfn))).toBe(expected);
    expect(machine.locks.held).toBe(0);
    expect([hostState(machine, PAGE), shareCount(machine, PAGE)]).toEqual([SHARED_OWNED, 1]);
  });

  it.each([
    ['a page the guest owns', 0x00400000, PAGE, {}, -1],
    ['a page the guest shares', 0x00c00000, PAGE, {}, -1],
    ['a page the host owns again', 0x01400000, PAGE, { host: OWNED }, -1],
    ['a page of hyp', 0x01400000, PAGE, { host: NOPAGE }, -1],
    ['a page with no share count', 0x01400000, PAGE, { shares: 0 }, 'WARN'],
    ['a nomap page', 0x01400000, NOMAP_PAGE, {}, 'WARN'],
    ['a page in no region', 0x01400000, NO_PAGE, {}, 'WARN'],
  ])('%s', (_what, hi, pfn, change, expected) => {
    const machine = bootShared();
    const word = entryWord(machine, GFN);
    machine.state.set(word, (pfn << 12) | 0x7db);
    machine.state.set(word + 1, hi);
    poke(machine, PAGE, change);
    const before = guest(machine, GFN);
    expect(run(machine, operation())).toBe(expected);
    expect(guest(machine, GFN)).toBe(before);
    expect(machine.locks.held).toBe(expected === 'WARN' ? 5 : 0);
  });
});

describe('__pkvm_host_unshare_guest', () => {
  it('unmaps the page; the host owns it when no guest has it', () => {
    const machine = bootShared();
    run(machine, shareGuest(PAGE, GFN + 1));
    expect(run(machine, unshare())).toBe(0);
    expect([hostState(machine, PAGE), shareCount(machine, PAGE)]).toEqual([SHARED_OWNED, 1]);
    expect([guest(machine, GFN), guest(machine, GFN + 1)]).toEqual([NONE, '01400000401007db']);
    expect(run(machine, unshare(GFN + 1))).toBe(0);
    expect([hostState(machine, PAGE), shareCount(machine, PAGE)]).toEqual([OWNED, 0]);
    expect(guestEntry(machine, machine.guest.pgtableOf(0), GFN).level).toBe(1);
  });

  it('is -ENOENT, or -E2BIG once the table is gone, when done twice', () => {
    const machine = bootShared();
    run(machine, shareGuest(PAGE + 1, GFN + 1));
    expect(runAll(machine, unshare(), unshare())).toEqual([0, -2]);
    expect(runAll(machine, unshare(GFN + 1), unshare(GFN + 1))).toEqual([0, -7]);
  });
});

describe('rights and age of a guest page', () => {
  it('wrprotect takes the right to write, relax_perms gives rights', () => {
    const machine = bootShared();
    expect(run(machine, wrprotect())).toBe(0);
    expect(guest(machine, GFN)).toBe('014000004010075b');
    expect(run(machine, relax(GFN, 2))).toBe(0);
    expect(guest(machine, GFN)).toBe('01400000401007db');
    expect(run(machine, relax(GFN, 1))).toBe(0);
    expect(guest(machine, GFN)).toBe('01000000401007db');
  });

  it('relax_perms refuses rights outside RWX before it looks at the page', () => {
    const machine = bootShared();
    expect(run(machine, relax(2 ** 28, 8))).toBe(-22);
  });

  it('test_clear_young tells and forgets, mkyoung remembers', () => {
    const machine = bootShared();
    expect(runAll(machine, young(GFN, 0), young(GFN, 1), young(GFN, 1), young(GFN, 0))).toEqual([
      1, 1, 0, 0,
    ]);
    expect(guest(machine, GFN)).toBe('01400000401003db');
    expect(runAll(machine, mkyoung(), young(GFN, 0))).toEqual([0, 1]);
    expect(guest(machine, GFN)).toBe('01400000401007db');
  });
});

describe('by handle', () => {
  it.each([
    ['unshare', unshare],
    ['wrprotect', wrprotect],
    ['test_clear_young', (gfn: number, handle: number) => young(gfn, 0, handle)],
  ])('%s is -EINVAL for no such VM, and holds a reference on one while it runs', (_name, make) => {
    const machine = bootShared();
    for (const handle of [0, 0xfff, HANDLE + 1, HANDLE + 254, HANDLE + 255, 2 ** 32 - 1]) {
      expect(run(machine, make(GFN, handle))).toBe(-22);
    }
    expect(machine.state.journalLength).toBe(0);
    expect(run(machine, make(GFN, HANDLE))).toBeGreaterThanOrEqual(0);
    // The loaded vCPU's own reference.
    expect(refcount(machine, VM)).toBe(1);
    const panicking = bootShared();
    poke(panicking, PAGE, { shares: 0 });
    expect(run(panicking, make(GFN, HANDLE))).toBe('WARN');
    expect(refcount(panicking, VM)).toBe(2);
  });

  it.each([
    ['share', shareGuest(PAGE + 1, GFN + 1)],
    ['relax_perms', relax()],
    ['mkyoung', mkyoung()],
  ])('%s is -EINVAL without a loaded vCPU', (_name, operation) => {
    const machine = bootShared();
    run(machine, op('__pkvm_vcpu_put'));
    expect(run(machine, operation)).toBe(-22);
  });
});
