// SPDX-License-Identifier: GPL-2.0-only
/** Copies of `direct` with one mistake each. */

import { Direct } from '../../src/direct/direct.js';
import { __hyp_va } from '../../src/hyp/numbers.js';
import { EBUSY } from '../../src/hyp/outcome.js';
import {
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
} from '../../src/hyp/page_state.js';
import { WARN_ON } from '../../src/hyp/panic.js';
import type { Implementation, TransitionHelpers, Transitions } from '../../src/hyp/transitions.js';

type Mistake = (mm: TransitionHelpers) => Partial<Transitions>;

function broken(name: string, mistake: Mistake): Implementation {
  return {
    name,
    description: 'direct with a mistake',
    create(mm) {
      const right = new Direct(mm);
      const wrong = mistake(mm);
      return {
        __pkvm_host_share_hyp: (pfn) => right.__pkvm_host_share_hyp(pfn),
        __pkvm_host_unshare_hyp: (pfn) => right.__pkvm_host_unshare_hyp(pfn),
        __pkvm_host_donate_hyp: (pfn, nr) => right.__pkvm_host_donate_hyp(pfn, nr),
        __pkvm_hyp_donate_host: (pfn, nr) => right.__pkvm_hyp_donate_host(pfn, nr),
        __pkvm_host_share_ffa: (pfn, nr) => right.__pkvm_host_share_ffa(pfn, nr),
        __pkvm_host_unshare_ffa: (pfn, nr) => right.__pkvm_host_unshare_ffa(pfn, nr),
        ...wrong,
      };
    },
  };
}

function locked(mm: TransitionHelpers, run: () => number): number {
  mm.host_lock_component();
  mm.hyp_lock_component();
  const ret = run();
  mm.hyp_unlock_component();
  mm.host_unlock_component();
  return ret;
}

/** unshare_hyp does not look whether the page is pinned. */
export const DROPPED_CHECK = broken('dropped-check', (mm) => ({
  __pkvm_host_unshare_hyp: (pfn) =>
    locked(mm, () => {
      const virt = __hyp_va(pfn);
      let ret = mm.__host_check_page_state_range(pfn, 1, PKVM_PAGE_SHARED_OWNED);
      if (!ret) ret = mm.__hyp_check_page_state_range(virt, 1, PKVM_PAGE_SHARED_BORROWED);
      if (ret) return ret;
      WARN_ON(mm.kvm_pgtable_hyp_unmap(virt, 1) !== 1);
      WARN_ON(mm.__host_set_page_state_range(pfn, 1, PKVM_PAGE_OWNED) !== 0);
      return 0;
    }),
}));

/** unshare_hyp looks at the pins before it looks at the host's state. */
export const SWAPPED_ORDER = broken('swapped-order', (mm) => ({
  __pkvm_host_unshare_hyp: (pfn) =>
    locked(mm, () => {
      const virt = __hyp_va(pfn);
      if (mm.hyp_page_count(virt)) return -EBUSY;
      let ret = mm.__host_check_page_state_range(pfn, 1, PKVM_PAGE_SHARED_OWNED);
      if (!ret) ret = mm.__hyp_check_page_state_range(virt, 1, PKVM_PAGE_SHARED_BORROWED);
      if (ret) return ret;
      WARN_ON(mm.kvm_pgtable_hyp_unmap(virt, 1) !== 1);
      WARN_ON(mm.__host_set_page_state_range(pfn, 1, PKVM_PAGE_OWNED) !== 0);
      return 0;
    }),
}));

/** share_ffa forgets the last page of a longer range. */
export const FORGOTTEN_PAGE = broken('forgotten-page', (mm) => ({
  __pkvm_host_share_ffa: (pfn, nr) =>
    locked(mm, () => {
      const ret = mm.__host_check_page_state_range(pfn, nr, PKVM_PAGE_OWNED);
      const told = nr > 1 ? nr - 1 : nr;
      return ret || mm.__host_set_page_state_range(pfn, told, PKVM_PAGE_SHARED_OWNED);
    }),
}));

/** donate_hyp takes one page only: no VM can be made. */
export const NO_VM = broken('no-vm', (mm) => ({
  __pkvm_host_donate_hyp: (pfn, nr) => new Direct(mm).__pkvm_host_donate_hyp(pfn, Math.min(nr, 1)),
}));

/** Refuses one of the pages what it grants the others. */
export const ONE_PAGE_REFUSED = broken('one-page-refused', (mm) => {
  const right = new Direct(mm);
  return {
    __pkvm_host_share_hyp: (pfn) => (pfn === 0x40100 ? -EBUSY : right.__pkvm_host_share_hyp(pfn)),
  };
});
