// SPDX-License-Identifier: GPL-2.0-only
/** The tests that both implementations run on a real machine. */

import { describe, expect, it } from 'vitest';
import type { Machine } from '../../src/hyp/machine.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import {
  bootMachine,
  hostEntry,
  hostState,
  hypState,
  NO_PAGE,
  NOMAP_PAGE,
  NOPAGE,
  OTHER_PAGE,
  OWNED,
  op,
  PAGE,
  poke,
  refcount,
  run,
  SHARED_OWNED,
} from './machines.js';
import { everyState, expectedAfter, TRANSITIONS, type Version } from './transition_table.js';

const STATE_NAMES: Record<number, string> = {
  0: 'OWNED',
  1: 'SHARED_OWNED',
  2: 'SHARED_BORROWED',
  4: 'NOPAGE',
};

/** One page in every state: outcome, states after, reference count untouched, locks given back. */
export function describeStateTable(version: Version, implementation: Implementation): void {
  describe.each(TRANSITIONS)('%s on a page in every state', (transition) => {
    const machines = new Map([false, true].map((debug) => [debug, boot(debug)]));
    function boot(debug: boolean): Machine {
      return bootMachine({ debug }, implementation);
    }

    it.each(
      everyState().map((before) => ({
        before,
        after: expectedAfter(version, transition, before),
        title: `host ${STATE_NAMES[before.host]}, hyp ${STATE_NAMES[before.hyp]}, refcount ${before.refcount}, debug ${before.debug ? 'on' : 'off'}`,
      })),
    )('$title', ({ before, after }) => {
      const machine = machines.get(before.debug) as Machine;
      const mark = machine.state.journalLength;
      poke(machine, PAGE, { host: before.host, refcount: before.refcount, hyp: before.hyp });
      const outcome = run(machine, op(transition, PAGE, 1));
      const found = {
        outcome,
        host: hostState(machine, PAGE),
        hyp: hypState(machine, PAGE),
      };
      expect(found).toEqual(after);
      expect(refcount(machine, PAGE)).toBe(before.refcount);
      expect(hostState(machine, OTHER_PAGE)).toBe(OWNED);
      expect(hypState(machine, OTHER_PAGE)).toBe(NOPAGE);
      machine.state.undoTo(mark);
      machine.revive();
    });
  });
}

/** Errors of the range, owners in the host stage 2, sizes. */
export function describeRanges(implementation: Implementation): void {
  describe.each([
    '__pkvm_host_share_hyp',
    '__pkvm_host_unshare_hyp',
    '__pkvm_host_donate_hyp',
    '__pkvm_host_share_ffa',
    '__pkvm_host_unshare_ffa',
  ] as const)('%s refuses', (transition) => {
    it.each([
      ['a page in no region', NO_PAGE, -1],
      ['a nomap page', NOMAP_PAGE, -1],
      ['the last page of the address space', 2 ** 52 - 1, -22],
    ])('%s', (_name, pfn, expected) => {
      const machine = bootMachine({}, implementation);
      expect(run(machine, op(transition, pfn, 1))).toBe(expected);
      expect(machine.state.journalLength).toBe(0);
    });
  });

  describe.each([
    '__pkvm_host_donate_hyp',
    '__pkvm_host_share_ffa',
    '__pkvm_host_unshare_ffa',
  ] as const)('%s of several pages', (transition) => {
    it('refuses a range that leaves its region', () => {
      const machine = bootMachine({}, implementation);
      expect(run(machine, op(transition, 0x9003f, 2))).toBe(-22);
      expect(machine.state.journalLength).toBe(0);
    });

    it('refuses a range with one page in another state, and changes nothing', () => {
      const machine = bootMachine({}, implementation);
      const before = transition === '__pkvm_host_unshare_ffa' ? SHARED_OWNED : OWNED;
      for (let i = 0; i < 3; i++) poke(machine, PAGE + i, { host: i === 2 ? 2 : before });
      const mark = machine.state.journalLength;
      expect(run(machine, op(transition, PAGE, 3))).toBe(-1);
      expect(machine.state.journalLength).toBe(mark);
    });

    it('does nothing to no pages', () => {
      const machine = bootMachine({}, implementation);
      expect(run(machine, op(transition, PAGE, 0))).toBe(0);
      expect(hostState(machine, PAGE)).toBe(OWNED);
    });
  });

  describe('donations', () => {
    it('write the owner into the host stage 2 and take it out again', () => {
      const machine = bootMachine({}, implementation);
      expect(run(machine, op('__pkvm_host_donate_hyp', PAGE, 3))).toBe(0);
      const pages = [PAGE - 1, PAGE, PAGE + 1, PAGE + 2, PAGE + 3];
      expect(pages.map((pfn) => hostEntry(machine, pfn))).toEqual([
        'none',
        'owner 1',
        'owner 1',
        'owner 1',
        'none',
      ]);
      expect(pages.map((pfn) => hostState(machine, pfn))).toEqual([0, NOPAGE, NOPAGE, NOPAGE, 0]);
      expect(pages.map((pfn) => hypState(machine, pfn))).toEqual([NOPAGE, 0, 0, 0, NOPAGE]);

      expect(run(machine, op('__pkvm_hyp_donate_host', PAGE, 2))).toBe(0);
      expect(pages.map((pfn) => hostEntry(machine, pfn))).toEqual([
        'none',
        'none',
        'none',
        'owner 1',
        'none',
      ]);
      expect(pages.map((pfn) => hostState(machine, pfn))).toEqual([0, 0, 0, NOPAGE, 0]);
      expect(pages.map((pfn) => hypState(machine, pfn))).toEqual([
        NOPAGE,
        NOPAGE,
        NOPAGE,
        0,
        NOPAGE,
      ]);
    });

    it('to the host refuse a range with one page hyp has not', () => {
      const machine = bootMachine({}, implementation);
      run(machine, op('__pkvm_host_donate_hyp', PAGE, 2));
      const mark = machine.state.journalLength;
      expect(run(machine, op('__pkvm_hyp_donate_host', PAGE, 3))).toBe(-1);
      expect(machine.state.journalLength).toBe(mark);
    });

    it('to the host refuse what is beyond 48 bits', () => {
      const machine = bootMachine({}, implementation);
      expect(run(machine, op('__pkvm_hyp_donate_host', 2 ** 36, 1))).toBe(-34);
    });
  });

  describe('FF-A sharing', () => {
    it('changes the host state of each page and no table', () => {
      const machine = bootMachine({}, implementation);
      const pages = [PAGE - 1, PAGE, PAGE + 1, PAGE + 2];
      expect(run(machine, op('__pkvm_host_share_ffa', PAGE, 2))).toBe(0);
      expect(pages.map((pfn) => hostState(machine, pfn))).toEqual([0, 1, 1, 0]);
      expect(run(machine, op('__pkvm_host_unshare_ffa', PAGE, 1))).toBe(0);
      expect(pages.map((pfn) => hostState(machine, pfn))).toEqual([0, 0, 1, 0]);
      expect(machine.state.journalLength).toBe(3);
    });
  });

  describe('sharing with hyp', () => {
    it('maps the page read-write and unmaps it again', () => {
      const machine = bootMachine({}, implementation);
      expect(run(machine, op('__pkvm_host_share_hyp', PAGE))).toBe(0);
      const pages = [PAGE - 1, PAGE, PAGE + 1];
      expect(pages.map((pfn) => hypState(machine, pfn))).toEqual([NOPAGE, 2, NOPAGE]);
      expect(pages.map((pfn) => hostState(machine, pfn))).toEqual([0, 1, 0]);
      expect(run(machine, op('__pkvm_host_unshare_hyp', PAGE))).toBe(0);
      expect(pages.map((pfn) => hypState(machine, pfn))).toEqual([NOPAGE, NOPAGE, NOPAGE]);
      expect(pages.map((pfn) => hostState(machine, pfn))).toEqual([0, 0, 0]);
    });
  });
}

/** A machine whose hpool boots with no page left over. */
export function bootWithFullHpool(implementation: Implementation): Machine {
  return bootMachine(
    { carveout: { pfn: 0x40e00, hpool_pages: 4, host_s2_pages: 40 } },
    implementation,
  );
}

/** A machine whose host_s2_pool boots with no page left over. */
export function bootWithFullHostPool(implementation: Implementation): Machine {
  return bootMachine(
    { carveout: { pfn: 0x40e00, hpool_pages: 40, host_s2_pages: 4 } },
    implementation,
  );
}
