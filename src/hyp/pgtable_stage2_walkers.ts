// SPDX-License-Identifier: GPL-2.0-only
/** The visitors of a stage 2 (hyp/pgtable.c, stage2_*_walker()). */

import { E2BIG, EAGAIN, ENOMEM } from './outcome.js';
import type { PageAlloc } from './page_alloc.js';

import { LIST_HEAD_ADDRESS } from './page_words.js';
import { Undefined, WARN_ON } from './panic.js';
import {
  KVM_PGTABLE_WALK_LEAF,
  KVM_PGTABLE_WALK_TABLE_POST,
  KVM_PGTABLE_WALK_TABLE_PRE,
  type KvmPgtable,
  OWN_VISITORS,
  PgtableWalk,
  PgtableWalker,
  tableName,
} from './pgtable.js';
import { kvm_block_mapping_supported } from './pgtable_hyp.js';
import { stage2FreeRun, stage2MapRun } from './pgtable_runs.js';
import {
  granulePages,
  KVM_INVALID_PTE_LOCKED,
  KVM_INVALID_PTE_OWNER_SHIFT,
  KVM_PGTABLE_LAST_LEVEL,
  KVM_PTE_LEAF_ATTR_HI_SW,
  KVM_PTE_LEAF_ATTR_HI_XN,
  KVM_PTE_LEAF_ATTR_LO_AF,
  KVM_PTE_LEAF_ATTR_LO_S2_PERMS,
  KVM_PTE_TYPE_TABLE,
  KVM_PTE_VALID,
  kvm_pte_table,
  kvm_pte_to_phys,
  kvm_pte_valid,
  leafType,
  pteAddrHi,
  pteAddrLo,
} from './pte.js';
import type { Vmemmap } from './vmemmap.js';

export const STAGE2_MAP = OWN_VISITORS;
export const STAGE2_UNMAP = OWN_VISITORS + 1;
export const STAGE2_ATTR = OWN_VISITORS + 2;
export const STAGE2_AGE = OWN_VISITORS + 3;
export const STAGE2_FREE = OWN_VISITORS + 4;

/** Where a stage 2's table pages come from when its pool is empty: a vCPU's memcache. */
export interface TableSource {
  /** A zeroed page for a table, refcount 1, or -1. `memcache` is a vCPU record or 0. */
  zalloc_page(pgt: KvmPgtable, memcache: number): number;
}

export abstract class Stage2Walkers extends PgtableWalker {
  private readonly unlinked = new PgtableWalk();

  constructor(
    vmemmap: Vmemmap,
    protected readonly alloc: PageAlloc,
    private readonly tables: TableSource,
  ) {
    super(vmemmap);
  }

  protected override visit(ctx: PgtableWalk, pgt: KvmPgtable): number {
    switch (ctx.visitor) {
      case STAGE2_MAP:
        return ctx.when === KVM_PGTABLE_WALK_TABLE_PRE
          ? this.stage2_map_walk_table_pre(ctx, pgt)
          : this.stage2_map_walk_leaf(ctx, pgt);
      case STAGE2_UNMAP:
        return this.stage2_unmap_walker(ctx, pgt);
      case STAGE2_ATTR:
        return this.stage2_attr_walker(ctx);
      case STAGE2_AGE:
        return this.stage2_age_walker(ctx);
      default:
        return this.stage2_free_walker(ctx, pgt);
    }
  }

  protected override visitRun(
    ctx: PgtableWalk,
    ptep: number,
    pages: number,
    refcount: number,
  ): number {
    if (ctx.visitor === STAGE2_FREE) return stage2FreeRun(this.state, ptep, pages, refcount);
    if (ctx.visitor !== STAGE2_MAP) return 0;
    if (ctx.phys < 0) {
      const owner = ctx.ownerId << KVM_INVALID_PTE_OWNER_SHIFT;
      return stage2MapRun(this.state, ptep, pages, refcount, -1, owner, 0);
    }
    const phys = ctx.phys + (ctx.addr - ctx.start);
    const attrLo = ctx.attrLo | leafType(KVM_PGTABLE_LAST_LEVEL);
    return stage2MapRun(this.state, ptep, pages, refcount, phys, attrLo, ctx.attrHi);
  }

  private stage2_map_walk_table_pre(ctx: PgtableWalk, pgt: KvmPgtable): number {
    if (!this.stage2_leaf_mapping_allowed(ctx)) return 0;
    const ret = this.stage2_map_walker_try_leaf(ctx, pgt);
    if (ret) return ret;
    const child = this.vmemmap.hyp_phys_to_page(kvm_pte_to_phys(ctx.oldLo, ctx.oldHi));
    this.kvm_pgtable_stage2_free_unlinked(pgt, child, ctx.level);
    return 0;
  }

  private stage2_map_walk_leaf(ctx: PgtableWalk, pgt: KvmPgtable): number {
    const ret = this.stage2_map_walker_try_leaf(ctx, pgt);
    if (ret !== -E2BIG) return ret;
    WARN_ON(ctx.level === KVM_PGTABLE_LAST_LEVEL);

    const child = this.tables.zalloc_page(pgt, ctx.memcache);
    if (child < 0) return -ENOMEM;
    // The lists that the page came from may have led over tables.
    ctx.overlaid = true;
    this.stage2_try_break_pte(ctx, pgt);
    const phys = this.layout.pfnOf(child);
    const newLo = pteAddrLo(phys) | KVM_PTE_VALID | KVM_PTE_TYPE_TABLE;
    this.stage2_make_pte(ctx, newLo, pteAddrHi(phys));
    return 0;
  }

  private stage2_map_walker_try_leaf(ctx: PgtableWalk, pgt: KvmPgtable): number {
    if (!this.stage2_leaf_mapping_allowed(ctx)) return -E2BIG;

    const { oldLo, oldHi } = ctx;
    let newLo: number;
    let newHi: number;
    if (ctx.phys >= 0) {
      const phys = ctx.phys + (ctx.addr - ctx.start);
      newLo = pteAddrLo(phys) | ctx.attrLo | leafType(ctx.level);
      newHi = pteAddrHi(phys) | ctx.attrHi;
    } else {
      newLo = ctx.ownerId << KVM_INVALID_PTE_OWNER_SHIFT;
      newHi = 0;
    }
    if (!stage2_pte_needs_update(oldLo, oldHi, newLo, newHi)) return -EAGAIN;

    if (oldLo === newLo && ((oldHi ^ newHi) & ~KVM_PTE_LEAF_ATTR_HI_SW) === 0) {
      this.state.set(ctx.ptep + 1, newHi);
      return 0;
    }
    this.stage2_try_break_pte(ctx, pgt);
    this.stage2_make_pte(ctx, newLo, newHi);
    return 0;
  }

  private stage2_leaf_mapping_allowed(ctx: PgtableWalk): boolean {
    if (ctx.forcePte && ctx.level < KVM_PGTABLE_LAST_LEVEL) return false;
    return kvm_block_mapping_supported(ctx, ctx.phys < 0 ? -1 : ctx.phys + (ctx.addr - ctx.start));
  }

  /** Break-before-make: the entry is marked locked, its TLB entries go, its reference is dropped. */
  private stage2_try_break_pte(ctx: PgtableWalk, pgt: KvmPgtable): void {
    const { oldLo } = ctx;
    if (oldLo === LIST_HEAD_ADDRESS && ctx.oldHi === 0) this.undefinedEntry(ctx, pgt);
    WARN_ON(!kvm_pte_valid(oldLo) && (oldLo & KVM_INVALID_PTE_LOCKED) !== 0);
    this.writePte(ctx, KVM_INVALID_PTE_LOCKED, 0);
    if (kvm_pte_valid(oldLo)) this.__kvm_tlb_flush_vmid_ipa();
    if (isCounted(ctx)) this.putTableOf(ctx, pgt);
  }

  /** Whether the address of a list head looks like a locked entry depends on the address. */
  private undefinedEntry(ctx: PgtableWalk, pgt: KvmPgtable): never {
    const page = this.tableOf(ctx.ptep);
    throw new Undefined(this.layout.pfnOf(page), tableName(pgt), this.vmemmap.useOf(page));
  }

  /** Drops a reference on the table of the entry at hand; a last one frees it under the walk. */
  private putTableOf(ctx: PgtableWalk, pgt: KvmPgtable): void {
    if (this.alloc.hyp_put_page(pgt.pool, this.tableOf(ctx.ptep))) ctx.overlaid = true;
  }

  private stage2_make_pte(ctx: PgtableWalk, newLo: number, newHi: number): void {
    if (newLo !== 0 || newHi !== 0) this.alloc.hyp_get_page(this.tableOf(ctx.ptep));
    this.writePte(ctx, newLo, newHi);
  }

  private stage2_unmap_walker(ctx: PgtableWalk, pgt: KvmPgtable): number {
    const { oldLo, oldHi } = ctx;
    if (!kvm_pte_valid(oldLo)) {
      if (isCounted(ctx)) {
        this.kvm_clear_pte(ctx);
        this.putTableOf(ctx, pgt);
      }
      return 0;
    }

    let child = -1;
    if (kvm_pte_table(oldLo, ctx.level)) {
      child = this.vmemmap.hyp_phys_to_page(kvm_pte_to_phys(oldLo, oldHi));
      if (this.vmemmap.refcount(child) !== 1) return 0;
    }
    this.kvm_clear_pte(ctx);
    this.__kvm_tlb_flush_vmid_ipa();
    this.putTableOf(ctx, pgt);
    if (child >= 0) this.alloc.hyp_put_page(pgt.pool, child);
    return 0;
  }

  private stage2_attr_walker(ctx: PgtableWalk): number {
    const { ptep, oldLo, oldHi } = ctx;
    if (!kvm_pte_valid(oldLo)) return -EAGAIN;
    this.state.set(ptep, (oldLo & ~ctx.clearLo) | ctx.attrLo);
    this.state.set(ptep + 1, oldHi & ~ctx.clearHi);
    return 0;
  }

  private stage2_age_walker(ctx: PgtableWalk): number {
    const { oldLo } = ctx;
    if (!kvm_pte_valid(oldLo) || (oldLo & KVM_PTE_LEAF_ATTR_LO_AF) === 0) return 0;
    ctx.young = true;
    if (ctx.mkold) this.state.set(ctx.ptep, oldLo & ~KVM_PTE_LEAF_ATTR_LO_AF);
    return 0;
  }

  private stage2_free_walker(ctx: PgtableWalk, pgt: KvmPgtable): number {
    if (!isCounted(ctx)) return 0;
    this.putTableOf(ctx, pgt);
    if (kvm_pte_table(ctx.oldLo, ctx.level)) {
      const child = this.vmemmap.hyp_phys_to_page(kvm_pte_to_phys(ctx.oldLo, ctx.oldHi));
      this.alloc.hyp_put_page(pgt.pool, child);
    }
    return 0;
  }

  /** Frees a table that a block has just replaced, and all below it. */
  private kvm_pgtable_stage2_free_unlinked(pgt: KvmPgtable, child: number, level: number): void {
    const walk = this.unlinked;
    walk.visitor = STAGE2_FREE;
    walk.flags = KVM_PGTABLE_WALK_LEAF | KVM_PGTABLE_WALK_TABLE_POST;
    walk.addr = 0;
    walk.end = granulePages(level);
    walk.overlaid = false;
    WARN_ON(this.walkTable(walk, pgt, child, level + 1) !== 0);
    WARN_ON(this.vmemmap.refcount(child) !== 1);
    this.alloc.hyp_put_page(pgt.pool, child);
  }

  private kvm_clear_pte(ctx: PgtableWalk): void {
    this.writePte(ctx, 0, 0);
  }

  /** TLB invalidation: nothing to model, something to count. */
  private __kvm_tlb_flush_vmid_ipa(): void {}
}

/** Does the entry hold a reference on its table (`stage2_pte_is_counted()`)? */
function isCounted(ctx: PgtableWalk): boolean {
  return ctx.oldLo !== 0 || ctx.oldHi !== 0;
}

/** Only a change of more than permissions between two valid entries is worth a write. */
function stage2_pte_needs_update(lo: number, hi: number, newLo: number, newHi: number): boolean {
  if (!kvm_pte_valid(lo) || !kvm_pte_valid(newLo)) return true;
  return (
    ((lo ^ newLo) & ~KVM_PTE_LEAF_ATTR_LO_S2_PERMS) !== 0 ||
    ((hi ^ newHi) & ~KVM_PTE_LEAF_ATTR_HI_XN) !== 0
  );
}
