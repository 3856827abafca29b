// SPDX-License-Identifier: GPL-2.0-only
/**
 * The six transitions after the January 2025 series (mem_protect.c at 2d2aa2eb275f): each one checks
 * with the low-level helpers, then changes with the low-level helpers.
 */

import { __hyp_va, wrapVirt } from '../hyp/numbers.js';
import { EBUSY } from '../hyp/outcome.js';
import {
  PAGE_HYP,
  PKVM_ID_HOST,
  PKVM_ID_HYP,
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
  pkvm_mkstate,
} from '../hyp/page_state.js';
import { WARN_ON } from '../hyp/panic.js';
import type { TransitionHelpers, Transitions } from '../hyp/transitions.js';

export class Direct implements Transitions {
  constructor(private readonly mm: TransitionHelpers) {}

  /**
   * host: OWNED  => SHARED_OWNED
   * hyp:  NOPAGE => SHARED_BORROWED
   */
  __pkvm_host_share_hyp(pfn: number): number {
    const virt = __hyp_va(pfn);
    let ret: number;

    this.mm.host_lock_component();
    this.mm.hyp_lock_component();

    unlock: {
      ret = this.mm.__host_check_page_state_range(pfn, 1, PKVM_PAGE_OWNED);
      if (ret) break unlock;
      if (this.mm.nvheEl2Debug) {
        ret = this.mm.__hyp_check_page_state_range(virt, 1, PKVM_NOPAGE);
        if (ret) break unlock;
      }

      const prot = pkvm_mkstate(PAGE_HYP, PKVM_PAGE_SHARED_BORROWED);
      WARN_ON(this.mm.pkvm_create_mappings_locked(virt, wrapVirt(virt + 1), prot) !== 0);
      WARN_ON(this.mm.__host_set_page_state_range(pfn, 1, PKVM_PAGE_SHARED_OWNED) !== 0);
    }

    this.mm.hyp_unlock_component();
    this.mm.host_unlock_component();
    return ret;
  }

  /**
   * host: SHARED_OWNED    => OWNED
   * hyp:  SHARED_BORROWED => NOPAGE
   */
  __pkvm_host_unshare_hyp(pfn: number): number {
    const virt = __hyp_va(pfn);
    let ret: number;

    this.mm.host_lock_component();
    this.mm.hyp_lock_component();

    unlock: {
      ret = this.mm.__host_check_page_state_range(pfn, 1, PKVM_PAGE_SHARED_OWNED);
      if (ret) break unlock;
      ret = this.mm.__hyp_check_page_state_range(virt, 1, PKVM_PAGE_SHARED_BORROWED);
      if (ret) break unlock;
      if (this.mm.hyp_page_count(virt)) {
        ret = -EBUSY;
        break unlock;
      }

      WARN_ON(this.mm.kvm_pgtable_hyp_unmap(virt, 1) !== 1);
      WARN_ON(this.mm.__host_set_page_state_range(pfn, 1, PKVM_PAGE_OWNED) !== 0);
    }

    this.mm.hyp_unlock_component();
    this.mm.host_unlock_component();
    return ret;
  }

  /**
   * host: OWNED  => NOPAGE
   * hyp:  NOPAGE => OWNED
   */
  __pkvm_host_donate_hyp(pfn: number, nr_pages: number): number {
    const virt = __hyp_va(pfn);
    let ret: number;

    this.mm.host_lock_component();
    this.mm.hyp_lock_component();

    unlock: {
      ret = this.mm.__host_check_page_state_range(pfn, nr_pages, PKVM_PAGE_OWNED);
      if (ret) break unlock;
      if (this.mm.nvheEl2Debug) {
        ret = this.mm.__hyp_check_page_state_range(virt, nr_pages, PKVM_NOPAGE);
        if (ret) break unlock;
      }

      const prot = pkvm_mkstate(PAGE_HYP, PKVM_PAGE_OWNED);
      WARN_ON(this.mm.pkvm_create_mappings_locked(virt, wrapVirt(virt + nr_pages), prot) !== 0);
      WARN_ON(this.mm.host_stage2_set_owner_locked(pfn, nr_pages, PKVM_ID_HYP) !== 0);
    }

    this.mm.hyp_unlock_component();
    this.mm.host_unlock_component();
    return ret;
  }

  /**
   * hyp:  OWNED  => NOPAGE
   * host: NOPAGE => OWNED
   */
  __pkvm_hyp_donate_host(pfn: number, nr_pages: number): number {
    const virt = __hyp_va(pfn);
    let ret: number;

    this.mm.host_lock_component();
    this.mm.hyp_lock_component();

    unlock: {
      ret = this.mm.__hyp_check_page_state_range(virt, nr_pages, PKVM_PAGE_OWNED);
      if (ret) break unlock;
      if (this.mm.nvheEl2Debug) {
        ret = this.mm.__host_check_page_state_range(pfn, nr_pages, PKVM_NOPAGE);
        if (ret) break unlock;
      }

      WARN_ON(this.mm.kvm_pgtable_hyp_unmap(virt, nr_pages) !== nr_pages);
      WARN_ON(this.mm.host_stage2_set_owner_locked(pfn, nr_pages, PKVM_ID_HOST) !== 0);
    }

    this.mm.hyp_unlock_component();
    this.mm.host_unlock_component();
    return ret;
  }

  /**
   * host: OWNED => SHARED_OWNED
   *
   * The secure side is checked there, when the call is forwarded.
   */
  __pkvm_host_share_ffa(pfn: number, nr_pages: number): number {
    this.mm.host_lock_component();
    const ret =
      this.mm.__host_check_page_state_range(pfn, nr_pages, PKVM_PAGE_OWNED) ||
      this.mm.__host_set_page_state_range(pfn, nr_pages, PKVM_PAGE_SHARED_OWNED);
    this.mm.host_unlock_component();
    return ret;
  }

  /** host: SHARED_OWNED => OWNED */
  __pkvm_host_unshare_ffa(pfn: number, nr_pages: number): number {
    this.mm.host_lock_component();
    const ret =
      this.mm.__host_check_page_state_range(pfn, nr_pages, PKVM_PAGE_SHARED_OWNED) ||
      this.mm.__host_set_page_state_range(pfn, nr_pages, PKVM_PAGE_OWNED);
    this.mm.host_unlock_component();
    return ret;
  }
}
