// SPDX-License-Identifier: GPL-2.0-only
/**
 * The host's stage 2 (nvhe/mem_protect.c: host_mmu): an identity map filled lazily on faults, whose
 * table pages come from a pool that is enough for memory but not for all of MMIO.
 */

import { HOST_PGD, HOST_S2_POOL, type Layout, MemRange } from './layout.js';
import type { Locks } from './locks.js';
import { PFN_SPACE, wrapPfn } from './numbers.js';
import { EAGAIN, ENOMEM, EPERM } from './outcome.js';
import type { PageAlloc } from './page_alloc.js';
import {
  PKVM_HOST_MEM_PROT,
  PKVM_HOST_MMIO_PROT,
  PKVM_ID_HOST,
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
} from './page_state.js';
import { BUG_ON, dataAbort, WARN_ON } from './panic.js';
import type { KvmPgtable } from './pgtable.js';
import type { Stage2Pgtable } from './pgtable_stage2.js';
import {
  granulePages,
  KVM_PGTABLE_LAST_LEVEL,
  kvm_level_supports_block_mapping,
  kvm_pte_valid,
} from './pte.js';
import type { Vmemmap } from './vmemmap.js';

/** 40 input-address bits, level 1 first, two PGD pages side by side. */
export const HOST_MMU_PGT: KvmPgtable = {
  pgdWord: HOST_PGD,
  startLevel: 1,
  limit: 2 ** 28,
  end: PFN_SPACE,
  offset: 0,
  pool: HOST_S2_POOL,
  isHost: true,
};

export class HostStage2 {
  private readonly layout: Layout;
  private readonly range = new MemRange();
  private readonly mapRange = new MemRange();

  constructor(
    private readonly vmemmap: Vmemmap,
    private readonly alloc: PageAlloc,
    private readonly stage2: Stage2Pgtable,
    private readonly locks: Locks,
  ) {
    this.layout = vmemmap.layout;
  }

  /** Allocates the PGD (`kvm_host_prepare_stage2()`); false when the pool cannot give it. */
  kvm_host_prepare_stage2(): boolean {
    const pgd = this.alloc.hyp_alloc_pages(HOST_S2_POOL, 1);
    if (pgd < 0) return false;
    this.alloc.hyp_split_page(pgd);
    this.vmemmap.state.set(HOST_PGD, this.layout.pfnOf(pgd) + 1);
    return true;
  }

  /** Maps a range of the identity map; 0 or -ENOMEM. */
  host_stage2_idmap_locked(addr: number, size: number, prot: number): number {
    const ret = this.__host_stage2_idmap(addr, size, prot);
    if (ret !== -ENOMEM) return ret;
    return this.host_stage2_unmap_dev_all() || this.__host_stage2_idmap(addr, size, prot);
  }

  /** Gives a range an owner in the stage 2 and in the vmemmap; 0, -EPERM outside memory, -ENOMEM. */
  host_stage2_set_owner_locked(addr: number, size: number, ownerId: number): number {
    if (!this.addr_is_memory(addr)) return -EPERM;

    let ret = this.stage2.kvm_pgtable_stage2_set_owner(HOST_MMU_PGT, addr, size, ownerId);
    if (ret === -ENOMEM) {
      ret = this.host_stage2_unmap_dev_all();
      if (!ret) {
        ret = this.stage2.kvm_pgtable_stage2_set_owner(HOST_MMU_PGT, addr, size, ownerId);
      }
    }
    if (ret) return ret;

    const state = ownerId === PKVM_ID_HOST ? PKVM_PAGE_OWNED : PKVM_NOPAGE;
    this.__host_update_page_state(addr, size, state);
    return 0;
  }

  __host_update_page_state(addr: number, size: number, state: number): void {
    const end = wrapPfn(addr + size);
    for (let cur = addr; cur < end; ) {
      const region = this.layout.regionOf(cur);
      if (region < 0) dataAbort();
      const stop = Math.min(end, this.layout.regionLimit(region));
      this.vmemmap.setHostStates(this.layout.pageInRegion(region, cur), stop - cur, state);
      cur = stop;
    }
  }

  /** Maps what the host touched at page number `addr`, as large as it can; 0 or -EAGAIN. */
  handle_host_mem_abort(addr: number): number {
    const ret = this.host_stage2_idmap(addr);
    BUG_ON(ret !== 0 && ret !== -EAGAIN);
    return ret;
  }

  addr_is_memory(addr: number): boolean {
    return this.layout.find_mem_range(addr, this.range) >= 0;
  }

  private host_stage2_idmap(addr: number): number {
    const range = this.range;
    const isMemory = this.layout.find_mem_range(addr, range) >= 0;
    const prot = isMemory ? PKVM_HOST_MEM_PROT : PKVM_HOST_MMIO_PROT;

    this.locks.host_lock_component();
    let ret = this.host_stage2_adjust_range(addr, range);
    if (!ret) ret = this.host_stage2_idmap_locked(range.start, range.end - range.start, prot);
    this.locks.host_unlock_component();
    return ret;
  }

  /** Narrows `range` to the largest block around `addr` that may be mapped within it. */
  private host_stage2_adjust_range(addr: number, range: MemRange): number {
    const ret = this.stage2.kvm_pgtable_get_leaf(HOST_MMU_PGT, addr);
    if (ret) return ret;
    const { leafLo, leafHi } = this.stage2;
    if (kvm_pte_valid(leafLo)) return -EAGAIN;
    if (leafLo !== 0 || leafHi !== 0) {
      const page = this.layout.pageIndex(addr);
      WARN_ON(page >= 0 && this.vmemmap.hostState(page) !== PKVM_NOPAGE);
      return -EPERM;
    }

    let level = this.stage2.leafLevel;
    let start: number;
    let end: number;
    do {
      const granule = granulePages(level);
      start = addr - (addr % granule);
      end = start + granule;
      level++;
    } while (
      level <= KVM_PGTABLE_LAST_LEVEL &&
      !(kvm_level_supports_block_mapping(level) && range.start <= start && end <= range.end)
    );
    range.start = start;
    range.end = end;
    return 0;
  }

  private __host_stage2_idmap(addr: number, size: number, prot: number): number {
    const force = this.host_stage2_force_pte_cb(addr, wrapPfn(addr + size), prot);
    return this.stage2.kvm_pgtable_stage2_map(HOST_MMU_PGT, addr, size, addr, prot, 0, force);
  }

  private host_stage2_force_pte_cb(addr: number, end: number, prot: number): boolean {
    if (this.range_is_memory(addr, end)) return prot !== PKVM_HOST_MEM_PROT;
    return prot !== PKVM_HOST_MMIO_PROT;
  }

  private range_is_memory(start: number, end: number): boolean {
    const range = this.mapRange;
    if (this.layout.find_mem_range(start, range) < 0) return false;
    const last = end === 0 ? PFN_SPACE - 1 : end - 1;
    return range.start <= last && last < range.end;
  }

  /** Unmaps all that is not memory, to have its table pages back. */
  private host_stage2_unmap_dev_all(): number {
    let addr = 0;
    for (let i = 0; i < this.layout.nrRegions; i++) {
      const ret = this.stage2.kvm_pgtable_stage2_unmap(
        HOST_MMU_PGT,
        addr,
        this.layout.regionBase(i) - addr,
      );
      if (ret) return ret;
      addr = this.layout.regionLimit(i);
    }
    return this.stage2.kvm_pgtable_stage2_unmap(HOST_MMU_PGT, addr, HOST_MMU_PGT.limit - addr);
  }
}
