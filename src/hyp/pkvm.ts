// SPDX-License-Identifier: GPL-2.0-only
/** VM and vCPU life cycle (nvhe/pkvm.c). */

import type { GuestMemory, TablePages } from './guest.js';
import {
  HANDLE_OFFSET,
  KVM_MAX_PVMS,
  type Layout,
  LOADED_VCPU,
  VCPU_HOST_END,
  VCPU_HOST_FIRST,
  VCPU_INDEX,
  VCPU_PAGE,
  VCPU_VM,
  VCPU_WORDS,
  VM_CREATED_VCPUS,
  VM_HOST_KVM,
  VM_NR_VCPUS,
  VM_PAGE,
  VM_PGD,
  VM_POOL,
  VM_WORDS,
  vmRecord,
} from './layout.js';
import type { Locks } from './locks.js';
import type { MemProtect } from './mem_protect.js';
import { wrapPfn } from './numbers.js';
import { EBUSY, EINVAL, ENOENT, ENOMEM } from './outcome.js';
import type { PageAlloc } from './page_alloc.js';
import { dataAbort, Undefined, WARN_ON } from './panic.js';
import type { Stage2Pgtable } from './pgtable_stage2.js';
import type { HypState } from './state.js';
import type { Transitions } from './transitions.js';
import { pkvm_get_hyp_vm_size, VCPU_PAGES, type VmStructs } from './vm_structs.js';
import type { Vmemmap } from './vmemmap.js';

/** Pages of a guest's PGD: two, side by side. */
const PGD_PAGES = 2;
const PGD_ORDER = 1;

export class Pkvm {
  private readonly state: HypState;
  private readonly layout: Layout;

  constructor(
    private readonly vmemmap: Vmemmap,
    private readonly alloc: PageAlloc,
    private readonly stage2: Stage2Pgtable,
    private readonly memProtect: MemProtect,
    private readonly guest: GuestMemory,
    private readonly structs: VmStructs,
    private readonly tablePages: TablePages,
    private readonly transitions: Transitions,
    private readonly locks: Locks,
  ) {
    this.state = vmemmap.state;
    this.layout = vmemmap.layout;
  }

  /**
   * Makes a VM from memory the host donates: `vm` for its state, `pgd` for its PGD, page numbers,
   * or -1 for an address that is not page aligned. The handle, or the error of pinning `host_kvm`,
   * -EINVAL, -ENOMEM.
   */
  __pkvm_init_vm(host_kvm: number, nr_vcpus: number, vm: number, pgd: number): number {
    const pinned = this.memProtect.hyp_pin_shared_mem(host_kvm, wrapPfn(host_kvm + 1));
    if (pinned) return pinned;

    let ret = -EINVAL;
    if (nr_vcpus >= 1) {
      const vmPages = pkvm_get_hyp_vm_size(nr_vcpus);
      ret = -ENOMEM;
      if (this.map_donated_memory(vm, vmPages)) {
        if (this.map_donated_memory_noclear(pgd, PGD_PAGES)) {
          this.locks.vmTableLock();
          ret = this.insert_vm_table_entry(host_kvm, nr_vcpus, vm, pgd);
          this.locks.vmTableUnlock();
          if (ret > 0) return ret;
          this.unmap_donated_memory(vm, vmPages);
          this.unmap_donated_memory(pgd, PGD_PAGES);
        } else {
          this.unmap_donated_memory(vm, vmPages);
        }
      }
    }
    this.memProtect.hyp_unpin_shared_mem(host_kvm, wrapPfn(host_kvm + 1));
    return ret;
  }

  /**
   * Makes the next vCPU of a VM from two donated pages at `vcpu` (-1: not page aligned), pinning
   * the host's vCPU pages [first, end). 0, -ENOMEM, -ENOENT, -EINVAL, -EBUSY.
   */
  __pkvm_init_vcpu(
    handle: number,
    first: number,
    end: number,
    vcpu_idx: number,
    vcpu: number,
  ): number {
    if (!this.map_donated_memory(vcpu, VCPU_PAGES)) return -ENOMEM;

    this.locks.vmTableLock();
    const slot = this.get_vm_by_handle(handle);
    const ret = slot < 0 ? -ENOENT : this.init_pkvm_hyp_vcpu(slot, first, end, vcpu_idx, vcpu);
    this.locks.vmTableUnlock();

    if (ret) this.unmap_donated_memory(vcpu, VCPU_PAGES);
    return ret;
  }

  /** Loads a vCPU unless one is loaded or there is none of that name. */
  __pkvm_vcpu_load(handle: number, vcpu_idx: number): number {
    const words = this.state.words;
    if (words[LOADED_VCPU] !== 0) return 0;

    this.locks.vmTableLock();
    const slot = this.get_vm_by_handle(handle);
    if (slot >= 0) this.structs.readVm(slot);
    if (slot >= 0 && vcpu_idx < words[vmRecord(slot) + VM_NR_VCPUS]) {
      const vcpu = this.layout.reserveVcpu(slot, vcpu_idx);
      this.structs.readVcpu(vcpu);
      this.vmemmap.hyp_page_ref_inc(this.structs.vmPage(slot));
      this.state.set(LOADED_VCPU, vcpu);
    }
    this.locks.vmTableUnlock();
    return 0;
  }

  __pkvm_vcpu_put(): number {
    const vcpu = this.state.words[LOADED_VCPU];
    if (vcpu === 0) return 0;

    this.readLoaded(vcpu);
    const slot = this.state.words[vcpu + VCPU_VM] - 1;
    this.locks.vmTableLock();
    this.state.set(LOADED_VCPU, 0);
    this.vmemmap.hyp_page_ref_dec(this.structs.vmPage(slot));
    this.locks.vmTableUnlock();
    return 0;
  }

  /** Gives all of a VM's memory back to the host. 0 or -ENOENT; a loaded vCPU is a WARN. */
  __pkvm_teardown_vm(handle: number): number {
    this.locks.vmTableLock();
    const slot = this.get_vm_by_handle(handle);
    if (slot < 0) {
      this.locks.vmTableUnlock();
      return -ENOENT;
    }
    const vm = vmRecord(slot);
    const words = this.state.words;
    WARN_ON(this.vmemmap.refcount(this.structs.vmPage(slot)) !== 0);
    this.structs.readVm(slot);

    const vmPfn = words[vm + VM_PAGE] - 1;
    const host_kvm = words[vm + VM_HOST_KVM] - 1;
    const created = words[vm + VM_CREATED_VCPUS] >>> 0;
    const nr_vcpus = words[vm + VM_NR_VCPUS];
    this.state.set(vm + VM_PAGE, 0);
    this.locks.vmTableUnlock();

    this.reclaim_guest_pages(slot);
    for (let idx = 0; idx < nr_vcpus; idx++) this.unpin_host_vcpu(slot, idx);
    for (let idx = 0; idx < nr_vcpus; idx++) this.teardownVcpu(slot, idx);
    this.unmap_donated_memory(vmPfn, pkvm_get_hyp_vm_size(created));
    this.clearRecord(vm, VM_WORDS);
    this.memProtect.hyp_unpin_shared_mem(host_kvm, wrapPfn(host_kvm + 1));
    return 0;
  }

  /** Slot of a live VM, or -1. */
  get_vm_by_handle(handle: number): number {
    const slot = handle - HANDLE_OFFSET;
    if (slot < 0 || slot >= KVM_MAX_PVMS) return -1;
    return this.state.words[vmRecord(slot) + VM_PAGE] !== 0 ? slot : -1;
  }

  /** Slot of a live VM, with a reference taken on its first page, or -1. */
  get_pkvm_hyp_vm(handle: number): number {
    this.locks.vmTableLock();
    const slot = this.get_vm_by_handle(handle);
    if (slot >= 0) this.vmemmap.hyp_page_ref_inc(this.structs.vmPage(slot));
    this.locks.vmTableUnlock();
    if (slot >= 0) this.structs.readVm(slot);
    return slot;
  }

  put_pkvm_hyp_vm(slot: number): void {
    this.locks.vmTableLock();
    this.vmemmap.hyp_page_ref_dec(this.structs.vmPage(slot));
    this.locks.vmTableUnlock();
  }

  /** The loaded vCPU's record, or 0. */
  pkvm_get_loaded_hyp_vcpu(): number {
    return this.state.words[LOADED_VCPU];
  }

  /** What has become of the pages of a live VM's structures, if they do not hold them any more. */
  structProblem(slot: number): string | undefined {
    try {
      this.structs.readVm(slot);
      const nrVcpus = this.state.words[vmRecord(slot) + VM_NR_VCPUS];
      for (let idx = 0; idx < nrVcpus; idx++) {
        this.structs.readVcpu(this.layout.reserveVcpu(slot, idx));
      }
    } catch (error) {
      if (error instanceof Undefined) return error.text;
      throw error;
    }
    return undefined;
  }

  /** Is the VM of a loaded vCPU gone? */
  isStale(vcpu: number): boolean {
    return this.structs.isStale(vcpu);
  }

  /** A loaded vCPU is about to be used. One whose VM is gone leads to a VM at no address. */
  readLoaded(vcpu: number): void {
    if (!this.structs.isStale(vcpu)) return this.structs.readVcpu(vcpu);
    this.structs.readStale(vcpu);
    dataAbort();
  }

  private insert_vm_table_entry(
    host_kvm: number,
    nr_vcpus: number,
    vmPfn: number,
    pgd: number,
  ): number {
    let slot = 0;
    while (slot < KVM_MAX_PVMS && this.state.words[vmRecord(slot) + VM_PAGE] !== 0) slot++;
    if (slot === KVM_MAX_PVMS) return -ENOMEM;

    const vm = vmRecord(slot);
    this.state.set(vm + VM_PAGE, vmPfn + 1);
    this.state.set(vm + VM_HOST_KVM, host_kvm + 1);
    this.state.set(vm + VM_CREATED_VCPUS, nr_vcpus | 0);
    this.structs.writeVm(slot);
    this.kvm_guest_prepare_stage2(vm, pgd);
    return slot + HANDLE_OFFSET;
  }

  private kvm_guest_prepare_stage2(vm: number, pgd: number): void {
    this.alloc.hyp_pool_init(vm + VM_POOL, pgd, PGD_PAGES, 0);
    this.locks.guest_lock_component();
    const page = this.alloc.hyp_alloc_pages(vm + VM_POOL, PGD_ORDER);
    if (page < 0) dataAbort();
    this.alloc.hyp_split_page(page);
    this.state.set(vm + VM_PGD, this.layout.pfnOf(page) + 1);
    this.locks.guest_unlock_component();
  }

  private init_pkvm_hyp_vcpu(
    slot: number,
    first: number,
    end: number,
    vcpu_idx: number,
    vcpuPfn: number,
  ): number {
    this.structs.readVm(slot);
    const vm = vmRecord(slot);
    const idx = this.state.words[vm + VM_NR_VCPUS];
    if (idx >= this.state.words[vm + VM_CREATED_VCPUS] >>> 0) return -EINVAL;
    if (this.memProtect.hyp_pin_shared_mem(first, end)) return -EBUSY;
    if (vcpu_idx !== idx) {
      this.memProtect.hyp_unpin_shared_mem(first, end);
      return -EINVAL;
    }

    const vcpu = this.layout.reserveVcpu(slot, idx);
    this.state.ensure();
    if (vcpu === this.state.words[LOADED_VCPU]) this.structs.replaceStale(vcpu, vcpuPfn);
    this.state.set(vcpu + VCPU_VM, slot + 1);
    this.state.set(vcpu + VCPU_PAGE, vcpuPfn);
    this.state.set(vcpu + VCPU_HOST_FIRST, first);
    this.state.set(vcpu + VCPU_HOST_END, end);
    this.state.set(vcpu + VCPU_INDEX, idx);
    this.structs.writeVcpu(vcpu);
    this.state.set(vm + VM_NR_VCPUS, idx + 1);
    return 0;
  }

  private reclaim_guest_pages(slot: number): void {
    const pool = vmRecord(slot) + VM_POOL;
    this.locks.guest_lock_component();
    this.stage2.kvm_pgtable_stage2_destroy(this.guest.pgtableOf(slot));
    this.locks.guest_unlock_component();

    for (;;) {
      const page = this.alloc.hyp_alloc_pages(pool, 0);
      if (page < 0) return;
      this.vmemmap.setRefcount(page, 0);
      this.vmemmap.setOrder(page, 0);
      WARN_ON(this.transitions.__pkvm_hyp_donate_host(this.layout.pfnOf(page), 1) !== 0);
    }
  }

  private unpin_host_vcpu(slot: number, idx: number): void {
    const vcpu = this.layout.reserveVcpu(slot, idx);
    const words = this.state.words;
    this.structs.readVcpu(vcpu);
    this.memProtect.hyp_unpin_shared_mem(
      words[vcpu + VCPU_HOST_FIRST],
      words[vcpu + VCPU_HOST_END],
    );
  }

  private teardownVcpu(slot: number, idx: number): void {
    const vcpu = this.layout.reserveVcpu(slot, idx);
    this.structs.readVcpu(vcpu);
    for (;;) {
      const page = this.tablePages.pop_hyp_memcache(vcpu);
      if (page < 0) break;
      this.unmap_donated_memory(this.layout.pfnOf(page), 1);
    }
    const pfn = this.state.words[vcpu + VCPU_PAGE];
    this.clearRecord(vcpu, VCPU_WORDS);
    // The CPU still has it loaded, by its address.
    if (vcpu === this.state.words[LOADED_VCPU]) this.state.set(vcpu + VCPU_PAGE, pfn);
    this.unmap_donated_memory(pfn, VCPU_PAGES);
  }

  private clearRecord(first: number, words: number): void {
    for (let i = first; i < first + words; i++) this.state.set(i, 0);
  }

  private map_donated_memory_noclear(pfn: number, pages: number): boolean {
    return pfn >= 0 && this.transitions.__pkvm_host_donate_hyp(pfn, pages) === 0;
  }

  private map_donated_memory(pfn: number, pages: number): boolean {
    if (!this.map_donated_memory_noclear(pfn, pages)) return false;
    this.vmemmap.zeroPages(this.vmemmap.hyp_phys_to_page(pfn), pages);
    return true;
  }

  private unmap_donated_memory(pfn: number, pages: number): void {
    this.vmemmap.zeroPages(this.vmemmap.hyp_phys_to_page(pfn), pages);
    WARN_ON(this.transitions.__pkvm_hyp_donate_host(pfn, pages) !== 0);
  }
}
