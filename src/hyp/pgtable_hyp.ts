// SPDX-License-Identifier: GPL-2.0-only
/** The hypervisor's own stage 1 (hyp/pgtable.c, kvm_pgtable_hyp_*). */

import { HPOOL, HYP_PGD } from './layout.js';
import { HYP_VA_END, HYP_VA_OFFSET, PTRS_PER_PTE } from './numbers.js';
import { EINVAL, ENOMEM } from './outcome.js';
import type { PageAlloc } from './page_alloc.js';
import { KVM_PGTABLE_PROT_R, KVM_PGTABLE_PROT_W, KVM_PGTABLE_PROT_X } from './page_state.js';
import { WARN_ON } from './panic.js';
import {
  CHECK_STATE,
  KVM_PGTABLE_WALK_LEAF,
  KVM_PGTABLE_WALK_TABLE_POST,
  type KvmPgtable,
  OWN_VISITORS,
  type PgtableWalk,
  PgtableWalker,
} from './pgtable.js';
import { hypMapRun, hypUnmapRun } from './pgtable_runs.js';
import {
  granulePages,
  KVM_PGTABLE_LAST_LEVEL,
  KVM_PTE_LEAF_ATTR_HI_SW,
  KVM_PTE_LEAF_ATTR_HI_XN,
  KVM_PTE_LEAF_ATTR_LO_AF,
  KVM_PTE_LEAF_ATTR_LO_S1_AP_RO,
  KVM_PTE_LEAF_ATTR_LO_S1_AP_RW,
  KVM_PTE_LEAF_ATTR_LO_SH_IS,
  KVM_PTE_TYPE_TABLE,
  KVM_PTE_VALID,
  kvm_level_supports_block_mapping,
  kvm_pte_table,
  kvm_pte_to_phys,
  kvm_pte_valid,
  leafType,
  pteAddrHi,
  pteAddrLo,
  pteStateHi,
} from './pte.js';
import { SHORTEST_RUN } from './run_changes.js';
import type { Vmemmap } from './vmemmap.js';

const HYP_MAP = OWN_VISITORS;
const HYP_UNMAP = OWN_VISITORS + 1;

/** 48 input-address bits, four levels. */
export const PKVM_PGTABLE: KvmPgtable = {
  pgdWord: HYP_PGD,
  startLevel: 0,
  limit: 2 ** 36 - HYP_VA_OFFSET,
  end: HYP_VA_END,
  offset: HYP_VA_OFFSET,
  pool: HPOOL,
  isHost: false,
};

export class HypPgtable extends PgtableWalker {
  constructor(
    vmemmap: Vmemmap,
    private readonly alloc: PageAlloc,
  ) {
    super(vmemmap);
  }

  /** Allocates the PGD from hpool; 0 or -ENOMEM. */
  kvm_pgtable_hyp_init(): number {
    const pgd = this.alloc.hyp_alloc_pages(HPOOL, 0);
    if (pgd < 0) return -ENOMEM;
    this.state.set(HYP_PGD, this.layout.pfnOf(pgd) + 1);
    return 0;
  }

  /**
   * Maps `size` pages at hyp page number `addr` to `phys`. 0; -EINVAL for permissions a stage 1
   * cannot express; -ENOMEM when hpool has no page for a table; -ERANGE beyond 48 bits.
   */
  kvm_pgtable_hyp_map(addr: number, size: number, phys: number, prot: number): number {
    const walk = this.walk;
    const ret = this.hyp_set_prot_attr(walk, prot);
    if (ret) return ret;
    walk.phys = phys;
    return this.kvm_pgtable_walk(PKVM_PGTABLE, addr, size, HYP_MAP, KVM_PGTABLE_WALK_LEAF);
  }

  /**
   * Maps pages from `addr` up to `end` as `kvm_pgtable_hyp_map()` does page by page, where the last walk
   * has found their table; how many.
   */
  mapRun(addr: number, end: number, phys: number): number {
    const { walk, state } = this;
    const after = addr + PTRS_PER_PTE - (addr & (PTRS_PER_PTE - 1));
    const pages = Math.min(end, after) - addr;
    if (pages < SHORTEST_RUN || addr + pages >= PKVM_PGTABLE.limit) return 0;
    if (!this.pathLeadsTo(walk, PKVM_PGTABLE, addr)) return 0;
    const ptep = walk.pathBase + 2 * (addr & (PTRS_PER_PTE - 1));
    if (!this.isOnlyTable(ptep)) return 0;
    const refcount = this.layout.refcount + this.tableOf(ptep);
    return hypMapRun(state, ptep, pages, refcount, phys, walk.attrLo, walk.attrHi);
  }

  /** Unmaps up to `size` pages at hyp page number `addr`; how many it did before the first hole. */
  kvm_pgtable_hyp_unmap(addr: number, size: number): number {
    const walk = this.walk;
    walk.unmapped = 0;
    this.kvm_pgtable_walk(
      PKVM_PGTABLE,
      addr,
      size,
      HYP_UNMAP,
      KVM_PGTABLE_WALK_LEAF | KVM_PGTABLE_WALK_TABLE_POST,
    );
    return walk.unmapped;
  }

  /** 0 if every page has the state, else -EPERM; -ERANGE beyond 48 bits (`check_page_state_range()`). */
  check_page_state_range(addr: number, size: number, state: number): number {
    this.walk.desired = state;
    return this.kvm_pgtable_walk(PKVM_PGTABLE, addr, size, CHECK_STATE, KVM_PGTABLE_WALK_LEAF);
  }

  protected override visit(ctx: PgtableWalk): number {
    return ctx.visitor === HYP_MAP ? this.hyp_map_walker(ctx) : this.hyp_unmap_walker(ctx);
  }

  protected override visitRun(
    ctx: PgtableWalk,
    ptep: number,
    pages: number,
    refcount: number,
  ): number {
    if (ctx.visitor !== HYP_UNMAP) return 0;
    const unmapped = hypUnmapRun(this.state, ptep, pages, refcount);
    ctx.unmapped += unmapped;
    return unmapped;
  }

  private hyp_set_prot_attr(walk: PgtableWalk, prot: number): number {
    if (!(prot & KVM_PGTABLE_PROT_R)) return -EINVAL;
    const writable = (prot & KVM_PGTABLE_PROT_W) !== 0;
    const executable = (prot & KVM_PGTABLE_PROT_X) !== 0;
    if (executable && writable) return -EINVAL;

    const ap = writable ? KVM_PTE_LEAF_ATTR_LO_S1_AP_RW : KVM_PTE_LEAF_ATTR_LO_S1_AP_RO;
    walk.attrLo = ap | KVM_PTE_LEAF_ATTR_LO_SH_IS | KVM_PTE_LEAF_ATTR_LO_AF;
    walk.attrHi = (executable ? 0 : KVM_PTE_LEAF_ATTR_HI_XN) | pteStateHi(prot);
    return 0;
  }

  private hyp_map_walker(ctx: PgtableWalk): number {
    if (this.hyp_map_walker_try_leaf(ctx)) return 0;
    WARN_ON(ctx.level === KVM_PGTABLE_LAST_LEVEL);

    const child = this.alloc.hyp_alloc_pages(HPOOL, 0);
    if (child < 0) return -ENOMEM;
    this.alloc.hyp_get_page(this.tableOf(ctx.ptep));
    this.kvm_init_table_pte(ctx, child);
    return 0;
  }

  private hyp_map_walker_try_leaf(ctx: PgtableWalk): boolean {
    const { oldLo, oldHi } = ctx;
    const phys = ctx.phys + (ctx.addr - ctx.start);
    if (!kvm_block_mapping_supported(ctx, phys)) return false;

    const newLo = pteAddrLo(phys) | ctx.attrLo | leafType(ctx.level);
    const newHi = pteAddrHi(phys) | ctx.attrHi;
    if (oldLo === newLo && oldHi === newHi) return true;
    if (!kvm_pte_valid(oldLo)) this.alloc.hyp_get_page(this.tableOf(ctx.ptep));
    else WARN_ON(oldLo !== newLo || ((oldHi ^ newHi) & ~KVM_PTE_LEAF_ATTR_HI_SW) !== 0);

    this.writePte(ctx, newLo, newHi);
    return true;
  }

  private hyp_unmap_walker(ctx: PgtableWalk): number {
    const { oldLo, oldHi, level } = ctx;
    if (!kvm_pte_valid(oldLo)) return -EINVAL;

    if (kvm_pte_table(oldLo, level)) {
      const child = this.vmemmap.hyp_phys_to_page(kvm_pte_to_phys(oldLo, oldHi));
      if (this.vmemmap.refcount(child) !== 1) return 0;
      this.kvm_clear_pte(ctx);
      this.__tlbi_level();
      this.putTableOf(ctx);
      this.alloc.hyp_put_page(HPOOL, child);
      return 0;
    }

    const granule = granulePages(level);
    if (ctx.end - ctx.addr < granule) return -EINVAL;
    this.kvm_clear_pte(ctx);
    this.__tlbi_level();
    ctx.unmapped += granule;
    this.putTableOf(ctx);
    return 0;
  }

  /** Drops a reference on the table of the entry at hand; a last one frees it under the walk. */
  private putTableOf(ctx: PgtableWalk): void {
    if (this.alloc.hyp_put_page(HPOOL, this.tableOf(ctx.ptep))) ctx.overlaid = true;
  }

  private kvm_clear_pte(ctx: PgtableWalk): void {
    this.writePte(ctx, 0, 0);
  }

  private kvm_init_table_pte(ctx: PgtableWalk, child: number): void {
    const phys = this.layout.pfnOf(child);
    // The lists that the page came from may have led over tables.
    ctx.overlaid = true;
    this.writePte(ctx, pteAddrLo(phys) | KVM_PTE_VALID | KVM_PTE_TYPE_TABLE, pteAddrHi(phys));
  }

  /** TLB invalidation: nothing to model, something to count. */
  private __tlbi_level(): void {}
}

/** May a leaf at this level map what is left of the walk (`kvm_block_mapping_supported()`)? */
export function kvm_block_mapping_supported(ctx: PgtableWalk, phys: number): boolean {
  const { level } = ctx;
  if (level === KVM_PGTABLE_LAST_LEVEL) return ctx.end - ctx.addr >= 1;
  if (!kvm_level_supports_block_mapping(level)) return false;
  const granule = granulePages(level);
  if (granule > ctx.end - ctx.addr) return false;
  if (phys >= 0 && phys % granule !== 0) return false;
  return ctx.addr % granule === 0;
}
