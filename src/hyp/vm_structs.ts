// SPDX-License-Identifier: GPL-2.0-only
/**
 * `struct pkvm_hyp_vm` and `struct pkvm_hyp_vcpu` lie in pages that the host donated. Their fields are
 * words of their own here, because where they lie in the page is the compiler's business; the page
 * says that it holds them (page_words.ts). To read a structure whose page was put to another use is
 * undefined.
 */

import {
  type Layout,
  VCPU_INDEX,
  VCPU_PAGE,
  VCPU_VM,
  VM_NR_VCPUS,
  VM_PAGE,
  vmRecord,
} from './layout.js';
import { PAGE_SIZE } from './numbers.js';
import { vcpuStructWord, vmStructWord } from './page_words.js';
import { Undefined } from './panic.js';
import type { HypState } from './state.js';
import { structText, type Vmemmap } from './vmemmap.js';

/** Pages of a `struct pkvm_hyp_vcpu`. */
export const VCPU_PAGES = 2;
/** Bytes of a `struct pkvm_hyp_vm` and of each pointer of its vCPU array. */
const VM_BYTES = PAGE_SIZE;
const VCPU_POINTER_BYTES = 8;

/** Pages of a VM's state: the structure and a pointer for each announced vCPU. */
export function pkvm_get_hyp_vm_size(nr_vcpus: number): number {
  return Math.ceil((VM_BYTES + VCPU_POINTER_BYTES * nr_vcpus) / PAGE_SIZE);
}

export class VmStructs {
  private readonly state: HypState;
  private readonly layout: Layout;

  constructor(private readonly vmemmap: Vmemmap) {
    this.state = vmemmap.state;
    this.layout = vmemmap.layout;
  }

  /** First page of a VM's structure. */
  vmPage(slot: number): number {
    return this.vmemmap.hyp_phys_to_page(this.state.words[vmRecord(slot) + VM_PAGE] - 1);
  }

  /** The VM of a slot was written into its page. */
  writeVm(slot: number): void {
    this.write(this.vmPage(slot), vmStructWord(slot));
  }

  /** A vCPU was written into its pages, and a pointer to it into those of its VM. */
  writeVcpu(vcpu: number): void {
    const { words } = this.state;
    const slot = words[vcpu + VCPU_VM] - 1;
    const idx = words[vcpu + VCPU_INDEX];
    const first = this.vmemmap.hyp_phys_to_page(words[vcpu + VCPU_PAGE]);
    for (let i = 0; i < VCPU_PAGES; i++) this.write(first + i, vcpuStructWord(slot, idx));
    const pointers = this.pointerPage(slot, idx);
    if (!this.vmemmap.holdsStruct(pointers, vmStructWord(slot))) {
      this.write(pointers, vmStructWord(slot));
    }
  }

  /** The VM of a slot and its pointers to vCPUs are about to be read. */
  readVm(slot: number): void {
    this.read(this.vmPage(slot), vmStructWord(slot));
    const nrVcpus = this.state.words[vmRecord(slot) + VM_NR_VCPUS];
    for (let idx = 0; idx < nrVcpus; idx += PAGE_SIZE / VCPU_POINTER_BYTES) {
      this.read(this.pointerPage(slot, idx), vmStructWord(slot));
    }
  }

  /** A vCPU that is not stale is about to be read. */
  readVcpu(vcpu: number): void {
    const { words } = this.state;
    const struct = vcpuStructWord(words[vcpu + VCPU_VM] - 1, words[vcpu + VCPU_INDEX]);
    const first = this.vmemmap.hyp_phys_to_page(words[vcpu + VCPU_PAGE]);
    for (let i = 0; i < VCPU_PAGES; i++) this.read(first + i, struct);
  }

  /** Is a loaded vCPU's VM gone? Its pages are the host's again, and zero. */
  isStale(vcpu: number): boolean {
    return this.state.words[vcpu + VCPU_VM] === 0;
  }

  /** A stale vCPU is about to be read: zeros, unless its pages were put to another use since. */
  readStale(vcpu: number): void {
    const first = this.vmemmap.hyp_phys_to_page(this.state.words[vcpu + VCPU_PAGE]);
    for (let page = first; page < first + VCPU_PAGES; page++) {
      if (!this.vmemmap.isZero(page)) this.undefinedStale(page);
    }
  }

  /** A vCPU that is stale and loaded has its place taken by another one, on other pages. */
  replaceStale(vcpu: number, pfn: number): void {
    if (this.state.words[vcpu + VCPU_PAGE] === pfn) return;
    this.undefinedStale(this.vmemmap.hyp_phys_to_page(this.state.words[vcpu + VCPU_PAGE]));
  }

  private pointerPage(slot: number, idx: number): number {
    return this.vmPage(slot) + Math.floor((VM_BYTES + VCPU_POINTER_BYTES * idx) / PAGE_SIZE);
  }

  private write(page: number, struct: number): void {
    if (!this.vmemmap.isZero(page)) this.undefined(page, struct);
    this.vmemmap.writeStruct(page, struct);
  }

  private read(page: number, struct: number): void {
    if (!this.vmemmap.holdsStruct(page, struct)) this.undefined(page, struct);
  }

  private undefined(page: number, struct: number): never {
    throw new Undefined(this.layout.pfnOf(page), structText(struct), this.vmemmap.useOf(page));
  }

  private undefinedStale(page: number): never {
    const readAs = 'state of a loaded vCPU whose VM is gone';
    throw new Undefined(this.layout.pfnOf(page), readAs, this.vmemmap.useOf(page));
  }
}
