// SPDX-License-Identifier: GPL-2.0-only
/**
 * hyp_ack_unshare() as it was before 5b426d0a481a: that hyp has the page is only looked at in debug,
 * though the host may have shared it with somebody else.
 */

import { EBUSY } from '../hyp/outcome.js';
import { PKVM_ID_HOST, PKVM_PAGE_SHARED_BORROWED } from '../hyp/page_state.js';
import type { TransitionSteps } from '../hyp/transitions.js';
import { Components } from './components.js';
import { LEGACY_STEPS } from './steps.js';
import type { PkvmMemTransition } from './transition.js';

export class ComponentsBeforeFix extends Components {
  override hyp_ack_unshare(addr: number, tx: PkvmMemTransition): number {
    if (tx.initiator.id === PKVM_ID_HOST && this.mm.hyp_page_count(addr)) return -EBUSY;
    if (this.__hyp_ack_skip_pgtable_check(tx)) return 0;
    return this.mm.__hyp_check_page_state_range(addr, tx.nr_pages, PKVM_PAGE_SHARED_BORROWED);
  }
}

const HYP_CHECK = 'check hyp SHARED_BORROWED';

export const BEFORE_FIX_STEPS: TransitionSteps = {
  ...LEGACY_STEPS,
  __pkvm_host_unshare_hyp: LEGACY_STEPS.__pkvm_host_unshare_hyp.map((step) =>
    step === HYP_CHECK ? `?${HYP_CHECK}` : step,
  ),
};
