// SPDX-License-Identifier: GPL-2.0-only
/**
 * How a trace gets to the state in which a recording starts: the hypervisor owns pages that the model
 * does not know of (its code, its data, its vmemmap), and the host may have shared some with it.
 */

import { PKVM_NOPAGE, PKVM_PAGE_OWNED, PKVM_PAGE_SHARED_OWNED } from '../../hyp/page_state.js';
import type { PageOwnership } from '../../side/side.js';
import type { TraceOp } from '../../trace/index.js';

const PAGE = 4096;
const SINCE_BOOT = "the hypervisor's since boot";

/** Pages of memory, and what is to be known of each. */
export interface PagesAtStart {
  readonly memory: readonly { readonly pfn: number; readonly pages: number }[];
  /** The pages of its pools, which the model's boot gives to the hypervisor. */
  readonly carveout: { readonly pfn: number; readonly pages: number };
  of(pfn: number): PageOwnership;
}

export interface Opening {
  readonly ops: readonly TraceOp[];
  /** Pages that the hypervisor lends to the host, which no operation brings about. */
  readonly lent: number;
}

/** The operations before the first that was asked for. */
export function openingOf({ memory, carveout, of }: PagesAtStart): Opening {
  const donated: number[] = [];
  const shared: TraceOp[] = [];
  let lent = 0;
  for (const region of memory) {
    for (let pfn = region.pfn; pfn < region.pfn + region.pages; pfn++) {
      if (pfn >= carveout.pfn && pfn < carveout.pfn + carveout.pages) continue;
      const { host, hyp, refcount } = of(pfn);
      if (host === PKVM_PAGE_OWNED) continue;
      if (host === PKVM_NOPAGE) donated.push(pfn);
      else if (host === PKVM_PAGE_SHARED_OWNED) shared.push(...sharing(pfn, hyp, refcount));
      else lent++;
    }
  }
  const given = runsOf(donated).map(([pfn, pages]) => donation(pfn, pages, SINCE_BOOT));
  return { ops: [...given, ...shared], lent };
}

function sharing(pfn: number, hyp: number, refcount: number): TraceOp[] {
  const comment = 'shared since boot';
  const page = hexOf(pfn);
  if (hyp === PKVM_NOPAGE) {
    return [{ op: '__pkvm_host_share_ffa', pfn: page, nr_pages: 1, expect: 0, comment }];
  }
  const pins = Array.from({ length: refcount }, () => pin(pfn, 1, 'pinned since boot'));
  return [{ op: '__pkvm_host_share_hyp', pfn: page, expect: 0, comment }, ...pins];
}

/** Runs of page numbers that follow each other: first, pages. */
export function runsOf(pfns: Iterable<number>): [pfn: number, pages: number][] {
  const runs: [number, number][] = [];
  for (const pfn of [...pfns].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === pfn) last[1]++;
    else runs.push([pfn, 1]);
  }
  return runs;
}

export function donation(pfn: number, pages: number, comment: string): TraceOp {
  return { op: '__pkvm_host_donate_hyp', pfn: hexOf(pfn), nr_pages: pages, expect: 0, comment };
}

export function donationBack(pfn: number, pages: number, comment: string): TraceOp {
  return { op: '__pkvm_hyp_donate_host', pfn: hexOf(pfn), nr_pages: pages, expect: 0, comment };
}

export function pin(pfn: number, pages: number, comment: string): TraceOp {
  const [from, to] = [hexOf(pfn * PAGE), hexOf((pfn + pages) * PAGE)];
  return { op: 'hyp_pin_shared_mem', from, to, expect: 0, comment };
}

export function unpin(pfn: number, pages: number, comment: string): TraceOp {
  const [from, to] = [hexOf(pfn * PAGE), hexOf((pfn + pages) * PAGE)];
  return { op: 'hyp_unpin_shared_mem', from, to, expect: 0, comment };
}

function hexOf(value: number): string {
  return `0x${value.toString(16)}`;
}
