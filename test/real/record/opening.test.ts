// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
} from '../../../src/hyp/page_state.js';
import { openingOf, runsOf } from '../../../src/real/record/opening.js';
import type { PageOwnership } from '../../../src/side/side.js';

function page(host: number, hyp = PKVM_NOPAGE, refcount = 0): PageOwnership {
  return { host, hyp, refcount, owner: 0, shareCount: 0, guests: [] };
}

/** Pages 0x40000 to 0x4000f, of which some are not the host's alone. */
function openingWith(pages: Readonly<Record<number, PageOwnership>>) {
  return openingOf({
    memory: [{ pfn: 0x40000, pages: 16 }],
    carveout: { pfn: 0x4000c, pages: 4 },
    of: (pfn) => pages[pfn] ?? page(PKVM_PAGE_OWNED),
  });
}

describe('the start of a recording', () => {
  it('gives the hypervisor what it owned before, run by run, but its pools', () => {
    const hyps = page(PKVM_NOPAGE, PKVM_PAGE_OWNED);
    const { ops, lent } = openingWith({
      0x40001: hyps,
      0x40002: hyps,
      0x40005: hyps,
      0x4000c: hyps,
      0x4000d: hyps,
    });
    const comment = "the hypervisor's since boot";
    expect(ops).toEqual([
      { op: '__pkvm_host_donate_hyp', pfn: '0x40001', nr_pages: 2, expect: 0, comment },
      { op: '__pkvm_host_donate_hyp', pfn: '0x40005', nr_pages: 1, expect: 0, comment },
    ]);
    expect(lent).toBe(0);
  });

  it('shares what was shared, with hyp or the secure world, and pins it as often', () => {
    const { ops } = openingWith({
      0x40003: page(PKVM_PAGE_SHARED_OWNED),
      0x40004: page(PKVM_PAGE_SHARED_OWNED, PKVM_PAGE_SHARED_BORROWED, 2),
    });
    const pinned = { op: 'hyp_pin_shared_mem', from: '0x40004000', to: '0x40005000', expect: 0 };
    expect(ops).toEqual([
      expect.objectContaining({ op: '__pkvm_host_share_ffa', pfn: '0x40003', nr_pages: 1 }),
      expect.objectContaining({ op: '__pkvm_host_share_hyp', pfn: '0x40004' }),
      expect.objectContaining(pinned),
      expect.objectContaining(pinned),
    ]);
  });

  it('counts what the hypervisor lends to the host, which no operation brings about', () => {
    const { ops, lent } = openingWith({ 0x40006: page(PKVM_PAGE_SHARED_BORROWED) });
    expect([ops.length, lent]).toEqual([0, 1]);
  });
});

describe('runs of pages', () => {
  it('are told in order, whatever order the pages come in', () => {
    expect(runsOf([7, 3, 4, 9, 5])).toEqual([
      [3, 3],
      [7, 1],
      [9, 1],
    ]);
    expect(runsOf([])).toEqual([]);
  });
});
