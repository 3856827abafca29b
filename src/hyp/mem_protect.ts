// SPDX-License-Identifier: GPL-2.0-only
/**
 * The check and set helpers that both implementations stand on, and pinning
 * (nvhe/mem_protect.c, nvhe/mm.c).
 */

import type { HostStage2 } from './host_stage2.js';
import { type Layout, MemRange } from './layout.js';
import { HOST_LOCK, HYP_LOCK, type Locks } from './locks.js';
import { __hyp_pa, __hyp_va, PFN_SPACE, wrapPfn, wrapVirt } from './numbers.js';
import { EINVAL, EPERM } from './outcome.js';
import {
  PKVM_HOST_MEM_PROT,
  PKVM_NOPAGE,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
} from './page_state.js';
import type { HypPgtable } from './pgtable_hyp.js';
import type { TransitionHelpers } from './transitions.js';
import type { Vmemmap } from './vmemmap.js';

export class MemProtect implements TransitionHelpers {
  readonly nvheEl2Debug: boolean;
  private readonly layout: Layout;
  private readonly range = new MemRange();

  constructor(
    readonly vmemmap: Vmemmap,
    private readonly hyp: HypPgtable,
    private readonly host: HostStage2,
    private readonly locks: Locks,
  ) {
    this.layout = vmemmap.layout;
    this.nvheEl2Debug = this.layout.config.nvhe_el2_debug;
  }

  host_lock_component(): void {
    this.locks.host_lock_component();
  }

  host_unlock_component(): void {
    this.locks.host_unlock_component();
  }

  hyp_lock_component(): void {
    this.locks.hyp_lock_component();
  }

  hyp_unlock_component(): void {
    this.locks.hyp_unlock_component();
  }

  /** 0; -EINVAL unless [start, end) lies in one region or gap; -EPERM unless that may be shared. */
  check_range_allowed_memory(start: number, end: number): number {
    const last = end === 0 ? PFN_SPACE - 1 : end - 1;
    const region = this.layout.regionOf(start);
    if (region < 0) {
      const { range } = this;
      this.layout.find_mem_range(start, range);
      return last < range.start || last >= range.end ? -EINVAL : -EPERM;
    }
    if (last < this.layout.regionBase(region) || last >= this.layout.regionLimit(region)) {
      return -EINVAL;
    }
    return this.layout.regionIsNomap(region) ? -EPERM : 0;
  }

  __host_check_page_state_range(addr: number, size: number, state: number): number {
    const end = wrapPfn(addr + size);
    const ret = this.check_range_allowed_memory(addr, end);
    if (ret) return ret;

    this.locks.assertHeld(HOST_LOCK);
    const { words } = this.vmemmap.state;
    const first = this.layout.hostState + this.layout.pageIndex(addr);
    const after = first + (end - addr);
    for (let word = first; word < after; word++) {
      if (words[word] !== state) return -EPERM;
    }
    return 0;
  }

  __host_set_page_state_range(addr: number, size: number, state: number): number {
    const page = this.vmemmap.hyp_phys_to_page(addr);
    if (this.vmemmap.hostState(page) === PKVM_NOPAGE) {
      const ret = this.host.host_stage2_idmap_locked(addr, size, PKVM_HOST_MEM_PROT);
      if (ret) return ret;
    }
    this.host.__host_update_page_state(addr, size, state);
    return 0;
  }

  host_stage2_set_owner_locked(addr: number, size: number, ownerId: number): number {
    this.locks.assertHeld(HOST_LOCK);
    return this.host.host_stage2_set_owner_locked(addr, size, ownerId);
  }

  __hyp_check_page_state_range(addr: number, size: number, state: number): number {
    this.locks.assertHeld(HYP_LOCK);
    return this.hyp.check_page_state_range(addr, size, state);
  }

  kvm_pgtable_hyp_unmap(addr: number, size: number): number {
    return this.hyp.kvm_pgtable_hyp_unmap(addr, size);
  }

  pkvm_create_mappings_locked(from: number, to: number, prot: number): number {
    this.locks.assertHeld(HYP_LOCK);
    const { keepsRuns } = this.vmemmap.state;
    for (let virt = from; virt < to; virt++) {
      const ret = this.hyp.kvm_pgtable_hyp_map(virt, 1, __hyp_pa(virt), prot);
      if (ret) return ret;
      if (keepsRuns) virt += this.hyp.mapRun(virt + 1, to, __hyp_pa(virt + 1));
    }
    return 0;
  }

  hyp_page_count(addr: number): number {
    return this.vmemmap.refcount(this.vmemmap.hyp_phys_to_page(__hyp_pa(addr)));
  }

  /** Pins physical pages [from, to); 0, or why they may not be: -EINVAL, -EPERM, -ERANGE. */
  hyp_pin_shared_mem(from: number, to: number): number {
    const start = __hyp_va(from);
    const end = __hyp_va(to);
    const size = wrapPfn(end - start);

    this.host_lock_component();
    this.hyp_lock_component();

    let ret = this.__host_check_page_state_range(from, size, PKVM_PAGE_SHARED_OWNED);
    if (!ret) ret = this.__hyp_check_page_state_range(start, size, PKVM_PAGE_SHARED_BORROWED);
    if (!ret) {
      for (let cur = start; cur < end; cur++) {
        this.vmemmap.hyp_page_ref_inc(this.vmemmap.hyp_phys_to_page(__hyp_pa(cur)));
      }
    }

    this.hyp_unlock_component();
    this.host_unlock_component();
    return ret;
  }

  /** Drops a reference on each of the physical pages [from, to), without looking at their state. */
  hyp_unpin_shared_mem(from: number, to: number): void {
    const start = __hyp_va(from);
    const end = __hyp_va(to);

    this.host_lock_component();
    this.hyp_lock_component();
    for (let cur = start; cur < end; cur++) {
      this.vmemmap.hyp_page_ref_dec(this.vmemmap.hyp_phys_to_page(__hyp_pa(cur)));
    }
    this.hyp_unlock_component();
    this.host_unlock_component();
  }

  /** Maps or unmaps a physical page in the hyp stage 1 without any check, for `poke`. */
  pokeHypState(pfn: number, prot: number): number {
    const virt = __hyp_va(pfn);
    this.hyp_lock_component();
    let ret = 0;
    if (prot < 0) this.kvm_pgtable_hyp_unmap(virt, 1);
    else ret = this.pkvm_create_mappings_locked(virt, wrapVirt(virt + 1), prot);
    this.hyp_unlock_component();
    return ret;
  }
}
