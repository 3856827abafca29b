// SPDX-License-Identifier: GPL-2.0-only
/** The state of a page in words. */

import { hostStateOf, hypStateOf } from '../hyp/lookup.js';
import type { Machine } from '../hyp/machine.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';

/** `host SHARED_OWNED, hyp NOPAGE, refcount 1`, or that there is no memory. */
export function describePage(machine: Machine, pfn: number): string {
  const host = hostStateOf(machine, pfn);
  if (host < 0) return 'no memory';
  const page = machine.layout.pageIndex(pfn);
  const shares = machine.vmemmap.shareCount(page);
  const parts = [
    `host ${PAGE_STATE_NAMES[host]}`,
    `hyp ${PAGE_STATE_NAMES[hypStateOf(machine, pfn)]}`,
    `refcount ${machine.vmemmap.refcount(page)}`,
  ];
  if (shares > 0) parts.push(`host_share_guest_count ${shares}`);
  return parts.join(', ');
}
