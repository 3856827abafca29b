// SPDX-License-Identifier: GPL-2.0-only
/** The steps of the transitions through `struct pkvm_mem_transition`: initiator first, completer second. */

import type { TransitionSteps } from '../hyp/transitions.js';

export const LEGACY_STEPS: TransitionSteps = {
  __pkvm_host_share_hyp: [
    'check host OWNED',
    '?check hyp NOPAGE',
    'set host SHARED_OWNED',
    'map hyp SHARED_BORROWED',
    'WARN_ON',
  ],
  __pkvm_host_unshare_hyp: [
    'check host SHARED_OWNED',
    'check refcount',
    'check hyp SHARED_BORROWED',
    'set host OWNED',
    'unmap hyp',
    'WARN_ON',
  ],
  __pkvm_host_donate_hyp: [
    'check host OWNED',
    '?check hyp NOPAGE',
    'set owner HYP',
    'map hyp OWNED',
    'WARN_ON',
  ],
  __pkvm_hyp_donate_host: [
    'check hyp OWNED',
    '?check host NOPAGE',
    'unmap hyp',
    'set owner HOST',
    'WARN_ON',
  ],
  __pkvm_host_share_ffa: ['check host OWNED', 'set host SHARED_OWNED', 'WARN_ON'],
  __pkvm_host_unshare_ffa: ['check host SHARED_OWNED', 'set host OWNED', 'WARN_ON'],
};
