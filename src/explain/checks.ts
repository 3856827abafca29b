// SPDX-License-Identifier: GPL-2.0-only
/** What the checks look at and find, told from the state they looked at. */

import { guestStateOf, hostStateOf, hypStateOf } from '../hyp/lookup.js';
import type { Machine } from '../hyp/machine.js';
import { __hyp_pa, PFN_SPACE, wrapPfn } from '../hyp/numbers.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';
import type { KvmPgtable } from '../hyp/pgtable.js';
import { hex, slotOfWord } from './values.js';

type Find = (machine: Machine, args: readonly unknown[], result: unknown) => string;

const CHECKS: Readonly<Record<string, Find>> = {
  check_range_allowed_memory: (machine, [start, end]) => range(machine, Number(start), Number(end)),
  __host_check_page_state_range(machine, [addr, size, state]) {
    const page = Number(addr);
    return states('host', page, wrapPfn(page + Number(size)), Number(state), (pfn) =>
      hostStateOf(machine, pfn),
    );
  },
  'hypPgtable.check_page_state_range'(machine, [addr, size, state]) {
    const page = __hyp_pa(Number(addr));
    return states('hyp', page, wrapPfn(page + Number(size)), Number(state), (pfn) =>
      hypStateOf(machine, pfn),
    );
  },
  'stage2.check_page_state_range'(machine, [pgt, addr, size, state]) {
    const slot = slotOfWord((pgt as KvmPgtable).pool);
    const gfn = Number(addr);
    return states('guest', gfn, gfn + Number(size), Number(state), (page) =>
      guestStateOf(machine, slot, page),
    );
  },
  hyp_page_count: (_machine, [addr], result) =>
    `page ${hex(__hyp_pa(Number(addr)))}: refcount ${result}`,
  addr_is_memory: (_machine, [addr], result) =>
    `page ${hex(Number(addr))}: ${result ? 'memory' : 'no memory'}`,
};

/** What a check looked at and found; undefined for a function that checks nothing by itself. */
export function foundBy(
  machine: Machine,
  component: string,
  name: string,
  args: readonly unknown[],
  result: unknown,
): string | undefined {
  const find = CHECKS[`${component}.${name}`] ?? CHECKS[name];
  return find?.(machine, args, result);
}

/** The first page in another state than wanted, or that all are in it. */
function states(
  owner: string,
  start: number,
  end: number,
  wanted: number,
  stateOf: (page: number) => number,
): string {
  if (start >= end) return 'no pages';
  const name = PAGE_STATE_NAMES[wanted];
  for (let page = start; page < end; page++) {
    const state = stateOf(page);
    if (state === wanted) continue;
    const found = state < 0 ? 'no memory' : `${owner} ${PAGE_STATE_NAMES[state]}`;
    return `page ${hex(page)}: ${found}, wanted ${name}`;
  }
  const pages = end - start === 1 ? `page ${hex(start)}` : `${end - start} pages`;
  return `${pages}: ${owner} ${name}`;
}

function range(machine: Machine, start: number, end: number): string {
  const { memory } = machine.config;
  const last = end === 0 ? PFN_SPACE - 1 : end - 1;
  const region = memory.find(({ pfn, pages }) => start >= pfn && start < pfn + pages);
  if (!region) return `page ${hex(start)}: no memory`;
  const limit = region.pfn + region.pages;
  if (last >= limit || last < region.pfn) return `not within region ${hex(region.pfn)}`;
  return `region ${hex(region.pfn)}-${hex(limit - 1)}${region.nomap ? ', nomap' : ''}`;
}
