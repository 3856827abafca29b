// SPDX-License-Identifier: GPL-2.0-only
/**
 * `struct hyp_page` and the contents of pages (nvhe/memory.h). A page is named by its index among
 * all pages of memory; `hyp_phys_to_page()` finds it and is a data abort where there is no memory.
 */

import type { Layout } from './layout.js';
import { PAGE_WORDS } from './numbers.js';
import { BUG_ON, dataAbort } from './panic.js';
import type { HypState } from './state.js';

const REFCOUNT_MAX = 65535;

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

  private zeroContents(base: number): void {
    const { words } = this.state;
    for (let i = base; i < base + PAGE_WORDS; i++) if (words[i] !== 0) this.state.set(i, 0);
  }
}
