// SPDX-License-Identifier: GPL-2.0-only
/**
 * Where everything of a machine lies in its one flat array of 32-bit words.
 *
 * A layout is shared by all machines that are compared with each other, so that the same word index
 * means the same thing on each side. It holds no state of a machine: the directories of page
 * contents and vCPU records only ever grow, and say where a thing would be if a machine had it.
 */

import { PAGE_WORDS, PAGE_WORDS_SHIFT, PFN_SPACE, PTRS_PER_PTE } from './numbers.js';
import type { MachineConfig } from './op.js';

/** First handle; slot 0 of the VM table. */
export const HANDLE_OFFSET = 0x1000;
/** Largest number of VMs (KVM_MAX_PVMS). */
export const KVM_MAX_PVMS = 255;
/** Largest block order of a pool is MAX_PAGE_ORDER. */
export const MAX_PAGE_ORDER = 10;

/** Words of a `struct hyp_pool`: range start and end (page numbers), max_order, list heads. */
export const POOL_RANGE_START = 0;
export const POOL_RANGE_END = 1;
export const POOL_MAX_ORDER = 2;
export const POOL_FREE_AREA = 3;
export const POOL_WORDS = POOL_FREE_AREA + 2 * (MAX_PAGE_ORDER + 1);

/** Words of a `struct pkvm_hyp_vm`. Page numbers are kept plus one, 0 stands for none. */
export const VM_PAGE = 0;
export const VM_PGD = 1;
export const VM_HOST_KVM = 2;
export const VM_CREATED_VCPUS = 3;
export const VM_NR_VCPUS = 4;
export const VM_POOL = 5;
export const VM_WORDS = VM_POOL + POOL_WORDS;

/** Words of a `struct pkvm_hyp_vcpu`. VCPU_VM is the slot of its VM plus one. */
export const VCPU_VM = 0;
export const VCPU_PAGE = 1;
export const VCPU_HOST_FIRST = 2;
export const VCPU_HOST_END = 3;
export const VCPU_MC_HEAD = 4;
export const VCPU_MC_NR_PAGES = 5;
export const VCPU_INDEX = 6;
export const VCPU_WORDS = 7;

/** Words of the globals. Word 0 is never used, so that 0 can be a null pointer. */
export const HYP_PGD = 1;
export const HOST_PGD = 2;
export const LOADED_VCPU = 3;
export const HPOOL = 4;
export const HOST_S2_POOL = HPOOL + POOL_WORDS;
export const VM_TABLE = HOST_S2_POOL + POOL_WORDS;
const GLOBAL_WORDS = VM_TABLE + KVM_MAX_PVMS * VM_WORDS;

/** First word of a VM slot's record. */
export function vmRecord(slot: number): number {
  return VM_TABLE + slot * VM_WORDS;
}

/** Tables of a stage above its last level, of a machine of some gigabytes. */
const UPPER_TABLES = 16;

/** A range of page numbers, as `struct kvm_mem_range` is one of addresses. */
export class MemRange {
  start = 0;
  end = 0;
}

export class Layout {
  /** First word of each vmemmap column; one word a page. */
  readonly refcount: number;
  readonly order: number;
  readonly hostState: number;
  readonly shareCount: number;
  /** First word of the pages' node words, two a page: its first 16 bytes (page_words.ts). */
  readonly node: number;
  /** First word after everything that every machine has. */
  readonly fixedWords: number;
  readonly nrPages: number;
  readonly nrRegions: number;
  /** Words handed out so far. */
  wordCount: number;
  /** Words there are when all memory is mapped, page by page, on both stages. Guests may take more. */
  readonly usualWords: number;

  private readonly regionStart: Int32Array;
  private readonly regionEnd: Int32Array;
  private readonly regionFirstPage: Int32Array;
  private readonly regionNomap: Uint8Array;
  /** First word of a page's contents by page index; 0 where no machine has used them yet. */
  private readonly frames: Int32Array;
  /** The page whose contents lie in each PAGE_WORDS of the array, or -1. */
  private framePages = new Int32Array(0);
  private readonly vcpuRecords = new Map<number, number>();

  constructor(readonly config: MachineConfig) {
    const n = config.memory.length;
    this.nrRegions = n;
    this.regionStart = new Int32Array(n);
    this.regionEnd = new Int32Array(n);
    this.regionFirstPage = new Int32Array(n);
    this.regionNomap = new Uint8Array(n);
    let pages = 0;
    config.memory.forEach((region, i) => {
      this.regionStart[i] = region.pfn;
      this.regionEnd[i] = region.pfn + region.pages;
      this.regionFirstPage[i] = pages;
      this.regionNomap[i] = region.nomap ? 1 : 0;
      pages += region.pages;
    });
    this.nrPages = pages;
    this.frames = new Int32Array(pages);
    this.refcount = GLOBAL_WORDS;
    this.order = this.refcount + pages;
    this.hostState = this.order + pages;
    this.shareCount = this.hostState + pages;
    this.node = this.shareCount + pages;
    if (this.node & 1) this.node++;
    this.fixedWords = this.node + 2 * pages;
    this.wordCount = this.fixedWords;
    const { hpool_pages, host_s2_pages } = config.carveout;
    const tables = 2 * (Math.ceil(pages / PTRS_PER_PTE) + UPPER_TABLES);
    this.usualWords = this.fixedWords + Math.min(tables, hpool_pages + host_s2_pages) * PAGE_WORDS;
  }

  /** The region a page lies in, or -1. */
  regionOf(pfn: number): number {
    const ends = this.regionEnd;
    for (let i = 0; i < ends.length; i++) {
      if (pfn < ends[i]) return pfn >= this.regionStart[i] ? i : -1;
    }
    return -1;
  }

  /** Index among all pages of a page in a region. */
  pageInRegion(region: number, pfn: number): number {
    return this.regionFirstPage[region] + (pfn - this.regionStart[region]);
  }

  /** Index of a page among all pages of memory, or -1 where there is no memory. */
  pageIndex(pfn: number): number {
    const region = this.regionOf(pfn);
    return region < 0 ? -1 : this.pageInRegion(region, pfn);
  }

  /** Page number of a page index. */
  pfnOf(page: number): number {
    let i = this.regionFirstPage.length - 1;
    while (i > 0 && page < this.regionFirstPage[i]) i--;
    return this.regionStart[i] + (page - this.regionFirstPage[i]);
  }

  /** First page number of a region. */
  regionBase(region: number): number {
    return this.regionStart[region];
  }

  /** Page number after a region's last. */
  regionLimit(region: number): number {
    return this.regionEnd[region];
  }

  regionIsNomap(region: number): boolean {
    return this.regionNomap[region] !== 0;
  }

  /**
   * The region a page lies in, or -1; `range` becomes the region's bounds or the gap's. The last gap
   * ends at ULONG_MAX, a byte short of the end of the address space, which leaves its last page out.
   */
  find_mem_range(pfn: number, range: MemRange): number {
    let left = 0;
    let right = this.nrRegions;
    range.start = 0;
    range.end = PFN_SPACE - 1;
    while (left < right) {
      const cur = (left + right) >> 1;
      if (pfn < this.regionStart[cur]) {
        right = cur;
        range.end = this.regionStart[cur];
      } else if (pfn >= this.regionEnd[cur]) {
        left = cur + 1;
        range.start = this.regionEnd[cur];
      } else {
        range.start = this.regionStart[cur];
        range.end = this.regionEnd[cur];
        return cur;
      }
    }
    return -1;
  }

  /** First word of a page's contents, or 0 when no machine has written them yet. */
  frameOf(page: number): number {
    return this.frames[page];
  }

  /** First word of a page's contents, set aside now if need be. */
  reserveFrame(page: number): number {
    let base = this.frames[page];
    if (base === 0) {
      this.wordCount = (this.wordCount + PAGE_WORDS - 1) & ~(PAGE_WORDS - 1);
      base = this.reserve(PAGE_WORDS);
      this.frames[page] = base;
      this.setFramePage(base >> PAGE_WORDS_SHIFT, page);
    }
    return base;
  }

  /** First word of the record of a VM slot's vCPU, set aside now if need be. */
  reserveVcpu(slot: number, vcpuIdx: number): number {
    const key = slot * 2 ** 32 + vcpuIdx;
    let base = this.vcpuRecords.get(key);
    if (base === undefined) {
      base = this.reserve(VCPU_WORDS);
      this.vcpuRecords.set(key, base);
    }
    return base;
  }

  /** The vCPU a word belongs to: `[slot, vcpuIdx, field]`, or undefined. */
  vcpuOfWord(word: number): readonly [number, number, number] | undefined {
    for (const [key, base] of this.vcpuRecords) {
      if (word >= base && word < base + VCPU_WORDS) {
        return [Math.floor(key / 2 ** 32), key % 2 ** 32, word - base];
      }
    }
    return undefined;
  }

  /** The page whose contents a word belongs to, or -1. */
  framePageOfWord(word: number): number {
    const slot = word >> PAGE_WORDS_SHIFT;
    return slot < this.framePages.length ? this.framePages[slot] : -1;
  }

  private setFramePage(slot: number, page: number): void {
    if (slot >= this.framePages.length) {
      const grown = new Int32Array(2 * slot + 16).fill(-1);
      grown.set(this.framePages);
      this.framePages = grown;
    }
    this.framePages[slot] = page;
  }

  private reserve(words: number): number {
    const base = this.wordCount;
    this.wordCount += words + (words & 1);
    return base;
  }
}
