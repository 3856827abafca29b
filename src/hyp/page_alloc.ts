// SPDX-License-Identifier: GPL-2.0-only
/**
 * The buddy allocator (nvhe/page_alloc.c). A pool is the index of its first word; the list nodes
 * are pairs of words, next and prev, holding the index of another node, 0 being NULL. Those of pages
 * share their place with other things (page_words.ts). Free pages join a list at its tail and leave it
 * at its head: that order decides which page becomes which table, so it is part of the state.
 */

import {
  type Layout,
  MAX_PAGE_ORDER,
  POOL_FREE_AREA,
  POOL_MAX_ORDER,
  POOL_RANGE_END,
  POOL_RANGE_START,
} from './layout.js';
import { getOrder } from './numbers.js';
import { isStruct, linkWord } from './page_words.js';
import { dataAbort, Undefined } from './panic.js';
import type { HypState } from './state.js';
import type { Vmemmap } from './vmemmap.js';

/** Order of a page that is not the head of a block. */
export const HYP_NO_ORDER = 255;

export class PageAlloc {
  private readonly state: HypState;
  private readonly layout: Layout;

  constructor(private readonly vmemmap: Vmemmap) {
    this.state = vmemmap.state;
    this.layout = vmemmap.layout;
  }

  /** The page index of a free block of `order`, refcount 1, or -1. */
  hyp_alloc_pages(pool: number, order: number): number {
    const words = this.state.words;
    const maxOrder = words[pool + POOL_MAX_ORDER];
    let i = order;
    while (i <= maxOrder && this.list_empty(freeArea(pool, i))) i++;
    if (i > maxOrder) return -1;

    const page = this.node_to_page(words[freeArea(pool, i)]);
    this.__hyp_extract_page(pool, page, order);
    this.vmemmap.hyp_set_page_refcounted(page);
    return page;
  }

  /** Turns a block into single pages, each with a reference of its own. */
  hyp_split_page(page: number): void {
    const order = this.vmemmap.order(page);
    this.vmemmap.setOrder(page, 0);
    for (let i = 1; i < 1 << order; i++) {
      this.vmemmap.setOrder(page + i, 0);
      this.vmemmap.hyp_set_page_refcounted(page + i);
    }
  }

  hyp_get_page(page: number): void {
    this.vmemmap.hyp_page_ref_inc(page);
  }

  /** Drops a reference; true if it was the last, and the page is free now. */
  hyp_put_page(pool: number, page: number): boolean {
    if (!this.vmemmap.hyp_page_ref_dec_and_test(page)) return false;
    this.__hyp_attach_page(pool, page);
    return true;
  }

  /** Makes `nrPages` pages from `pfn` on a pool, all free but the first `reserved`. */
  hyp_pool_init(pool: number, pfn: number, nrPages: number, reserved: number): void {
    const maxOrder = Math.min(MAX_PAGE_ORDER, getOrder(nrPages));
    this.state.set(pool + POOL_MAX_ORDER, maxOrder);
    for (let i = 0; i <= maxOrder; i++) this.INIT_LIST_HEAD(freeArea(pool, i));
    this.state.set(pool + POOL_RANGE_START, pfn);
    this.state.set(pool + POOL_RANGE_END, pfn + nrPages);

    const page = this.vmemmap.hyp_phys_to_page(pfn);
    for (let i = 0; i < nrPages; i++) this.vmemmap.hyp_set_page_refcounted(page + i);
    for (let i = reserved; i < nrPages; i++) this.hyp_put_page(pool, page + i);
  }

  /** Pages on the free lists of a pool; -1 if one of them does not lead back to its head. */
  freePages(pool: number): number {
    const words = this.state.words;
    let pages = 0;
    for (let order = 0; order <= words[pool + POOL_MAX_ORDER]; order++) {
      const head = freeArea(pool, order);
      let left = this.layout.nrPages;
      for (let node = words[head]; node !== head && node !== 0; node = words[node]) {
        if (node < this.layout.node || left-- === 0) return -1;
        pages += 1 << order;
      }
    }
    return pages;
  }

  private __hyp_attach_page(pool: number, page: number): void {
    const words = this.state.words;
    const pfn = this.layout.pfnOf(page);
    let order = this.vmemmap.order(page);
    let head = page;
    if (order > MAX_PAGE_ORDER) dataAbort();

    this.vmemmap.zeroPages(page, 1 << order);

    if (pfn >= words[pool + POOL_RANGE_START] && pfn < words[pool + POOL_RANGE_END]) {
      this.vmemmap.setOrder(page, HYP_NO_ORDER);
      for (; order + 1 <= words[pool + POOL_MAX_ORDER]; order++) {
        const buddy = this.__find_buddy_avail(pool, head, order);
        if (buddy < 0) break;
        this.page_remove_from_list(buddy);
        this.vmemmap.setOrder(buddy, HYP_NO_ORDER);
        if (buddy < head) head = buddy;
      }
    }

    this.vmemmap.setOrder(head, order);
    this.page_add_to_list(head, freeArea(pool, order));
  }

  private __hyp_extract_page(pool: number, page: number, order: number): void {
    this.page_remove_from_list(page);
    while (this.vmemmap.order(page) > order) {
      const half = this.vmemmap.order(page) - 1;
      this.vmemmap.setOrder(page, half);
      const buddy = this.__find_buddy_nocheck(pool, page, half);
      if (buddy < 0) dataAbort();
      this.vmemmap.setOrder(buddy, half);
      this.page_add_to_list(buddy, freeArea(pool, half));
    }
  }

  private __find_buddy_nocheck(pool: number, page: number, order: number): number {
    const words = this.state.words;
    const pfn = this.layout.pfnOf(page);
    const buddy = pfn ^ (1 << order);
    if (buddy < words[pool + POOL_RANGE_START] || buddy >= words[pool + POOL_RANGE_END]) return -1;
    return page + (buddy - pfn);
  }

  private __find_buddy_avail(pool: number, page: number, order: number): number {
    const buddy = this.__find_buddy_nocheck(pool, page, order);
    if (buddy < 0) return -1;
    if (this.vmemmap.order(buddy) !== order || this.vmemmap.refcount(buddy) !== 0) return -1;
    return buddy;
  }

  private page_add_to_list(page: number, head: number): void {
    this.list_add_tail(this.layout.node + 2 * page, head);
  }

  private page_remove_from_list(page: number): void {
    const node = this.layout.node + 2 * page;
    this.__list_del_entry(node);
    this.writePointer(node, 0);
    this.writePointer(node + 1, 0);
  }

  private node_to_page(node: number): number {
    if (node < this.layout.node) dataAbort();
    return (node - this.layout.node) >> 1;
  }

  private INIT_LIST_HEAD(head: number): void {
    this.state.set(head, head);
    this.state.set(head + 1, head);
  }

  private list_empty(head: number): boolean {
    return this.state.words[head] === head;
  }

  private list_add_tail(node: number, head: number): void {
    const last = this.state.words[head + 1];
    this.writePointer(head + 1, node);
    this.writePointer(node, head);
    this.writePointer(node + 1, last);
    if (last <= 0) dataAbort();
    this.writePointer(last, node);
  }

  private __list_del_entry(node: number): void {
    const next = this.readPointer(node);
    const prev = this.readPointer(node + 1);
    if (next === 0) dataAbort();
    if (prev === 0) {
      this.copyBytes(node + 1, next + 1);
      dataAbort();
    }
    this.writePointer(next + 1, prev);
    this.writePointer(prev, next);
  }

  /**
   * A pointer of a page's node. A descriptor or a physical address in its place leads out of the
   * linear map: to use it is a data abort, as with NULL, which is what this gives for them.
   */
  private readPointer(word: number): number {
    const pointer = this.state.words[word];
    if (pointer >= 0) return pointer;
    if (isStruct(pointer)) this.undefinedNode(word);
    return 0;
  }

  private writePointer(word: number, pointer: number): void {
    this.state.set(word, pointer);
    if (word >= this.layout.node) this.vmemmap.clearEntryUnder(word);
  }

  /** Copies 8 bytes that are no pointer, to where a pointer belongs. */
  private copyBytes(from: number, to: number): void {
    const word = this.state.words[from];
    const [lo, hi] = this.vmemmap.entryUnder(from);
    if (word < 0 || (lo | hi) === 0) this.writePointer(to, word === linkWord(0) ? 0 : word);
    else if (to >= this.layout.node) this.vmemmap.writeEntryUnder(to, lo, hi);
    else this.state.set(to, linkWord(hi < 2 ** 8 ? hi * 2 ** 20 + (lo >>> 12) : 0));
  }

  private undefinedNode(word: number): never {
    const page = (word - this.layout.node) >> 1;
    throw new Undefined(this.layout.pfnOf(page), 'page of a free list', this.vmemmap.useOf(page));
  }
}

function freeArea(pool: number, order: number): number {
  return pool + POOL_FREE_AREA + 2 * order;
}
