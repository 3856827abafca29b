// SPDX-License-Identifier: GPL-2.0-only
/**
 * Page-number arithmetic. Every address the transitions compute with is page aligned, so a u64
 * address is kept as its page number modulo 2^52, which a JavaScript number holds exactly; sums of
 * two such numbers stay below 2^53. `phys`, `virt`, `addr`, `ipa` and `size` in this folder are
 * page numbers and counts of pages unless a name says bytes.
 */

export const PAGE_SIZE = 4096;

/** Number of page numbers in a u64 address space. */
export const PFN_SPACE = 2 ** 52;

/** Distance from a physical to its hyp virtual page number: 2^44 bytes. */
export const HYP_VA_OFFSET = 2 ** 32;

/** First hyp virtual page number past the address space, as `__hyp_va()` counts. */
export const HYP_VA_END = PFN_SPACE - HYP_VA_OFFSET;

/** Entries of a page table (PTRS_PER_PTE). */
export const PTRS_PER_PTE = 512;

/** 32-bit words of a page's contents. */
export const PAGE_WORDS = 1024;
export const PAGE_WORDS_SHIFT = 10;

/** Reduces a sum or difference of two page numbers modulo 2^52. */
export function wrapPfn(pfn: number): number {
  if (pfn >= PFN_SPACE) return pfn - PFN_SPACE;
  return pfn < 0 ? pfn + PFN_SPACE : pfn;
}

/**
 * Hyp virtual page number of a physical one (`__hyp_va()`, nvhe/memory.h), counted from the start of
 * the linear map: from -2^32 to before HYP_VA_END. Order and wrapping are those of the u64 address,
 * and a page of memory has the same small number on both sides.
 */
export function __hyp_va(phys: number): number {
  return phys >= HYP_VA_END ? phys - PFN_SPACE : phys;
}

/** Physical page number of a hyp virtual one (`__hyp_pa()`). */
export function __hyp_pa(virt: number): number {
  return virt < 0 ? virt + PFN_SPACE : virt;
}

/** Reduces the sum of a hyp virtual page number and a count of pages modulo 2^52. */
export function wrapVirt(virt: number): number {
  return virt >= HYP_VA_END ? virt - PFN_SPACE : virt;
}

/** Smallest order whose block holds this many pages (`get_order()`). */
export function getOrder(pages: number): number {
  let order = 0;
  while (2 ** order < pages) order++;
  return order;
}
