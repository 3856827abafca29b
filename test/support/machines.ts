// SPDX-License-Identifier: GPL-2.0-only
/** Small machines for the tests, and short ways to run operations on them. */

import { direct } from '../../src/direct/index.js';
import { Machine } from '../../src/hyp/machine.js';
import { __hyp_va } from '../../src/hyp/numbers.js';
import { type MachineConfig, Op, OpCode, type OpName } from '../../src/hyp/op.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { panicName } from './fake_helpers.js';

/** Pages of the default machine that its tests like to use: the host owns all of them. */
export const PAGE = 0x40100;
export const OTHER_PAGE = 0x40101;
/** First page of the carve-out, and of the nomap region; a page in no region. */
export const HYP_PAGE = 0x40e00;
export const NOMAP_PAGE = 0x80000;
export const NO_PAGE = 0x50000;

export const NOPAGE = 4;
export const OWNED = 0;
export const SHARED_OWNED = 1;
export const SHARED_BORROWED = 2;

export interface ConfigChange {
  debug?: boolean;
  shareGuestWarn?: boolean;
  memory?: MachineConfig['memory'];
  carveout?: MachineConfig['carveout'];
}

/** Three regions (the second nomap) with gaps before, between and after, and a small carve-out. */
export function smallConfig(change: ConfigChange = {}): MachineConfig {
  return {
    nvhe_el2_debug: change.debug ?? false,
    share_guest_warn: change.shareGuestWarn ?? true,
    memory: change.memory ?? [
      { pfn: 0x40000, pages: 4096, nomap: false },
      { pfn: 0x80000, pages: 16, nomap: true },
      { pfn: 0x90000, pages: 64, nomap: false },
    ],
    carveout: change.carveout ?? { pfn: HYP_PAGE, hpool_pages: 40, host_s2_pages: 40 },
  };
}

/** A booted machine of its own. */
export function bootMachine(
  change: ConfigChange = {},
  implementation: Implementation = direct,
): Machine {
  return Machine.alone(smallConfig(change), implementation);
}

/** An operation by name. */
export function op(name: OpName, ...numbers: number[]): Op {
  const [a, b, c, d, e, f] = numbers;
  return new Op(OpCode[name], a, b, c, d, e, f);
}

/** An operation with a list: FF-A ranges. */
export function listOp(name: OpName, list: readonly number[]): Op {
  return new Op(OpCode[name], 0, 0, 0, 0, 0, 0, list);
}

/** `share_guest` with a memcache. */
export function shareGuest(
  pfn: number,
  gfn: number,
  prot = 6,
  memcache: readonly number[] = [],
): Op {
  return new Op(OpCode.__pkvm_host_share_guest, pfn, gfn, prot, 0, 0, 0, memcache);
}

/** The result of an operation, or the name of its panic. */
export function run(machine: Machine, operation: Op): number | string {
  const outcome = machine.run(operation);
  return machine.panicked ? panicName(outcome) : outcome;
}

/** The results of operations one after the other. */
export function runAll(machine: Machine, ...operations: Op[]): (number | string)[] {
  return operations.map((operation) => run(machine, operation));
}

/** Writes a constructed state; leaves alone what is not given. */
export function poke(
  machine: Machine,
  pfn: number,
  change: { host?: number; refcount?: number; shares?: number; hyp?: number },
): number | string {
  const { host = -1, refcount = -1, shares = -1, hyp = -1 } = change;
  return run(machine, op('poke', pfn, host, refcount, shares, hyp));
}

/** The host's state of a page. */
export function hostState(machine: Machine, pfn: number): number {
  return machine.vmemmap.hostState(machine.layout.pageIndex(pfn));
}

export function refcount(machine: Machine, pfn: number): number {
  return machine.vmemmap.refcount(machine.layout.pageIndex(pfn));
}

export function shareCount(machine: Machine, pfn: number): number {
  return machine.vmemmap.shareCount(machine.layout.pageIndex(pfn));
}

/** Hyp's state of a physical page: the one state its check accepts. */
export function hypState(machine: Machine, pfn: number): number {
  const virt = __hyp_va(pfn);
  const states = [OWNED, SHARED_OWNED, SHARED_BORROWED, NOPAGE].filter(
    (state) => machine.hypPgtable.check_page_state_range(virt, 1, state) === 0,
  );
  return states[0];
}

/** The host stage 2 entry of a page: nonzero invalid ones give their owner, valid ones `mapped`. */
export function hostEntry(machine: Machine, pfn: number): string {
  const { words } = machine.state;
  let table = words[2] - 1 + Math.floor(pfn / 2 ** 27);
  for (let level = 1; ; level++) {
    const shift = 9 * (3 - level);
    const base = machine.layout.frameOf(machine.layout.pageIndex(table));
    const lo = words[base + 2 * ((pfn >>> shift) & 511)];
    if (lo === 0) return 'none';
    if ((lo & 1) === 0) return `owner ${lo >> 2}`;
    if (level === 3 || (lo & 2) === 0) return `mapped at level ${level}`;
    table = (lo >>> 12) + (words[base + 2 * ((pfn >>> shift) & 511) + 1] & 0xffff) * 2 ** 20;
  }
}
