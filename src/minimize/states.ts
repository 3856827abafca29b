// SPDX-License-Identifier: GPL-2.0-only
/** Expectations of state for the operations of a trace that is written: what pages are after each. */

import { type PageNow, pageNow } from '../compare/expected_state.js';
import type { Lockstep } from '../compare/lockstep.js';
import type { Machine } from '../hyp/machine.js';
import type { Op } from '../hyp/op.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';
import { type ExpectState, firstPageOf, type PageState, pageRanges } from '../ops/index.js';

/** So many pages are followed: the first of each range that the operations name. */
const MOST_PAGES = 16;

/** Follows the pages that a trace names through the trace. */
export class StateWriter {
  private readonly pages: readonly number[];
  private readonly before = new Map<number, string>();

  constructor(
    private readonly lockstep: Lockstep,
    private readonly names: readonly [string, string],
    ops: readonly Op[],
  ) {
    const named = new Set(ops.flatMap(pageRanges).map(({ start }) => start));
    const inMemory = [...named].filter((page) => lockstep.layout.pageIndex(page) >= 0);
    this.pages = inMemory.slice(0, MOST_PAGES).sort((a, b) => a - b);
    for (const page of this.pages) this.before.set(page, this.textOf(page));
  }

  /** What to expect after an operation that was just run: its first page, and all that it changed. */
  after(op: Op): ExpectState | undefined {
    const first = firstPageOf(op);
    const all: Record<string, PageState> = {};
    const own: Record<string, Record<string, PageState>> = {};
    for (const page of this.pages) {
      const text = this.textOf(page);
      if (text === this.before.get(page) && page !== first) continue;
      this.before.set(page, text);
      const key = `0x${page.toString(16)}`;
      const states = this.machines.map((machine) => written(pageNow(machine, page)));
      if (JSON.stringify(states[0]) === JSON.stringify(states[1])) all[key] = states[0];
      else this.names.forEach((name, i) => ((own[name] ??= {})[key] = states[i]));
    }
    const expected: ExpectState = { ...all, ...own };
    return Object.keys(expected).length === 0 ? undefined : expected;
  }

  private get machines(): readonly [Machine, Machine] {
    return [this.lockstep.first, this.lockstep.second];
  }

  private textOf(page: number): string {
    return JSON.stringify(this.machines.map((machine) => pageNow(machine, page)));
  }
}

/** A page as a trace writes it. A state that has no name in traces is left out. */
function written({ host, hyp, refcount, shares, guests }: PageNow): PageState {
  return {
    ...stateOf('host', host),
    ...stateOf('hyp', hyp),
    refcount,
    host_share_guest_count: shares,
    guests: guests.map(({ vm, gfn }) => ({ vm, gfn: `0x${gfn.toString(16)}` })),
  };
}

const WITHOUT_NAME = 'RESERVED';

function stateOf(key: 'host' | 'hyp', state: number): Pick<PageState, 'host' | 'hyp'> {
  const name = PAGE_STATE_NAMES[state];
  return name === WITHOUT_NAME ? {} : { [key]: name };
}
