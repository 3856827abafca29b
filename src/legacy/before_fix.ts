// SPDX-License-Identifier: GPL-2.0-only
/**
 * hyp_ack_unshare() as it was before 5b426d0a481a: that hyp has the page is only looked at in debug,
 * though the host may have shared it with somebody else.
 */

import { EBUSY } from '../hyp/outcome.js';
import { PKVM_ID_HOST, PKVM_PAGE_SHARED_BORROWED } from '../hyp/page_state.js';
import { Components } from './components.js';
import type { PkvmMemTransition } from './transition.js';

export class ComponentsBeforeFix extends Components {
  override hyp_ack_unshare(addr: number, tx: PkvmMemTransition): number {
    if (tx.initiator.id === PKVM_ID_HOST && this.mm.hyp_page_count(addr)) return -EBUSY;
    if (this.__hyp_ack_skip_pgtable_check(tx)) return 0;
    return this.mm.__hyp_check_page_state_range(addr, tx.nr_pages, PKVM_PAGE_SHARED_BORROWED);
  }
}
