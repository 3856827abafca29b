// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { BootError } from '../../src/hyp/boot.js';
import { HOST_S2_POOL, HPOOL } from '../../src/hyp/layout.js';
import type { MachineConfig } from '../../src/hyp/op.js';
import {
  bootMachine,
  HYP_PAGE,
  hostState,
  hypState,
  NOPAGE,
  OWNED,
  refcount,
} from '../support/machines.js';
import { bits, hostS2Entry, hypEntry, pathRefcounts } from '../support/tables.js';

const LAST_PAGE = HYP_PAGE + 79;

describe('boot', () => {
  const machine = bootMachine();

  it('gives the carve-out to hyp and nothing else', () => {
    const pages = [HYP_PAGE - 1, HYP_PAGE, LAST_PAGE, LAST_PAGE + 1];
    expect(pages.map((pfn) => hostState(machine, pfn))).toEqual([OWNED, NOPAGE, NOPAGE, OWNED]);
    expect(pages.map((pfn) => hypState(machine, pfn))).toEqual([NOPAGE, OWNED, OWNED, NOPAGE]);
    expect(bits(hypEntry(machine, LAST_PAGE))).toBe('0040000040e4f743');
    expect(bits(hostS2Entry(machine, LAST_PAGE))).toBe('0000000000000004');
    expect([0x40000, 0x80000, 0x90000].map((pfn) => hostState(machine, pfn))).toEqual([0, 0, 0]);
  });

  it('takes tables from the smallest block of each pool, in order', () => {
    const hyp = hypEntry(machine, HYP_PAGE);
    // 40 pages are a block of 32 and a block of 8.
    const smaller = HYP_PAGE + 32;
    expect(hyp.path).toEqual([smaller, smaller + 1, smaller + 2, smaller + 3]);
    expect(pathRefcounts(machine, hyp)).toEqual([2, 2, 2, 81]);
    const host = hostS2Entry(machine, HYP_PAGE);
    const first = HYP_PAGE + 40;
    expect(host.path).toEqual([first, first + 2, first + 3]);
    expect(pathRefcounts(machine, host)).toEqual([2, 2, 81]);
    expect(refcount(machine, first + 1)).toBe(1);
    expect(machine.alloc.freePages(HPOOL)).toBe(36);
    expect(machine.alloc.freePages(HOST_S2_POOL)).toBe(36);
  });

  it('leaves no lock held and no journal', () => {
    expect([machine.locks.held, machine.state.journalLength, machine.panic]).toEqual([0, 0, 0]);
    expect(machine.panicked).toBe(false);
  });
});

describe('a machine that cannot boot', () => {
  function bootError(carveout: MachineConfig['carveout'], memory?: MachineConfig['memory']) {
    try {
      bootMachine(memory ? { carveout, memory } : { carveout });
    } catch (error) {
      if (error instanceof BootError) return error.message;
      throw error;
    }
    return 'booted';
  }

  it.each([
    [1, 'hpool_pages: 1 pages are too few for the hypervisor’s own tables'],
    [3, 'hpool_pages: 3 pages are too few for the hypervisor’s own tables'],
    [4, 'booted'],
  ])('with %i pages of hpool: %s', (hpool_pages, expected) => {
    const carveout = { pfn: HYP_PAGE, hpool_pages, host_s2_pages: 8 };
    expect(bootError(carveout)).toBe(expected.replace('’', "'"));
  });

  it.each([
    [1, 'host_s2_pages: 1 pages from 0x40e08 hold no aligned pair for the host stage 2 PGD'],
    [2, 'host_s2_pages: 2 pages are too few for the host stage 2 of the carve-out'],
    [3, 'host_s2_pages: 3 pages are too few for the host stage 2 of the carve-out'],
    [4, 'booted'],
  ])('with %i pages of host_s2_pool: %s', (host_s2_pages, expected) => {
    expect(bootError({ pfn: HYP_PAGE, hpool_pages: 8, host_s2_pages })).toBe(expected);
  });

  it('with two pages that are no aligned pair', () => {
    expect(bootError({ pfn: HYP_PAGE, hpool_pages: 9, host_s2_pages: 2 })).toBe(
      'host_s2_pages: 2 pages from 0x40e09 hold no aligned pair for the host stage 2 PGD',
    );
  });

  it('because hyp would panic: a carve-out outside memory', () => {
    const panics = 'the hypervisor panics while booting';
    expect(bootError({ pfn: 0x50000, hpool_pages: 8, host_s2_pages: 8 })).toBe(panics);
    expect(bootError({ pfn: 0x40ff8, hpool_pages: 8, host_s2_pages: 8 })).toBe(panics);
  });
});
