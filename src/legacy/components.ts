// SPDX-License-Identifier: GPL-2.0-only
/**
 * What each component does in a transition (mem_protect.c before the series): the initiator is asked
 * with host_request_* or hyp_request_*, the completer acknowledges with host_ack_* or hyp_ack_*,
 * then one initiates and the other completes.
 */

import { wrapPfn, wrapVirt } from '../hyp/numbers.js';
import { EBUSY, EFAULT, EPERM } from '../hyp/outcome.js';
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
import type { TransitionHelpers } from '../hyp/transitions.js';
import type { OutAddr, PkvmMemTransition } from './transition.js';

export class Components {
  constructor(protected readonly mm: TransitionHelpers) {}

  host_request_owned_transition(completer_addr: OutAddr, tx: PkvmMemTransition): number {
    completer_addr.value = tx.initiator.completer_addr;
    return this.mm.__host_check_page_state_range(tx.initiator.addr, tx.nr_pages, PKVM_PAGE_OWNED);
  }

  host_request_unshare(completer_addr: OutAddr, tx: PkvmMemTransition): number {
    completer_addr.value = tx.initiator.completer_addr;
    return this.mm.__host_check_page_state_range(
      tx.initiator.addr,
      tx.nr_pages,
      PKVM_PAGE_SHARED_OWNED,
    );
  }

  host_initiate_share(completer_addr: OutAddr, tx: PkvmMemTransition): number {
    completer_addr.value = tx.initiator.completer_addr;
    return this.mm.__host_set_page_state_range(
      tx.initiator.addr,
      tx.nr_pages,
      PKVM_PAGE_SHARED_OWNED,
    );
  }

  host_initiate_unshare(completer_addr: OutAddr, tx: PkvmMemTransition): number {
    completer_addr.value = tx.initiator.completer_addr;
    return this.mm.__host_set_page_state_range(tx.initiator.addr, tx.nr_pages, PKVM_PAGE_OWNED);
  }

  host_initiate_donation(completer_addr: OutAddr, tx: PkvmMemTransition): number {
    completer_addr.value = tx.initiator.completer_addr;
    return this.mm.host_stage2_set_owner_locked(tx.initiator.addr, tx.nr_pages, tx.completer.id);
  }

  /** What hyp hands over is hyp's word, and looked at in debug only; every other initiator is checked. */
  __host_ack_skip_pgtable_check(tx: PkvmMemTransition): boolean {
    return !(this.mm.nvheEl2Debug || tx.initiator.id !== PKVM_ID_HYP);
  }

  __host_ack_transition(addr: number, tx: PkvmMemTransition, state: number): number {
    if (this.__host_ack_skip_pgtable_check(tx)) return 0;
    return this.mm.__host_check_page_state_range(addr, tx.nr_pages, state);
  }

  host_ack_donation(addr: number, tx: PkvmMemTransition): number {
    return this.__host_ack_transition(addr, tx, PKVM_NOPAGE);
  }

  host_complete_donation(addr: number, tx: PkvmMemTransition): number {
    return this.mm.host_stage2_set_owner_locked(addr, tx.nr_pages, tx.completer.id);
  }

  hyp_request_donation(completer_addr: OutAddr, tx: PkvmMemTransition): number {
    completer_addr.value = tx.initiator.completer_addr;
    return this.mm.__hyp_check_page_state_range(tx.initiator.addr, tx.nr_pages, PKVM_PAGE_OWNED);
  }

  hyp_initiate_donation(completer_addr: OutAddr, tx: PkvmMemTransition): number {
    completer_addr.value = tx.initiator.completer_addr;
    const ret = intBytes(this.mm.kvm_pgtable_hyp_unmap(tx.initiator.addr, tx.nr_pages));
    return ret !== tx.nr_pages ? -EFAULT : 0;
  }

  /** What the host owned, hyp cannot have mapped: a walk that says so is for debugging. */
  __hyp_ack_skip_pgtable_check(tx: PkvmMemTransition): boolean {
    return !(this.mm.nvheEl2Debug || tx.initiator.id !== PKVM_ID_HOST);
  }

  hyp_ack_share(addr: number, tx: PkvmMemTransition, perms: number): number {
    if (perms !== PAGE_HYP) return -EPERM;
    if (this.__hyp_ack_skip_pgtable_check(tx)) return 0;
    return this.mm.__hyp_check_page_state_range(addr, tx.nr_pages, PKVM_NOPAGE);
  }

  /** SHARED_OWNED in the host does not say with whom, so the state is always looked at. */
  hyp_ack_unshare(addr: number, tx: PkvmMemTransition): number {
    if (tx.initiator.id === PKVM_ID_HOST && this.mm.hyp_page_count(addr)) return -EBUSY;
    return this.mm.__hyp_check_page_state_range(addr, tx.nr_pages, PKVM_PAGE_SHARED_BORROWED);
  }

  hyp_ack_donation(addr: number, tx: PkvmMemTransition): number {
    if (this.__hyp_ack_skip_pgtable_check(tx)) return 0;
    return this.mm.__hyp_check_page_state_range(addr, tx.nr_pages, PKVM_NOPAGE);
  }

  hyp_complete_share(addr: number, tx: PkvmMemTransition, perms: number): number {
    const end = wrapVirt(addr + tx.nr_pages);
    const prot = pkvm_mkstate(perms, PKVM_PAGE_SHARED_BORROWED);
    return this.mm.pkvm_create_mappings_locked(addr, end, prot);
  }

  hyp_complete_unshare(addr: number, tx: PkvmMemTransition): number {
    const ret = intBytes(this.mm.kvm_pgtable_hyp_unmap(addr, tx.nr_pages));
    return ret !== tx.nr_pages ? -EFAULT : 0;
  }

  hyp_complete_donation(addr: number, tx: PkvmMemTransition): number {
    const end = wrapVirt(addr + tx.nr_pages);
    const prot = pkvm_mkstate(PAGE_HYP, PKVM_PAGE_OWNED);
    return this.mm.pkvm_create_mappings_locked(addr, end, prot);
  }
}

/**
 * A number of pages after its bytes went through an `int` and came back as a u64: from 2 GiB on the
 * sign bit is set, and the sign extension makes another number of it.
 */
function intBytes(pages: number): number {
  return wrapPfn(((pages * 4096) | 0) / 4096);
}
