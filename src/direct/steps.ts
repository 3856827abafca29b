// SPDX-License-Identifier: GPL-2.0-only
/** The steps of the direct transitions: hyp's table is changed before the host's state. */

import type { TransitionSteps } from '../hyp/transitions.js';

export const DIRECT_STEPS: TransitionSteps = {
  __pkvm_host_share_hyp: [
    'check host OWNED',
    '?check hyp NOPAGE',
    'map hyp SHARED_BORROWED',
    'set host SHARED_OWNED',
    'WARN_ON',
  ],
  __pkvm_host_unshare_hyp: [
    'check host SHARED_OWNED',
    'check hyp SHARED_BORROWED',
    'check refcount',
    'unmap hyp',
    'set host OWNED',
    'WARN_ON',
  ],
  __pkvm_host_donate_hyp: [
    'check host OWNED',
    '?check hyp NOPAGE',
    'map hyp OWNED',
    'set owner HYP',
    'WARN_ON',
  ],
  __pkvm_hyp_donate_host: [
    'check hyp OWNED',
    '?check host NOPAGE',
    'unmap hyp',
    'set owner HOST',
    'WARN_ON',
  ],
  __pkvm_host_share_ffa: ['check host OWNED', 'set host SHARED_OWNED'],
  __pkvm_host_unshare_ffa: ['check host SHARED_OWNED', 'set host OWNED'],
};
