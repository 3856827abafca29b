// SPDX-License-Identifier: GPL-2.0-only
/** Stage 2 of the host and of the guests (hyp/pgtable.c, kvm_pgtable_stage2_*). */

import { KVM_PGTABLE_PROT_R, KVM_PGTABLE_PROT_W, KVM_PGTABLE_PROT_X } from './page_state.js';
import { WARN_ON } from './panic.js';
import {
  CHECK_STATE,
  GET_LEAF,
  KVM_PGTABLE_WALK_LEAF,
  KVM_PGTABLE_WALK_TABLE_POST,
  KVM_PGTABLE_WALK_TABLE_PRE,
  type KvmPgtable,
  PgtableWalk,
} from './pgtable.js';
import {
  STAGE2_AGE,
  STAGE2_ATTR,
  STAGE2_FREE,
  STAGE2_MAP,
  STAGE2_UNMAP,
  Stage2Walkers,
} from './pgtable_stage2_walkers.js';
import {
  KVM_PTE_LEAF_ATTR_HI_XN,
  KVM_PTE_LEAF_ATTR_LO_AF,
  KVM_PTE_LEAF_ATTR_LO_S2_MEMATTR_FWB_NORMAL,
  KVM_PTE_LEAF_ATTR_LO_S2_MEMATTR_NORMAL,
  KVM_PTE_LEAF_ATTR_LO_S2_S2AP_R,
  KVM_PTE_LEAF_ATTR_LO_S2_S2AP_W,
  KVM_PTE_LEAF_ATTR_LO_SH_IS,
  pteStateHi,
} from './pte.js';

export class Stage2Pgtable extends Stage2Walkers {
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
      STAGE2_MAP,
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
      STAGE2_MAP,
      KVM_PGTABLE_WALK_TABLE_PRE | KVM_PGTABLE_WALK_LEAF,
    );
  }

  kvm_pgtable_stage2_unmap(pgt: KvmPgtable, addr: number, size: number): number {
    return this.kvm_pgtable_walk(
      pgt,
      addr,
      size,
      STAGE2_UNMAP,
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
    WARN_ON(this.kvm_pgtable_walk(pgt, addr, size, STAGE2_AGE, KVM_PGTABLE_WALK_LEAF) !== 0);
    return walk.young;
  }

  /** Drops every table below the PGD, and the PGD's own two pages. */
  kvm_pgtable_stage2_destroy(pgt: KvmPgtable): void {
    const flags = KVM_PGTABLE_WALK_LEAF | KVM_PGTABLE_WALK_TABLE_POST;
    WARN_ON(this.kvm_pgtable_walk(pgt, 0, pgt.limit, STAGE2_FREE, flags) !== 0);
    const pgd = this.vmemmap.hyp_phys_to_page(this.state.words[pgt.pgdWord] - 1);
    this.alloc.hyp_put_page(pgt.pool, pgd);
    this.alloc.hyp_put_page(pgt.pool, pgd + 1);
    this.state.set(pgt.pgdWord, 0);
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
    return this.kvm_pgtable_walk(pgt, addr, size, STAGE2_ATTR, KVM_PGTABLE_WALK_LEAF);
  }
}
