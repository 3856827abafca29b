// SPDX-License-Identifier: GPL-2.0-only
/**
 * A host that gives hyp the same page twice. `__pkvm_host_unshare_ffa()` looks at the host's state only,
 * so the host gets a page back that hyp has pinned for a VM, and gives it to another VM as a page for
 * tables (NVHE_EL2_DEBUG off: nothing else is looked at). When the first VM goes, so does a reference
 * that by then is the table's: a table may be freed while it is in use.
 */

import { VM_NR_VCPUS, VM_PAGE, vmRecord } from '../hyp/layout.js';
import { hostStateOf } from '../hyp/lookup.js';
import type { Machine } from '../hyp/machine.js';
import { Op, OpCode } from '../hyp/op.js';
import { PKVM_PAGE_OWNED, PKVM_PAGE_SHARED_OWNED } from '../hyp/page_state.js';
import type { Places } from './places.js';
import type { Random } from './random.js';

/** VMs of such a run: one whose pages are taken back, one that they are given to. */
const VMS = 2;
/** Tables of a guest below its PGD, if its pages are few. */
const GUEST_TABLES = 2;

/** Who makes the operations on VMs. */
interface VmOps {
  readonly isLoaded: boolean;
  isLoadedOf(slot: number): boolean;
  initVm(random: Random, nrVcpus: number): Op;
  initVcpu(random: Random, slot: number): Op;
  loadFirst(slot: number): Op;
  teardownNow(slot: number): Op;
  shareGuest(random: Random): Op;
  unshareGuest(random: Random): Op;
}

export class Reuse {
  /** The run is one of such a host. */
  isOn = false;
  /** Pages that hyp was to pin for a VM or a vCPU. */
  private readonly pinned: number[] = [];

  constructor(private readonly machine: Machine) {}

  start(isOn: boolean): void {
    this.isOn = isOn && !this.machine.config.nvhe_el2_debug;
    this.pinned.length = 0;
  }

  /** Notes a page that hyp is to pin. */
  note(page: number): void {
    if (this.isOn) this.pinned.push(page);
  }

  /** A page that hyp has pinned and that the host owns again, or -1. */
  page(random: Random): number {
    return this.pinnedOf(random, PKVM_PAGE_OWNED);
  }

  /** All pages for tables that a guest of few pages needs, one of them such a page if there is one. */
  memcache(random: Random, places: Places): number[] {
    const page = this.page(random);
    const list = page < 0 ? [] : [places.structure(page, 1)];
    while (list.length < GUEST_TABLES) list.push(places.owned(random, 1, 1));
    return random.chance(50) ? list : list.reverse();
  }

  /** A page of the guest: few, so that its table gets empty. */
  gfn(random: Random): number {
    return random.below(2);
  }

  /** What such a host does next: its VMs are kept going; nothing if something else is to be drawn. */
  next(random: Random, vms: VmOps): Op | undefined {
    const slot = random.below(VMS);
    const vm = vmRecord(slot);
    const { words } = this.machine.state;
    if (words[vm + VM_PAGE] === 0) return vms.initVm(random, 1);
    if (words[vm + VM_NR_VCPUS] === 0) return vms.initVcpu(random, slot);
    const draw = random.below(100);
    if (draw < 25) return this.takeBack(random);
    if (draw < 65) {
      if (!vms.isLoaded) return vms.loadFirst(slot);
      return draw < 45 ? vms.shareGuest(random) : vms.unshareGuest(random);
    }
    if (draw < 90) return vms.isLoadedOf(slot) ? undefined : vms.teardownNow(slot);
    return draw < 95 ? new Op(OpCode.__pkvm_vcpu_put) : undefined;
  }

  private takeBack(random: Random): Op | undefined {
    const page = this.pinnedOf(random, PKVM_PAGE_SHARED_OWNED);
    return page < 0 ? undefined : new Op(OpCode.__pkvm_host_unshare_ffa, page, 1);
  }

  private pinnedOf(random: Random, state: number): number {
    const { pinned, machine } = this;
    const { layout, vmemmap } = machine;
    const pages = pinned.filter(
      (page) =>
        hostStateOf(machine, page) === state && vmemmap.refcount(layout.pageIndex(page)) > 0,
    );
    return pages.length === 0 ? -1 : random.of(pages);
  }
}
