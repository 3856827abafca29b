// SPDX-License-Identifier: GPL-2.0-only
/**
 * The six transitions before the January 2025 series (mem_protect.c of the np-guest base with
 * 5b426d0a481a): each one describes itself in a transition object and goes through check, then do.
 */

import { __hyp_va } from '../hyp/numbers.js';
import { EINVAL } from '../hyp/outcome.js';
import { PAGE_HYP, PKVM_ID_FFA, PKVM_ID_HOST, PKVM_ID_HYP } from '../hyp/page_state.js';
import { WARN_ON } from '../hyp/panic.js';
import type { TransitionHelpers, Transitions } from '../hyp/transitions.js';
import { Components } from './components.js';
import {
  newTransition,
  type OutAddr,
  type PkvmMemDonation,
  type PkvmMemShare,
} from './transition.js';

export class Legacy implements Transitions {
  private readonly share: PkvmMemShare = { tx: newTransition(), completer_prot: 0 };
  private readonly donation: PkvmMemDonation = { tx: newTransition() };
  /** The local variable of check_*() and __do_*(), made once. */
  private readonly completer_addr: OutAddr = { value: 0 };

  constructor(
    private readonly mm: TransitionHelpers,
    private readonly side: Components = new Components(mm),
  ) {}

  __pkvm_host_share_hyp(pfn: number): number {
    const share = this.share;
    const { tx } = share;
    tx.nr_pages = 1;
    tx.initiator.id = PKVM_ID_HOST;
    tx.initiator.addr = pfn;
    tx.initiator.completer_addr = __hyp_va(pfn);
    tx.completer.id = PKVM_ID_HYP;
    share.completer_prot = PAGE_HYP;

    this.mm.host_lock_component();
    this.mm.hyp_lock_component();
    const ret = this.do_share(share);
    this.mm.hyp_unlock_component();
    this.mm.host_unlock_component();
    return ret;
  }

  __pkvm_host_unshare_hyp(pfn: number): number {
    const share = this.share;
    const { tx } = share;
    tx.nr_pages = 1;
    tx.initiator.id = PKVM_ID_HOST;
    tx.initiator.addr = pfn;
    tx.initiator.completer_addr = __hyp_va(pfn);
    tx.completer.id = PKVM_ID_HYP;
    share.completer_prot = PAGE_HYP;

    this.mm.host_lock_component();
    this.mm.hyp_lock_component();
    const ret = this.do_unshare(share);
    this.mm.hyp_unlock_component();
    this.mm.host_unlock_component();
    return ret;
  }

  __pkvm_host_donate_hyp(pfn: number, nr_pages: number): number {
    const donation = this.donation;
    const { tx } = donation;
    tx.nr_pages = nr_pages;
    tx.initiator.id = PKVM_ID_HOST;
    tx.initiator.addr = pfn;
    tx.initiator.completer_addr = __hyp_va(pfn);
    tx.completer.id = PKVM_ID_HYP;

    this.mm.host_lock_component();
    this.mm.hyp_lock_component();
    const ret = this.do_donate(donation);
    this.mm.hyp_unlock_component();
    this.mm.host_unlock_component();
    return ret;
  }

  __pkvm_hyp_donate_host(pfn: number, nr_pages: number): number {
    const donation = this.donation;
    const { tx } = donation;
    tx.nr_pages = nr_pages;
    tx.initiator.id = PKVM_ID_HYP;
    tx.initiator.addr = __hyp_va(pfn);
    tx.initiator.completer_addr = pfn;
    tx.completer.id = PKVM_ID_HOST;

    this.mm.host_lock_component();
    this.mm.hyp_lock_component();
    const ret = this.do_donate(donation);
    this.mm.hyp_unlock_component();
    this.mm.host_unlock_component();
    return ret;
  }

  __pkvm_host_share_ffa(pfn: number, nr_pages: number): number {
    const share = this.share;
    const { tx } = share;
    tx.nr_pages = nr_pages;
    tx.initiator.id = PKVM_ID_HOST;
    tx.initiator.addr = pfn;
    tx.initiator.completer_addr = 0;
    tx.completer.id = PKVM_ID_FFA;
    share.completer_prot = 0;

    this.mm.host_lock_component();
    const ret = this.do_share(share);
    this.mm.host_unlock_component();
    return ret;
  }

  __pkvm_host_unshare_ffa(pfn: number, nr_pages: number): number {
    const share = this.share;
    const { tx } = share;
    tx.nr_pages = nr_pages;
    tx.initiator.id = PKVM_ID_HOST;
    tx.initiator.addr = pfn;
    tx.initiator.completer_addr = 0;
    tx.completer.id = PKVM_ID_FFA;
    share.completer_prot = 0;

    this.mm.host_lock_component();
    const ret = this.do_unshare(share);
    this.mm.host_unlock_component();
    return ret;
  }

  check_share(share: PkvmMemShare): number {
    const { tx } = share;
    const { completer_addr } = this;
    let ret: number;

    switch (tx.initiator.id) {
      case PKVM_ID_HOST:
        ret = this.side.host_request_owned_transition(completer_addr, tx);
        break;
      default:
        ret = -EINVAL;
    }
    if (ret) return ret;

    switch (tx.completer.id) {
      case PKVM_ID_HYP:
        return this.side.hyp_ack_share(completer_addr.value, tx, share.completer_prot);
      case PKVM_ID_FFA:
        // The secure side looks at its own end when the call is forwarded.
        return 0;
      default:
        return -EINVAL;
    }
  }

  __do_share(share: PkvmMemShare): number {
    const { tx } = share;
    const { completer_addr } = this;
    let ret: number;

    switch (tx.initiator.id) {
      case PKVM_ID_HOST:
        ret = this.side.host_initiate_share(completer_addr, tx);
        break;
      default:
        ret = -EINVAL;
    }
    if (ret) return ret;

    switch (tx.completer.id) {
      case PKVM_ID_HYP:
        return this.side.hyp_complete_share(completer_addr.value, tx, share.completer_prot);
      case PKVM_ID_FFA:
        // No secure page tables are ours to change.
        return 0;
      default:
        return -EINVAL;
    }
  }

  /**
   * initiator: OWNED  => SHARED_OWNED
   * completer: NOPAGE => SHARED_BORROWED
   */
  do_share(share: PkvmMemShare): number {
    const ret = this.check_share(share);
    if (ret) return ret;
    WARN_ON(this.__do_share(share) !== 0);
    return 0;
  }

  check_unshare(share: PkvmMemShare): number {
    const { tx } = share;
    const { completer_addr } = this;
    let ret: number;

    switch (tx.initiator.id) {
      case PKVM_ID_HOST:
        ret = this.side.host_request_unshare(completer_addr, tx);
        break;
      default:
        ret = -EINVAL;
    }
    if (ret) return ret;

    switch (tx.completer.id) {
      case PKVM_ID_HYP:
        return this.side.hyp_ack_unshare(completer_addr.value, tx);
      case PKVM_ID_FFA:
        // As in check_share().
        return 0;
      default:
        return -EINVAL;
    }
  }

  __do_unshare(share: PkvmMemShare): number {
    const { tx } = share;
    const { completer_addr } = this;
    let ret: number;

    switch (tx.initiator.id) {
      case PKVM_ID_HOST:
        ret = this.side.host_initiate_unshare(completer_addr, tx);
        break;
      default:
        ret = -EINVAL;
    }
    if (ret) return ret;

    switch (tx.completer.id) {
      case PKVM_ID_HYP:
        return this.side.hyp_complete_unshare(completer_addr.value, tx);
      case PKVM_ID_FFA:
        // As in __do_share().
        return 0;
      default:
        return -EINVAL;
    }
  }

  /**
   * initiator: SHARED_OWNED    => OWNED
   * completer: SHARED_BORROWED => NOPAGE
   */
  do_unshare(share: PkvmMemShare): number {
    const ret = this.check_unshare(share);
    if (ret) return ret;
    WARN_ON(this.__do_unshare(share) !== 0);
    return 0;
  }

  check_donation(donation: PkvmMemDonation): number {
    const { tx } = donation;
    const { completer_addr } = this;
    let ret: number;

    switch (tx.initiator.id) {
      case PKVM_ID_HOST:
        ret = this.side.host_request_owned_transition(completer_addr, tx);
        break;
      case PKVM_ID_HYP:
        ret = this.side.hyp_request_donation(completer_addr, tx);
        break;
      default:
        ret = -EINVAL;
    }
    if (ret) return ret;

    switch (tx.completer.id) {
      case PKVM_ID_HOST:
        return this.side.host_ack_donation(completer_addr.value, tx);
      case PKVM_ID_HYP:
        return this.side.hyp_ack_donation(completer_addr.value, tx);
      default:
        return -EINVAL;
    }
  }

  __do_donate(donation: PkvmMemDonation): number {
    const { tx } = donation;
    const { completer_addr } = this;
    let ret: number;

    switch (tx.initiator.id) {
      case PKVM_ID_HOST:
        ret = this.side.host_initiate_donation(completer_addr, tx);
        break;
      case PKVM_ID_HYP:
        ret = this.side.hyp_initiate_donation(completer_addr, tx);
        break;
      default:
        ret = -EINVAL;
    }
    if (ret) return ret;

    switch (tx.completer.id) {
      case PKVM_ID_HOST:
        return this.side.host_complete_donation(completer_addr.value, tx);
      case PKVM_ID_HYP:
        return this.side.hyp_complete_donation(completer_addr.value, tx);
      default:
        return -EINVAL;
    }
  }

  /**
   * initiator: OWNED  => NOPAGE
   * completer: NOPAGE => OWNED
   */
  do_donate(donation: PkvmMemDonation): number {
    const ret = this.check_donation(donation);
    if (ret) return ret;
    WARN_ON(this.__do_donate(donation) !== 0);
    return 0;
  }
}
