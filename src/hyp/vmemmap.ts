// SPDX-License-Identifier: GPL-2.0-only
/**
 * `struct hyp_page` and the contents of pages (nvhe/memory.h). A page is named by its index among
 * all pages of memory; `hyp_phys_to_page()` finds it and is a data abort where there is no memory.
 */

import { HANDLE_OFFSET, type Layout } from './layout.js';
import { PAGE_WORDS } from './numbers.js';
import { isLink, isStruct, slotOfStruct, vcpuIdxOfStruct } from './page_words.js';
import { BUG_ON, dataAbort } from './panic.js';
import { SHORTEST_RUN, setRun } from './run_changes.js';
import type { HypState } from './state.js';

/** Largest number of references on a page. */
export const REFCOUNT_MAX = 65535;

export class Vmemmap {
  readonly layout: Layout;

  constructor(readonly state: HypState) {
    this.layout = state.layout;
  }

  hyp_phys_to_page(phys: number): number {
    const page = this.layout.pageIndex(phys);
    if (page < 0) dataAbort();
    return page;
  }

  /** References held on a page (`hyp_page_count()`). */
  refcount(page: number): number {
    return this.state.words[this.layout.refcount + page];
  }

  setRefcount(page: number, count: number): void {
    this.state.set(this.layout.refcount + page, count);
  }

  order(page: number): number {
    return this.state.words[this.layout.order + page];
  }

  setOrder(page: number, order: number): void {
    this.state.set(this.layout.order + page, order);
  }

  hostState(page: number): number {
    return this.state.words[this.layout.hostState + page];
  }

  setHostState(page: number, state: number): void {
    this.state.set(this.layout.hostState + page, state);
  }

  /** The host's state of pages side by side. */
  setHostStates(page: number, pages: number, state: number): void {
    if (this.state.keepsRuns && pages >= SHORTEST_RUN) {
      setRun(this.state, this.layout.hostState + page, pages, state);
      return;
    }
    for (let i = page; i < page + pages; i++) this.setHostState(i, state);
  }

  /** `host_share_guest_count`, an unsigned 32-bit count. */
  shareCount(page: number): number {
    return this.state.words[this.layout.shareCount + page] >>> 0;
  }

  setShareCount(page: number, count: number): void {
    this.state.set(this.layout.shareCount + page, count | 0);
  }

  hyp_page_ref_inc(page: number): void {
    const index = this.layout.refcount + page;
    const count = this.state.words[index];
    BUG_ON(count === REFCOUNT_MAX);
    this.state.set(index, count + 1);
  }

  hyp_page_ref_dec(page: number): void {
    const index = this.layout.refcount + page;
    const count = this.state.words[index];
    BUG_ON(count === 0);
    this.state.set(index, count - 1);
  }

  hyp_page_ref_dec_and_test(page: number): boolean {
    this.hyp_page_ref_dec(page);
    return this.refcount(page) === 0;
  }

  hyp_set_page_refcounted(page: number): void {
    BUG_ON(this.refcount(page) !== 0);
    this.setRefcount(page, 1);
  }

  /** First word of a page's contents, which are set aside on first use. */
  contents(page: number): number {
    const base = this.layout.reserveFrame(page);
    this.state.ensure();
    return base;
  }

  /** `memset(hyp_page_to_virt(page), 0, pages * PAGE_SIZE)`. */
  zeroPages(page: number, pages: number): void {
    for (let i = page; i < page + pages; i++) {
      const node = this.layout.node + 2 * i;
      this.state.set(node, 0);
      this.state.set(node + 1, 0);
      const base = this.layout.frameOf(i);
      if (base !== 0 && base < this.state.words.length) this.zeroContents(base);
    }
  }

  /** A node word of a page was written: the descriptor that lies in the same place is gone. */
  clearEntryUnder(nodeWord: number): void {
    const base = this.layout.frameOf((nodeWord - this.layout.node) >> 1);
    if (base === 0 || base >= this.state.words.length) return;
    const ptep = base + 2 * ((nodeWord - this.layout.node) & 1);
    this.state.set(ptep, 0);
    this.state.set(ptep + 1, 0);
  }

  /** Halves of the descriptor that lies where a node word of a page does. */
  entryUnder(nodeWord: number): readonly [lo: number, hi: number] {
    const { words } = this.state;
    const base = this.layout.frameOf((nodeWord - this.layout.node) >> 1);
    if (base === 0 || base >= words.length) return [0, 0];
    const ptep = base + 2 * ((nodeWord - this.layout.node) & 1);
    return [words[ptep], words[ptep + 1]];
  }

  /** Writes a descriptor where a node word of a page lies; the node word is gone. */
  writeEntryUnder(nodeWord: number, lo: number, hi: number): void {
    const ptep =
      this.contents((nodeWord - this.layout.node) >> 1) + 2 * ((nodeWord - this.layout.node) & 1);
    this.state.set(nodeWord, 0);
    this.state.set(ptep, lo);
    this.state.set(ptep + 1, hi);
  }

  /** Are the first 8 bytes of a page's contents zero? */
  firstEntryIsZero(page: number): boolean {
    const base = this.layout.frameOf(page);
    const { words } = this.state;
    return base === 0 || base >= words.length || (words[base] | words[base + 1]) === 0;
  }

  /** Is every byte of a page zero? */
  isZero(page: number): boolean {
    const { words } = this.state;
    const node = this.layout.node + 2 * page;
    if ((words[node] | words[node + 1]) !== 0) return false;
    const base = this.layout.frameOf(page);
    if (base === 0 || base >= words.length) return true;
    for (let i = base; i < base + PAGE_WORDS; i++) if (words[i] !== 0) return false;
    return true;
  }

  /** A structure is written into a page; `struct`: its node word. */
  writeStruct(page: number, struct: number): void {
    const node = this.layout.node + 2 * page;
    this.state.set(node, struct);
    this.state.set(node + 1, struct);
  }

  /** Is a structure that was written into a page still there? */
  holdsStruct(page: number, struct: number): boolean {
    const node = this.layout.node + 2 * page;
    return this.state.words[node] === struct && this.state.words[node + 1] === struct;
  }

  /** What the first bytes of a page hold, in words. */
  useOf(page: number): string {
    const { words } = this.state;
    const node = this.layout.node + 2 * page;
    const word = words[node] !== 0 ? words[node] : words[node + 1];
    if (isStruct(word)) return structText(word);
    if (isLink(word)) return 'page of a memcache';
    if (word > 0) return 'page of a free list';
    const base = this.layout.frameOf(page);
    const isTable = base !== 0 && words[base] | words[base + 1] | words[base + 2] | words[base + 3];
    return isTable ? 'table' : 'zeroed page';
  }

  private zeroContents(base: number): void {
    if (this.state.keepsRuns) {
      setRun(this.state, base, PAGE_WORDS, 0);
      return;
    }
    const { words } = this.state;
    for (let i = base; i < base + PAGE_WORDS; i++) if (words[i] !== 0) this.state.set(i, 0);
  }
}

/** `state of VM 0x1000`, `state of vCPU 0 of VM 0x1000` */
export function structText(word: number): string {
  const vm = `VM 0x${(HANDLE_OFFSET + slotOfStruct(word)).toString(16)}`;
  const vcpu = vcpuIdxOfStruct(word);
  return vcpu < 0 ? `state of ${vm}` : `state of vCPU ${vcpu} of ${vm}`;
}
