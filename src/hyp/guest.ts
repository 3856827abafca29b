// SPDX-License-Identifier: GPL-2.0-only
/**
 * Memory shared with a guest (nvhe/mem_protect.c, the guest half): the guest's stage 2, its table
 * pages from the VM's pool and then from the vCPU's memcache, and the operations on its pages.
 */

import {
  type Layout,
  VCPU_MC_HEAD,
  VCPU_MC_NR_PAGES,
  VCPU_PAGE,
  VCPU_VM,
  VM_PGD,
  VM_POOL,
  vmRecord,
} from './layout.js';
import type { Locks } from './locks.js';
import type { MemProtect } from './mem_protect.js';
import { PFN_SPACE, wrapPfn } from './numbers.js';
import { E2BIG, EINVAL, ENOENT, EPERM } from './outcome.js';
import type { PageAlloc } from './page_alloc.js';
import {
  KVM_PGTABLE_PROT_RWX,
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
  pkvm_mkstate,
} from './page_state.js';
import { HEAD_IS_DESCRIPTOR, HEAD_IS_POINTER, isLink, isStruct, linkWord } from './page_words.js';
import { Undefined, WARN_ON } from './panic.js';
import type { KvmPgtable } from './pgtable.js';
import type { Stage2Pgtable } from './pgtable_stage2.js';
import type { TableSource } from './pgtable_stage2_walkers.js';
import { KVM_PGTABLE_LAST_LEVEL, kvm_pte_to_phys, kvm_pte_valid, pteState } from './pte.js';
import type { HypState } from './state.js';
import type { VmStructs } from './vm_structs.js';
import type { Vmemmap } from './vmemmap.js';

/** Where table pages come from: a VM's pool, and for a guest then the vCPU's memcache. */
export class TablePages implements TableSource {
  private readonly state: HypState;
  private readonly layout: Layout;

  constructor(
    private readonly vmemmap: Vmemmap,
    private readonly alloc: PageAlloc,
  ) {
    this.state = vmemmap.state;
    this.layout = vmemmap.layout;
  }

  /** `host_s2_zalloc_page()` and `guest_s2_zalloc_page()`. */
  zalloc_page(pgt: KvmPgtable, memcache: number): number {
    const page = this.alloc.hyp_alloc_pages(pgt.pool, 0);
    if (page >= 0 || pgt.isHost) return page;

    const popped = this.pop_hyp_memcache(memcache);
    if (popped < 0) return -1;
    this.vmemmap.zeroPages(popped, 1);
    this.vmemmap.setOrder(popped, 0);
    this.vmemmap.setRefcount(popped, 1);
    return popped;
  }

  /** Puts a page on a vCPU's memcache; its first word becomes the link to the next. */
  push_hyp_memcache(vcpu: number, page: number): void {
    const node = this.layout.node + 2 * page;
    this.state.set(node, linkWord(this.state.words[vcpu + VCPU_MC_HEAD]));
    this.vmemmap.clearEntryUnder(node);
    this.state.set(vcpu + VCPU_MC_HEAD, this.layout.pfnOf(page));
    this.state.set(vcpu + VCPU_MC_NR_PAGES, this.state.words[vcpu + VCPU_MC_NR_PAGES] + 1);
  }

  /** The page at the head of a vCPU's memcache, or -1. */
  pop_hyp_memcache(vcpu: number): number {
    const nr = this.state.words[vcpu + VCPU_MC_NR_PAGES];
    if (nr === 0) return -1;
    const head = this.state.words[vcpu + VCPU_MC_HEAD];
    if (head === HEAD_IS_DESCRIPTOR) this.undefinedHead(vcpu);
    const page = this.vmemmap.hyp_phys_to_page(head);
    this.state.set(vcpu + VCPU_MC_HEAD, this.linkOf(page));
    this.state.set(vcpu + VCPU_MC_NR_PAGES, nr - 1);
    return page;
  }

  /** The page number that a page of a memcache leads to, or what else lies where its link was. */
  linkOf(page: number): number {
    const word = this.state.words[this.layout.node + 2 * page];
    if (isLink(word)) return ~word;
    if (isStruct(word)) return HEAD_IS_DESCRIPTOR;
    if (word !== 0) return HEAD_IS_POINTER;
    return this.vmemmap.firstEntryIsZero(page) ? 0 : HEAD_IS_DESCRIPTOR;
  }

  private undefinedHead(vcpu: number): never {
    const pfn = this.state.words[vcpu + VCPU_PAGE];
    throw new Undefined(pfn, 'memcache of a vCPU', 'link that was written over');
  }
}

export class GuestMemory {
  private readonly state: HypState;
  private readonly layout: Layout;
  private readonly pgtables: KvmPgtable[] = [];
  /** Page number a successful `__check_host_shared_guest()` found. */
  private sharedPhys = 0;

  constructor(
    private readonly vmemmap: Vmemmap,
    private readonly stage2: Stage2Pgtable,
    private readonly memProtect: MemProtect,
    private readonly structs: VmStructs,
    private readonly locks: Locks,
  ) {
    this.state = vmemmap.state;
    this.layout = vmemmap.layout;
  }

  /** The stage 2 of a VM slot. Not state: only says where its state lies. */
  pgtableOf(slot: number): KvmPgtable {
    let pgt = this.pgtables[slot];
    if (pgt === undefined) {
      const vm = vmRecord(slot);
      pgt = {
        pgdWord: vm + VM_PGD,
        startLevel: 1,
        limit: 2 ** 28,
        end: PFN_SPACE,
        offset: 0,
        pool: vm + VM_POOL,
        isHost: false,
      };
      this.pgtables[slot] = pgt;
    }
    return pgt;
  }

  /**
   * Shares page `pfn` with the VM of a vCPU record at guest page `gfn`. -EINVAL, -EPERM, -ERANGE;
   * no page for a table is a WARN.
   *
   * host: OWNED or SHARED_OWNED with guests => SHARED_OWNED; guest: NOPAGE => SHARED_BORROWED
   */
  __pkvm_host_share_guest(pfn: number, gfn: number, vcpu: number, prot: number): number {
    if (prot & ~KVM_PGTABLE_PROT_RWX) return -EINVAL;
    let ret = this.memProtect.check_range_allowed_memory(pfn, wrapPfn(pfn + 1));
    if (ret) return ret;

    const pgt = this.pgtableOf(this.pkvm_hyp_vcpu_to_hyp_vm(vcpu));
    this.lockGuest();

    unlock: {
      ret = this.stage2.check_page_state_range(pgt, wrapPfn(gfn), 1, PKVM_NOPAGE);
      if (ret) break unlock;
      ret = this.markSharedWithGuest(pfn);
      if (ret) break unlock;

      const mapProt = pkvm_mkstate(prot, PKVM_PAGE_SHARED_BORROWED);
      WARN_ON(this.stage2.kvm_pgtable_stage2_map(pgt, gfn, 1, pfn, mapProt, vcpu, true) !== 0);
      const page = this.vmemmap.hyp_phys_to_page(pfn);
      this.vmemmap.setShareCount(page, this.vmemmap.shareCount(page) + 1);
    }

    this.unlockGuest();
    return ret;
  }

  /** Takes a page back from a guest; the host owns it again once no guest has it. */
  __pkvm_host_unshare_guest(gfn: number, slot: number): number {
    const pgt = this.pgtableOf(slot);
    let ret: number;
    this.lockGuest();

    unlock: {
      ret = this.__check_host_shared_guest(pgt, gfn);
      if (ret) break unlock;
      ret = this.stage2.kvm_pgtable_stage2_unmap(pgt, gfn, 1);
      if (ret) break unlock;

      const phys = this.sharedPhys;
      const page = this.vmemmap.hyp_phys_to_page(phys);
      this.vmemmap.setShareCount(page, this.vmemmap.shareCount(page) - 1);
      if (this.vmemmap.shareCount(page) !== 0) break unlock;
      WARN_ON(this.memProtect.__host_set_page_state_range(phys, 1, PKVM_PAGE_OWNED) !== 0);
    }

    this.unlockGuest();
    return ret;
  }

  __pkvm_host_wrprotect_guest(gfn: number, slot: number): number {
    const pgt = this.pgtableOf(slot);
    this.lockGuest();
    const ret =
      this.__check_host_shared_guest(pgt, gfn) ||
      this.stage2.kvm_pgtable_stage2_wrprotect(pgt, gfn, 1);
    this.unlockGuest();
    return ret;
  }

  /** 1 if the guest touched the page since it was last made old, else 0; or an errno. */
  __pkvm_host_test_clear_young_guest(gfn: number, mkold: boolean, slot: number): number {
    const pgt = this.pgtableOf(slot);
    this.lockGuest();
    const ret =
      this.__check_host_shared_guest(pgt, gfn) ||
      Number(this.stage2.kvm_pgtable_stage2_test_clear_young(pgt, gfn, 1, mkold));
    this.unlockGuest();
    return ret;
  }

  __pkvm_host_relax_perms_guest(gfn: number, vcpu: number, prot: number): number {
    if (prot & ~KVM_PGTABLE_PROT_RWX) return -EINVAL;
    const pgt = this.pgtableOf(this.pkvm_hyp_vcpu_to_hyp_vm(vcpu));
    this.lockGuest();
    const ret =
      this.__check_host_shared_guest(pgt, gfn) ||
      this.stage2.kvm_pgtable_stage2_relax_perms(pgt, gfn, prot);
    this.unlockGuest();
    return ret;
  }

  __pkvm_host_mkyoung_guest(gfn: number, vcpu: number): number {
    const pgt = this.pgtableOf(this.pkvm_hyp_vcpu_to_hyp_vm(vcpu));
    this.lockGuest();
    const ret = this.__check_host_shared_guest(pgt, gfn);
    if (!ret) this.stage2.kvm_pgtable_stage2_mkyoung(pgt, gfn);
    this.unlockGuest();
    return ret;
  }

  private markSharedWithGuest(pfn: number): number {
    const page = this.vmemmap.hyp_phys_to_page(pfn);
    switch (this.vmemmap.hostState(page)) {
      case PKVM_PAGE_OWNED:
        WARN_ON(this.memProtect.__host_set_page_state_range(pfn, 1, PKVM_PAGE_SHARED_OWNED) !== 0);
        return 0;
      case PKVM_PAGE_SHARED_OWNED:
        if (this.vmemmap.shareCount(page) !== 0) return 0;
        WARN_ON(this.layout.config.share_guest_warn);
        return -EPERM;
      default:
        return -EPERM;
    }
  }

  /** 0 if the guest has a page at `gfn` that the host shares with it; then `sharedPhys` is set. */
  private __check_host_shared_guest(pgt: KvmPgtable, gfn: number): number {
    const ret = this.stage2.kvm_pgtable_get_leaf(pgt, gfn);
    if (ret) return ret;
    const { leafLo, leafHi } = this.stage2;
    if (this.stage2.leafLevel !== KVM_PGTABLE_LAST_LEVEL) return -E2BIG;
    if (!kvm_pte_valid(leafLo)) return -ENOENT;
    if (pteState(leafLo, leafHi) !== PKVM_PAGE_SHARED_BORROWED) return -EPERM;

    const phys = kvm_pte_to_phys(leafLo, leafHi);
    WARN_ON(this.memProtect.check_range_allowed_memory(phys, wrapPfn(phys + 1)) !== 0);
    const page = this.vmemmap.hyp_phys_to_page(phys);
    if (this.vmemmap.hostState(page) !== PKVM_PAGE_SHARED_OWNED) return -EPERM;
    WARN_ON(this.vmemmap.shareCount(page) === 0);
    this.sharedPhys = phys;
    return 0;
  }

  private lockGuest(): void {
    this.memProtect.host_lock_component();
    this.locks.guest_lock_component();
  }

  private unlockGuest(): void {
    this.locks.guest_unlock_component();
    this.memProtect.host_unlock_component();
  }

  /** Slot of a vCPU's VM. */
  private pkvm_hyp_vcpu_to_hyp_vm(vcpu: number): number {
    const slot = this.state.words[vcpu + VCPU_VM] - 1;
    this.structs.readVm(slot);
    return slot;
  }
}
