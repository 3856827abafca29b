// SPDX-License-Identifier: GPL-2.0-only
/** Stage 2 of the host and of the guests (hyp/pgtable.c, kvm_pgtable_stage2_*). */

import { E2BIG, EAGAIN, ENOMEM } from './outcome.js';
import type { PageAlloc } from './page_alloc.js';
import { KVM_PGTABLE_PROT_R, KVM_PGTABLE_PROT_W, KVM_PGTABLE_PROT_X } from './page_state.js';
import { WARN_ON } from './panic.js';
import {
  CHECK_STATE,
  GET_LEAF,
  KVM_PGTABLE_WALK_LEAF,
  KVM_PGTABLE_WALK_TABLE_POST,
  KVM_PGTABLE_WALK_TABLE_PRE,
  type KvmPgtable,
  OWN_VISITORS,
  PgtableWalk,
  PgtableWalker,
} from './pgtable.js';
import { kvm_block_mapping_supported } from './pgtable_hyp.js';
import {
  granulePages,
  KVM_INVALID_PTE_LOCKED,
  KVM_INVALID_PTE_OWNER_SHIFT,
  KVM_PGTABLE_LAST_LEVEL,
  KVM_PTE_LEAF_ATTR_HI_SW,
  KVM_PTE_LEAF_ATTR_HI_XN,
  KVM_PTE_LEAF_ATTR_LO_AF,
  KVM_PTE_LEAF_ATTR_LO_S2_MEMATTR_FWB_NORMAL,
  KVM_PTE_LEAF_ATTR_LO_S2_MEMATTR_NORMAL,
  KVM_PTE_LEAF_ATTR_LO_S2_PERMS,
  KVM_PTE_LEAF_ATTR_LO_S2_S2AP_R,
  KVM_PTE_LEAF_ATTR_LO_S2_S2AP_W,
  KVM_PTE_LEAF_ATTR_LO_SH_IS,
  KVM_PTE_TYPE_TABLE,
  KVM_PTE_VALID,
  kvm_pte_table,
  kvm_pte_to_phys,
  kvm_pte_valid,
  leafType,
  pteAddrHi,
  pteAddrLo,
  pteStateHi,
} from './pte.js';
import type { Vmemmap } from './vmemmap.js';

const MAP = OWN_VISITORS;
const UNMAP = OWN_VISITORS + 1;
const ATTR = OWN_VISITORS + 2;
const AGE = OWN_VISITORS + 3;
const FREE = OWN_VISITORS + 4;

/** Where a stage 2's table pages come from when its pool is empty: a vCPU's memcache. */
export interface TableSource {
  /** A zeroed page for a table, refcount 1, or -1. `memcache` is a vCPU record or 0. */
  zalloc_page(pgt: KvmPgtable, memcache: number): number;
}

export class Stage2Pgtable extends PgtableWalker {
  private readonly unlinked = new PgtableWalk();

  constructor(
    vmemmap: Vmemmap,
    private readonly alloc: PageAlloc,
    private readonly tables: TableSource,
  ) {
    super(vmemmap);
  }

  /** Finds the entry that translates page number `addr`: `leafLo`, `leafHi`, `leafLevel`. */
  kvm_pgtable_get_leaf(pgt: KvmPgtable, addr: number): number {
    return this.kvm_pgtable_walk(pgt, addr, 1, GET_LEAF, KVM_PGTABLE_WALK_LEAF);
  }

  get leafLo(): number {
    return this.walk.leafLo;
  }

  get leafHi(): number {
    return this.walk.leafHi;
  }

  get leafLevel(): number {
    return this.walk.leafLevel;
  }

  /** 0 if every page has the state, else -EPERM; -ERANGE beyond the input address size. */
  check_page_state_range(pgt: KvmPgtable, addr: number, size: number, state: number): number {
    this.walk.desired = state;
    return this.kvm_pgtable_walk(pgt, addr, size, CHECK_STATE, KVM_PGTABLE_WALK_LEAF);
  }

  /**
   * Maps `size` pages at `addr` to `phys`; 0, -ENOMEM, -ERANGE. `forcePte` is what force_pte_cb()
   * answered for the range.
   */
  kvm_pgtable_stage2_map(
    pgt: KvmPgtable,
    addr: number,
    size: number,
    phys: number,
    prot: number,
    memcache: number,
    forcePte: boolean,
  ): number {
    const walk = this.walk;
    this.stage2_set_prot_attr(walk, pgt, prot);
    walk.phys = phys;
    walk.forcePte = forcePte;
    walk.memcache = memcache;
    return this.kvm_pgtable_walk(
      pgt,
      addr,
      size,
      MAP,
      KVM_PGTABLE_WALK_TABLE_PRE | KVM_PGTABLE_WALK_LEAF,
    );
  }

  /** Annotates `size` pages at `addr` with an owner; 0, -ENOMEM, -ERANGE. */
  kvm_pgtable_stage2_set_owner(
    pgt: KvmPgtable,
    addr: number,
    size: number,
    ownerId: number,
  ): number {
    const walk = this.walk;
    walk.phys = -1;
    walk.ownerId = ownerId;
    walk.forcePte = true;
    walk.memcache = 0;
    return this.kvm_pgtable_walk(
      pgt,
      addr,
      size,
      MAP,
      KVM_PGTABLE_WALK_TABLE_PRE | KVM_PGTABLE_WALK_LEAF,
    );
  }

  kvm_pgtable_stage2_unmap(pgt: KvmPgtable, addr: number, size: number): number {
    return this.kvm_pgtable_walk(
      pgt,
      addr,
      size,
      UNMAP,
      KVM_PGTABLE_WALK_LEAF | KVM_PGTABLE_WALK_TABLE_POST,
    );
  }

  kvm_pgtable_stage2_wrprotect(pgt: KvmPgtable, addr: number, size: number): number {
    return this.stage2_update_leaf_attrs(pgt, addr, size, 0, KVM_PTE_LEAF_ATTR_LO_S2_S2AP_W, 0);
  }

  kvm_pgtable_stage2_mkyoung(pgt: KvmPgtable, addr: number): void {
    this.stage2_update_leaf_attrs(pgt, addr, 1, KVM_PTE_LEAF_ATTR_LO_AF, 0, 0);
  }

  kvm_pgtable_stage2_relax_perms(pgt: KvmPgtable, addr: number, prot: number): number {
    let setLo = 0;
    if (prot & KVM_PGTABLE_PROT_R) setLo |= KVM_PTE_LEAF_ATTR_LO_S2_S2AP_R;
    if (prot & KVM_PGTABLE_PROT_W) setLo |= KVM_PTE_LEAF_ATTR_LO_S2_S2AP_W;
    const clearHi = prot & KVM_PGTABLE_PROT_X ? KVM_PTE_LEAF_ATTR_HI_XN : 0;
    return this.stage2_update_leaf_attrs(pgt, addr, 1, setLo, 0, clearHi);
  }

  /** Was any of the pages accessed? Forgets that they were if `mkold`. */
  kvm_pgtable_stage2_test_clear_young(
    pgt: KvmPgtable,
    addr: number,
    size: number,
    mkold: boolean,
  ): boolean {
    const walk = this.walk;
    walk.mkold = mkold;
    walk.young = false;
    WARN_ON(this.kvm_pgtable_walk(pgt, addr, size, AGE, KVM_PGTABLE_WALK_LEAF) !== 0);
    return walk.young;
  }

  /** Drops every table below the PGD, and the PGD's own two pages. */
  kvm_pgtable_stage2_destroy(pgt: KvmPgtable): void {
    const flags = KVM_PGTABLE_WALK_LEAF | KVM_PGTABLE_WALK_TABLE_POST;
    WARN_ON(this.kvm_pgtable_walk(pgt, 0, pgt.limit, FREE, flags) !== 0);
    const pgd = this.vmemmap.hyp_phys_to_page(this.state.words[pgt.pgdWord] - 1);
    this.alloc.hyp_put_page(pgt.pool, pgd);
    this.alloc.hyp_put_page(pgt.pool, pgd + 1);
    this.state.set(pgt.pgdWord, 0);
  }

  protected override visit(
    walk: PgtableWalk,
    pgt: KvmPgtable,
    ptep: number,
    lo: number,
    hi: number,
    level: number,
    when: number,
  ): number {
    switch (walk.visitor) {
      case MAP:
        if (when === KVM_PGTABLE_WALK_TABLE_PRE)
          return this.stage2_map_walk_table_pre(walk, pgt, ptep, lo, hi, level);
        return this.stage2_map_walk_leaf(walk, pgt, ptep, lo, hi, level);
      case UNMAP:
        return this.stage2_unmap_walker(pgt, ptep, lo, hi, level);
      case ATTR:
        return this.stage2_attr_walker(walk, ptep, lo, hi);
      case AGE:
        return this.stage2_age_walker(walk, ptep, lo);
      default:
        return this.stage2_free_walker(pgt, ptep, lo, hi, level);
    }
  }

  private stage2_set_prot_attr(walk: PgtableWalk, pgt: KvmPgtable, prot: number): void {
    let lo = KVM_PTE_LEAF_ATTR_LO_SH_IS | KVM_PTE_LEAF_ATTR_LO_AF;
    lo |= pgt.isHost
      ? KVM_PTE_LEAF_ATTR_LO_S2_MEMATTR_NORMAL
      : KVM_PTE_LEAF_ATTR_LO_S2_MEMATTR_FWB_NORMAL;
    if (prot & KVM_PGTABLE_PROT_R) lo |= KVM_PTE_LEAF_ATTR_LO_S2_S2AP_R;
    if (prot & KVM_PGTABLE_PROT_W) lo |= KVM_PTE_LEAF_ATTR_LO_S2_S2AP_W;
    walk.attrLo = lo;
    walk.attrHi = (prot & KVM_PGTABLE_PROT_X ? 0 : KVM_PTE_LEAF_ATTR_HI_XN) | pteStateHi(prot);
  }

  private stage2_map_walk_table_pre(
    walk: PgtableWalk,
    pgt: KvmPgtable,
    ptep: number,
    lo: number,
    hi: number,
    level: number,
  ): number {
    if (!this.stage2_leaf_mapping_allowed(walk, level)) return 0;
    const ret = this.stage2_map_walker_try_leaf(walk, pgt, ptep, lo, hi, level);
    if (ret) return ret;
    const child = this.vmemmap.hyp_phys_to_page(kvm_pte_to_phys(lo, hi));
    this.kvm_pgtable_stage2_free_unlinked(pgt, child, level);
    return 0;
  }

  private stage2_map_walk_leaf(
    walk: PgtableWalk,
    pgt: KvmPgtable,
    ptep: number,
    lo: number,
    hi: number,
    level: number,
  ): number {
    const ret = this.stage2_map_walker_try_leaf(walk, pgt, ptep, lo, hi, level);
    if (ret !== -E2BIG) return ret;
    WARN_ON(level === KVM_PGTABLE_LAST_LEVEL);

    const child = this.tables.zalloc_page(pgt, walk.memcache);
    if (child < 0) return -ENOMEM;
    this.stage2_try_break_pte(pgt, ptep, lo);
    const phys = this.layout.pfnOf(child);
    const newLo = pteAddrLo(phys) | KVM_PTE_VALID | KVM_PTE_TYPE_TABLE;
    this.stage2_make_pte(ptep, newLo, pteAddrHi(phys));
    return 0;
  }

  private stage2_map_walker_try_leaf(
    walk: PgtableWalk,
    pgt: KvmPgtable,
    ptep: number,
    lo: number,
    hi: number,
    level: number,
  ): number {
    if (!this.stage2_leaf_mapping_allowed(walk, level)) return -E2BIG;

    let newLo: number;
    let newHi: number;
    if (walk.phys >= 0) {
      const phys = walk.phys + (walk.addr - walk.start);
      newLo = pteAddrLo(phys) | walk.attrLo | leafType(level);
      newHi = pteAddrHi(phys) | walk.attrHi;
    } else {
      newLo = walk.ownerId << KVM_INVALID_PTE_OWNER_SHIFT;
      newHi = 0;
    }
    if (!stage2_pte_needs_update(lo, hi, newLo, newHi)) return -EAGAIN;

    if (lo === newLo && ((hi ^ newHi) & ~KVM_PTE_LEAF_ATTR_HI_SW) === 0) {
      this.state.set(ptep + 1, newHi);
      return 0;
    }
    this.stage2_try_break_pte(pgt, ptep, lo);
    this.stage2_make_pte(ptep, newLo, newHi);
    return 0;
  }

  private stage2_leaf_mapping_allowed(walk: PgtableWalk, level: number): boolean {
    if (walk.forcePte && level < KVM_PGTABLE_LAST_LEVEL) return false;
    const phys = walk.phys < 0 ? -1 : walk.phys + (walk.addr - walk.start);
    return kvm_block_mapping_supported(walk, phys, level);
  }

  /** Break-before-make: the entry is marked locked, its TLB entries go, its reference is dropped. */
  private stage2_try_break_pte(pgt: KvmPgtable, ptep: number, lo: number): void {
    WARN_ON(!kvm_pte_valid(lo) && (lo & KVM_INVALID_PTE_LOCKED) !== 0);
    const counted = this.pteIsCounted(ptep);
    this.state.set(ptep, KVM_INVALID_PTE_LOCKED);
    this.state.set(ptep + 1, 0);
    if (kvm_pte_valid(lo)) this.__kvm_tlb_flush_vmid_ipa();
    if (counted) this.alloc.hyp_put_page(pgt.pool, this.tableOf(ptep));
  }

  private stage2_make_pte(ptep: number, newLo: number, newHi: number): void {
    if (newLo !== 0 || newHi !== 0) this.alloc.hyp_get_page(this.tableOf(ptep));
    this.state.set(ptep, newLo);
    this.state.set(ptep + 1, newHi);
  }

  private pteIsCounted(ptep: number): boolean {
    return this.state.words[ptep] !== 0 || this.state.words[ptep + 1] !== 0;
  }

  private stage2_unmap_walker(
    pgt: KvmPgtable,
    ptep: number,
    lo: number,
    hi: number,
    level: number,
  ): number {
    if (!kvm_pte_valid(lo)) {
      if (lo !== 0 || hi !== 0) {
        this.kvm_clear_pte(ptep);
        this.alloc.hyp_put_page(pgt.pool, this.tableOf(ptep));
      }
      return 0;
    }

    let child = -1;
    if (kvm_pte_table(lo, level)) {
      child = this.vmemmap.hyp_phys_to_page(kvm_pte_to_phys(lo, hi));
      if (this.vmemmap.refcount(child) !== 1) return 0;
    }
    this.kvm_clear_pte(ptep);
    this.__kvm_tlb_flush_vmid_ipa();
    this.alloc.hyp_put_page(pgt.pool, this.tableOf(ptep));
    if (child >= 0) this.alloc.hyp_put_page(pgt.pool, child);
    return 0;
  }

  private stage2_update_leaf_attrs(
    pgt: KvmPgtable,
    addr: number,
    size: number,
    setLo: number,
    clearLo: number,
    clearHi: number,
  ): number {
    const walk = this.walk;
    walk.attrLo = setLo;
    walk.clearLo = clearLo;
    walk.clearHi = clearHi;
    return this.kvm_pgtable_walk(pgt, addr, size, ATTR, KVM_PGTABLE_WALK_LEAF);
  }

  private stage2_attr_walker(walk: PgtableWalk, ptep: number, lo: number, hi: number): number {
    if (!kvm_pte_valid(lo)) return -EAGAIN;
    this.state.set(ptep, (lo & ~walk.clearLo) | walk.attrLo);
    this.state.set(ptep + 1, hi & ~walk.clearHi);
    return 0;
  }

  private stage2_age_walker(walk: PgtableWalk, ptep: number, lo: number): number {
    if (!kvm_pte_valid(lo) || (lo & KVM_PTE_LEAF_ATTR_LO_AF) === 0) return 0;
    walk.young = true;
    if (walk.mkold) this.state.set(ptep, lo & ~KVM_PTE_LEAF_ATTR_LO_AF);
    return 0;
  }

  private stage2_free_walker(
    pgt: KvmPgtable,
    ptep: number,
    lo: number,
    hi: number,
    level: number,
  ): number {
    if (lo === 0 && hi === 0) return 0;
    this.alloc.hyp_put_page(pgt.pool, this.tableOf(ptep));
    if (kvm_pte_table(lo, level)) {
      const child = this.vmemmap.hyp_phys_to_page(kvm_pte_to_phys(lo, hi));
      this.alloc.hyp_put_page(pgt.pool, child);
    }
    return 0;
  }

  /** Frees a table that a block has just replaced, and all below it. */
  private kvm_pgtable_stage2_free_unlinked(pgt: KvmPgtable, child: number, level: number): void {
    const walk = this.unlinked;
    walk.visitor = FREE;
    walk.flags = KVM_PGTABLE_WALK_LEAF | KVM_PGTABLE_WALK_TABLE_POST;
    walk.addr = 0;
    walk.end = granulePages(level);
    WARN_ON(this.walkTable(walk, pgt, child, level + 1) !== 0);
    WARN_ON(this.vmemmap.refcount(child) !== 1);
    this.alloc.hyp_put_page(pgt.pool, child);
  }

  private kvm_clear_pte(ptep: number): void {
    this.state.set(ptep, 0);
    this.state.set(ptep + 1, 0);
  }

  /** TLB invalidation: nothing to model, something to count. */
  private __kvm_tlb_flush_vmid_ipa(): void {}
}

/** Only a change of more than permissions between two valid entries is worth a write. */
function stage2_pte_needs_update(lo: number, hi: number, newLo: number, newHi: number): boolean {
  if (!kvm_pte_valid(lo) || !kvm_pte_valid(newLo)) return true;
  return (
    ((lo ^ newLo) & ~KVM_PTE_LEAF_ATTR_LO_S2_PERMS) !== 0 ||
    ((hi ^ newHi) & ~KVM_PTE_LEAF_ATTR_HI_XN) !== 0
  );
}
