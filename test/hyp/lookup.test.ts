// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { guestStateOf, hostEntryOf, hostStateOf, hypStateOf } from '../../src/hyp/lookup.js';
import {
  bootMachine,
  HYP_PAGE,
  NO_PAGE,
  NOPAGE,
  op,
  PAGE,
  run,
  shareGuest,
} from '../support/machines.js';
import { bootWithVcpu, MEMCACHE } from '../support/vms.js';

describe('lookup', () => {
  const machine = bootMachine();
  run(machine, op('__pkvm_host_share_hyp', PAGE));
  run(machine, op('handle_host_mem_abort', 0x9000005));
  machine.state.commit();

  it.each([
    [PAGE, 1, 2],
    [PAGE + 1, 0, NOPAGE],
    [HYP_PAGE, NOPAGE, 0],
    [NO_PAGE, -1, NOPAGE],
    [2 ** 30, -1, NOPAGE],
  ])('page %i: host %i, hyp %i', (pfn, host, hyp) => {
    expect([hostStateOf(machine, pfn), hypStateOf(machine, pfn)]).toEqual([host, hyp]);
  });

  it.each([
    [HYP_PAGE, [4, 0]],
    [PAGE, [0, 0]],
    [0x9000005, [0x7fd, 0x400090]],
  ])('host stage 2 entry of page %i', (pfn, entry) => {
    expect(hostEntryOf(machine, pfn)).toEqual(entry);
  });

  it('of a guest page', () => {
    const other = bootWithVcpu();
    expect(guestStateOf(other, 0, 5)).toBe(NOPAGE);
    run(other, shareGuest(PAGE, 5, 6, MEMCACHE));
    expect([5, 6].map((gfn) => guestStateOf(other, 0, gfn))).toEqual([2, NOPAGE]);
    expect(guestStateOf(other, 1, 5)).toBe(NOPAGE);
  });

  it('changes nothing', () => {
    expect(machine.state.journalLength).toBe(0);
  });
});
