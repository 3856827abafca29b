// SPDX-License-Identifier: GPL-2.0-only
/** Random operations on VMs: mostly such as a host would make, on the VMs the machine has. */

import { HANDLE_OFFSET, LOADED_VCPU, VM_NR_VCPUS, VM_PAGE, vmRecord } from '../hyp/layout.js';
import type { Machine } from '../hyp/machine.js';
import { Op, OpCode } from '../hyp/op.js';
import { newOp, opOf } from '../ops/index.js';
import type { Places } from './places.js';
import type { Random } from './random.js';
import type { Reuse } from './reuse.js';

/** VM slots that are looked at: a run seldom makes more. */
const SLOTS = 4;
const ODD_HANDLES = [0, 0xfff, 0x1001, 0x10fe, 0x10ff, 2 ** 32 - 1];
const ODD_VCPU_COUNTS = [0, 511, 512, 513, 2 ** 31, 2 ** 32 - 1];
/** vCPU pointers of 8 bytes: from here on a VM's state takes 2 GiB. */
const INT_OVERFLOW_VCPUS = 2 ** 28;
const RWX = 7;
/** Table pages that the first page of a guest may take. */
const MEMCACHE_PAGES = 5;

export class VmOps {
  constructor(
    private readonly machine: Machine,
    private readonly places: Places,
    private readonly reuse: Reuse,
    /** Operations to come before anything else is drawn. */
    private readonly queue: Op[],
  ) {}

  get isLoaded(): boolean {
    return this.machine.state.words[LOADED_VCPU] !== 0;
  }

  /** A step in the life of a VM. */
  lifeCycle(random: Random): Op {
    const slot = this.liveSlot(random);
    if (slot < 0 || random.chance(10)) return this.initVm(random, this.vcpuCount(random));
    const draw = random.below(100);
    if (draw < 35) return this.initVcpu(random, slot);
    if (draw < 70) return this.load(random, slot);
    if (draw < 80) return new Op(OpCode.__pkvm_vcpu_put);
    return draw < 90 ? this.guestAccess(random) : this.teardown(random, slot);
  }

  /** An operation on a guest's memory. */
  guest(random: Random): Op {
    const draw = random.below(100);
    if (draw < 40) return this.shareGuest(random);
    return draw < 75 ? this.guestAccess(random) : this.byHandle(random);
  }

  /** Is a vCPU of this slot's VM the loaded one? */
  isLoadedOf(slot: number): boolean {
    const loaded = this.machine.state.words[LOADED_VCPU];
    return loaded !== 0 && this.machine.layout.vcpuOfWord(loaded)?.[0] === slot;
  }

  /** The teardown of a VM none of whose vCPUs is loaded. */
  teardownNow(slot: number): Op {
    return new Op(OpCode.__pkvm_teardown_vm, HANDLE_OFFSET + slot);
  }

  unshareGuest(random: Random): Op {
    return new Op(OpCode.__pkvm_host_unshare_guest, this.handle(random), this.gfn(random));
  }

  /** A VM whose state takes 2 GiB or more, from `page` on. */
  hugeVm(random: Random, page: number): Op {
    const nr_vcpus = INT_OVERFLOW_VCPUS - random.below(3) * 512;
    const { places } = this;
    const host_kvm = places.owned(random, 1, 1);
    const pgd = places.owned(random, 2, 2);
    places.structure(page, 1);
    const op = opOf('__pkvm_init_vm', { host_kvm, nr_vcpus, vm: page, pgd });
    return this.afterSharing(host_kvm, op);
  }

  /** There is a VM. */
  get isAlive(): boolean {
    const { words } = this.machine.state;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (words[vmRecord(slot) + VM_PAGE] !== 0) return true;
    }
    return false;
  }

  teardownOf(random: Random): Op {
    return this.teardown(random, this.liveSlot(random));
  }

  private liveSlot(random: Random): number {
    const { words } = this.machine.state;
    const first = random.below(SLOTS);
    for (let i = 0; i < SLOTS; i++) {
      const slot = (first + i) % SLOTS;
      if (words[vmRecord(slot) + VM_PAGE] !== 0) return slot;
    }
    return -1;
  }

  private handle(random: Random): number {
    if (random.chance(3)) return random.of(ODD_HANDLES);
    return HANDLE_OFFSET + Math.max(0, this.liveSlot(random));
  }

  private vcpuCount(random: Random): number {
    return random.chance(95) ? 1 + random.below(3) : random.of(ODD_VCPU_COUNTS);
  }

  initVm(random: Random, nr_vcpus: number): Op {
    const { places } = this;
    const host_kvm = random.chance(85) ? places.owned(random, 1, 1) : places.page(random);
    const vmPages = nr_vcpus < 4096 ? 1 + Math.ceil(nr_vcpus / 512) : 1;
    const vm = this.pagesFor(random, vmPages, 1);
    const pgd = this.pagesFor(random, 2, 2);
    const unaligned = random.chance(96) ? undefined : random.of(['vm', 'pgd'] as const);
    const op = opOf('__pkvm_init_vm', { host_kvm, nr_vcpus, vm, pgd }, { unaligned });
    return random.chance(92) ? this.afterSharing(host_kvm, op) : op;
  }

  initVcpu(random: Random, slot: number): Op {
    const { places, machine } = this;
    const next = machine.state.words[vmRecord(slot) + VM_NR_VCPUS];
    const vcpu_idx = random.chance(90) ? next : random.below(3);
    const host_vcpu = random.chance(85) ? places.owned(random, 1, 1) : places.page(random);
    const vcpu = this.pagesFor(random, 2, 1);
    const pagesOfObject = random.chance(92) ? 1 : 2;
    const unaligned = random.chance(97) ? undefined : 'vcpu';
    const vm = random.chance(95) ? HANDLE_OFFSET + slot : this.handle(random);
    const numbers = { vm, host_vcpu, vcpu_idx, vcpu };
    const op = opOf('__pkvm_init_vcpu', numbers, { unaligned, pagesOfObject });
    return random.chance(92) ? this.afterSharing(host_vcpu, op) : op;
  }

  /** Pages for the hypervisor to keep something in: mostly such as the host can give. */
  private pagesFor(random: Random, pages: number, align: number): number {
    const { places } = this;
    if (random.chance(93)) return places.owned(random, pages, align);
    return places.structure(places.page(random), pages);
  }

  /** The operation needs a page shared with hyp: shares it first. */
  private afterSharing(page: number, op: Op): Op {
    this.reuse.note(page);
    this.queue.push(op);
    return new Op(OpCode.__pkvm_host_share_hyp, page);
  }

  loadFirst(slot: number): Op {
    return new Op(OpCode.__pkvm_vcpu_load, HANDLE_OFFSET + slot, 0);
  }

  private load(random: Random, slot: number): Op {
    const vcpus = this.machine.state.words[vmRecord(slot) + VM_NR_VCPUS];
    return new Op(OpCode.__pkvm_vcpu_load, HANDLE_OFFSET + slot, random.below(vcpus + 1));
  }

  /** With a vCPU loaded it is a panic: mostly puts it first. */
  private teardown(random: Random, slot: number): Op {
    const op = new Op(OpCode.__pkvm_teardown_vm, HANDLE_OFFSET + slot);
    if (!this.isLoaded || random.chance(4)) return op;
    this.queue.push(op);
    return new Op(OpCode.__pkvm_vcpu_put);
  }

  shareGuest(random: Random): Op {
    const { places } = this;
    const page = random.chance(50) ? places.owned(random, 1, 1) : places.page(random);
    const prot = random.chance(98) ? random.below(RWX + 1) : RWX + 1;
    const list = this.reuse.isOn ? this.reuse.memcache(random, places) : this.memcache(random);
    const gfn = this.gfn(random);
    return newOp(OpCode.__pkvm_host_share_guest, [page, gfn, prot], list);
  }

  private memcache(random: Random): number[] {
    const list: number[] = [];
    const pages = random.chance(85) ? MEMCACHE_PAGES : random.below(MEMCACHE_PAGES);
    for (let i = 0; i < pages; i++) {
      list.push(this.pagesFor(random, 1, 1));
    }
    return list;
  }

  private gfn(random: Random): number {
    return this.reuse.isOn ? this.reuse.gfn(random) : this.places.gfn(random);
  }

  private guestAccess(random: Random): Op {
    const gfn = this.gfn(random);
    if (random.chance(50)) return new Op(OpCode.__pkvm_host_mkyoung_guest, gfn);
    const prot = random.chance(96) ? random.below(RWX + 1) : RWX + 1;
    return new Op(OpCode.__pkvm_host_relax_perms_guest, gfn, prot);
  }

  private byHandle(random: Random): Op {
    const handle = this.handle(random);
    const gfn = this.gfn(random);
    const draw = random.below(100);
    if (draw < 50) return new Op(OpCode.__pkvm_host_unshare_guest, handle, gfn);
    if (draw < 75) return new Op(OpCode.__pkvm_host_wrprotect_guest, handle, gfn);
    return new Op(OpCode.__pkvm_host_test_clear_young_guest, handle, gfn, random.below(2));
  }
}
