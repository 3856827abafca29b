// SPDX-License-Identifier: GPL-2.0-only
/** The hypercalls on a guest's pages: find the VM or the loaded vCPU, then act (nvhe/hyp-main.c). */

import type { GuestMemory, TablePages } from './guest.js';
import { VCPU_MC_NR_PAGES } from './layout.js';
import { EINVAL, ENOMEM } from './outcome.js';
import { KVM_PGTABLE_PROT_RWX } from './page_state.js';
import type { Pkvm } from './pkvm.js';
import type { Transitions } from './transitions.js';
import type { Vmemmap } from './vmemmap.js';

export class HypMain {
  constructor(
    private readonly vmemmap: Vmemmap,
    private readonly pkvm: Pkvm,
    private readonly guest: GuestMemory,
    private readonly tablePages: TablePages,
    private readonly transitions: Transitions,
  ) {}

  /** `memcache` is what the host put into its vCPU's memcache: page numbers, head first. */
  __pkvm_host_share_guest(
    pfn: number,
    gfn: number,
    prot: number,
    memcache: readonly number[],
  ): number {
    const vcpu = this.pkvm.pkvm_get_loaded_hyp_vcpu();
    if (vcpu === 0) return -EINVAL;
    if (prot & ~KVM_PGTABLE_PROT_RWX && this.pkvm.isStale(vcpu)) return -EINVAL;
    this.pkvm.readLoaded(vcpu);
    return (
      this.pkvm_refill_memcache(vcpu, memcache) ||
      this.guest.__pkvm_host_share_guest(pfn, gfn, vcpu, prot)
    );
  }

  __pkvm_host_relax_perms_guest(gfn: number, prot: number): number {
    const vcpu = this.pkvm.pkvm_get_loaded_hyp_vcpu();
    if (vcpu === 0) return -EINVAL;
    if (prot & ~KVM_PGTABLE_PROT_RWX && this.pkvm.isStale(vcpu)) return -EINVAL;
    this.pkvm.readLoaded(vcpu);
    return this.guest.__pkvm_host_relax_perms_guest(gfn, vcpu, prot);
  }

  __pkvm_host_mkyoung_guest(gfn: number): number {
    const vcpu = this.pkvm.pkvm_get_loaded_hyp_vcpu();
    if (vcpu === 0) return -EINVAL;
    this.pkvm.readLoaded(vcpu);
    return this.guest.__pkvm_host_mkyoung_guest(gfn, vcpu);
  }

  __pkvm_host_unshare_guest(handle: number, gfn: number): number {
    const slot = this.pkvm.get_pkvm_hyp_vm(handle);
    if (slot < 0) return -EINVAL;
    const ret = this.guest.__pkvm_host_unshare_guest(gfn, slot);
    this.pkvm.put_pkvm_hyp_vm(slot);
    return ret;
  }

  __pkvm_host_wrprotect_guest(handle: number, gfn: number): number {
    const slot = this.pkvm.get_pkvm_hyp_vm(handle);
    if (slot < 0) return -EINVAL;
    const ret = this.guest.__pkvm_host_wrprotect_guest(gfn, slot);
    this.pkvm.put_pkvm_hyp_vm(slot);
    return ret;
  }

  __pkvm_host_test_clear_young_guest(handle: number, gfn: number, mkold: boolean): number {
    const slot = this.pkvm.get_pkvm_hyp_vm(handle);
    if (slot < 0) return -EINVAL;
    const ret = this.guest.__pkvm_host_test_clear_young_guest(gfn, mkold, slot);
    this.pkvm.put_pkvm_hyp_vm(slot);
    return ret;
  }

  /** Fills a vCPU's memcache to as many pages as the host's has, each donated on the way. */
  private pkvm_refill_memcache(vcpu: number, memcache: readonly number[]): number {
    for (
      let taken = 0;
      this.vmemmap.state.words[vcpu + VCPU_MC_NR_PAGES] < memcache.length;
      taken++
    ) {
      if (taken === memcache.length) return -ENOMEM;
      if (this.transitions.__pkvm_host_donate_hyp(memcache[taken], 1)) return -ENOMEM;
      this.tablePages.push_hyp_memcache(vcpu, this.vmemmap.hyp_phys_to_page(memcache[taken]));
    }
    return 0;
  }
}
