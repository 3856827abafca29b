// SPDX-License-Identifier: GPL-2.0-only
/** The state of an operation's first page before it runs: who has the page, as small numbers. */

import {
  HANDLE_OFFSET,
  KVM_MAX_PVMS,
  LOADED_VCPU,
  VM_PAGE,
  VM_PGD,
  vmRecord,
} from '../hyp/layout.js';
import { findEntry, hostStateOf, hypStateOf } from '../hyp/lookup.js';
import type { Machine } from '../hyp/machine.js';
import type { Op } from '../hyp/op.js';
import { PAGE_STATE_NAMES, PKVM_NOPAGE, PKVM_PAGE_SHARED_BORROWED } from '../hyp/page_state.js';
import { kvm_pte_to_phys, kvm_pte_valid, pteState } from '../hyp/pte.js';
import { firstPageOf, guestPageOf, handleOf } from '../ops/index.js';

/** No such page, no such VM. */
export const NO_STATE = 5;
export const STATES = 6;

/** `OWNED`, ..., or `none`. */
export function stateText(state: number): string {
  return state === NO_STATE ? 'none' : PAGE_STATE_NAMES[state];
}

export class PageBefore {
  host = NO_STATE;
  hyp = NO_STATE;
  /** Of a guest page, the guest's state of it; else whether any guest has the page. */
  guest = NO_STATE;

  /** Looks at the first page of an operation. Runs nothing and changes nothing. */
  look(machine: Machine, op: Op): void {
    this.host = NO_STATE;
    this.hyp = NO_STATE;
    this.guest = NO_STATE;
    const slot = slotOf(machine, op);
    const named = firstPageOf(op);
    const pfn =
      slot === undefined ? named : this.lookAtGuestPage(machine, slot, guestPageOf(op), named);
    if (pfn < 0) return;
    const page = machine.layout.pageIndex(pfn);
    if (page < 0) return;
    this.host = hostStateOf(machine, pfn);
    this.hyp = hypStateOf(machine, pfn);
    if (slot === undefined) {
      const isShared = machine.vmemmap.shareCount(page) > 0;
      this.guest = isShared ? PKVM_PAGE_SHARED_BORROWED : PKVM_NOPAGE;
    }
  }

  /** The guest's state of a guest page; the physical page it has there, or the named one. */
  private lookAtGuestPage(machine: Machine, slot: number, gfn: number, named: number): number {
    if (slot < 0) return named;
    const { words } = machine.state;
    const word = findEntry(machine, words[vmRecord(slot) + VM_PGD], 1, gfn);
    if (word < 0 || !kvm_pte_valid(words[word])) {
      this.guest = PKVM_NOPAGE;
      return named;
    }
    this.guest = pteState(words[word], words[word + 1]);
    return named >= 0 ? named : kvm_pte_to_phys(words[word], words[word + 1]);
  }
}

/** The VM slot of an operation on a guest page, -1 if there is none; undefined for the others. */
function slotOf(machine: Machine, op: Op): number | undefined {
  if (guestPageOf(op) < 0) return undefined;
  const handle = handleOf(op);
  return handle < 0 ? slotOfLoaded(machine) : slotOfHandle(machine, handle);
}

function slotOfHandle(machine: Machine, handle: number): number {
  const slot = handle - HANDLE_OFFSET;
  if (slot < 0 || slot >= KVM_MAX_PVMS) return -1;
  return machine.state.words[vmRecord(slot) + VM_PAGE] === 0 ? -1 : slot;
}

function slotOfLoaded(machine: Machine): number {
  const vcpu = machine.state.words[LOADED_VCPU];
  const slot = vcpu === 0 ? undefined : machine.layout.vcpuOfWord(vcpu)?.[0];
  if (slot === undefined) return -1;
  return machine.state.words[vmRecord(slot) + VM_PAGE] === 0 ? -1 : slot;
}
