// SPDX-License-Identifier: GPL-2.0-only
/**
 * The first 16 bytes of a page, which may hold two descriptors, a free-list node (`struct list_head`,
 * two pointers), a memcache link (one physical address), or the start of a VM's or vCPU's structure.
 *
 * C has one piece of memory for all of them. Here the descriptors are words of the page's contents and
 * the rest are the page's two node words, so that a free page needs no room for contents. What is
 * written last wins: a list write clears the descriptor in its place, and the other way round. A node
 * word says what it is by its value:
 *
 * | value | what it is |
 * |---|---|
 * | 0 | nothing, or a NULL pointer |
 * | > 0 | a list pointer: the index of another node's or list head's first word |
 * | -1 ... | a memcache link: `~pfn` of the next page, `~0` for none |
 * | -2^29 - slot | part of a `struct pkvm_hyp_vm` |
 * | -2^30 - ... | part of a `struct pkvm_hyp_vcpu` |
 */

import type { Layout } from './layout.js';
import { HYP_VA_OFFSET, PAGE_WORDS } from './numbers.js';

const VM_STRUCT = -(2 ** 29);
const VCPU_STRUCT = -(2 ** 30);
const VCPU_SLOT_SHIFT = 20;
const MOST_VCPU_IDX = 2 ** VCPU_SLOT_SHIFT - 1;

/**
 * A list pointer as a memcache head: no page of memory. To use it is a data abort, for twice the
 * offset of the linear map is no address of it.
 */
export const HEAD_IS_POINTER = 2 ** 28 + 1;
/** A descriptor as a memcache head: what C makes of it depends on every byte around. */
export const HEAD_IS_DESCRIPTOR = 2 ** 28 + 2;

/**
 * Low half of an entry that is the address of a list head in C. All that is known of it is that it is
 * not 0 and that bit 0 is clear; bit 10 may be either. The high half is 0.
 */
export const LIST_HEAD_ADDRESS = 1 << 1;

/** A memcache link that was a descriptor or a structure: no telling what it is. */
export const LOST_LINK = ~HEAD_IS_DESCRIPTOR;

/** The node word of a memcache link to a page number, 0 for none. */
export function linkWord(pfn: number): number {
  return ~pfn;
}

/** The node words of a page that holds (part of) the structure of a VM slot. */
export function vmStructWord(slot: number): number {
  return VM_STRUCT - slot;
}

/** The node words of a page that holds (part of) the structure of a VM slot's vCPU. */
export function vcpuStructWord(slot: number, vcpuIdx: number): number {
  return VCPU_STRUCT - slot * 2 ** VCPU_SLOT_SHIFT - Math.min(vcpuIdx, MOST_VCPU_IDX);
}

/** Is a node word part of a VM's or vCPU's structure? */
export function isStruct(word: number): boolean {
  return word <= VM_STRUCT;
}

/** Is a node word a memcache link? */
export function isLink(word: number): boolean {
  return word < 0 && word > VM_STRUCT;
}

/** The slot of the VM whose structure a node word is part of. */
export function slotOfStruct(word: number): number {
  if (word > VCPU_STRUCT) return VM_STRUCT - word;
  return Math.floor((VCPU_STRUCT - word) / 2 ** VCPU_SLOT_SHIFT);
}

/** The vCPU whose structure a node word is part of, -1 if it is a VM's. */
export function vcpuIdxOfStruct(word: number): number {
  return word > VCPU_STRUCT ? -1 : (VCPU_STRUCT - word) % 2 ** VCPU_SLOT_SHIFT;
}

/** The node word that lies where the entry at `ptep` does, or -1: only a page's first two have one. */
export function nodeWordOf(layout: Layout, ptep: number): number {
  const entry = (ptep & (PAGE_WORDS - 1)) >> 1;
  return entry > 1 ? -1 : layout.node + 2 * layout.framePageOfWord(ptep) + entry;
}

/** Low half of a node word read as a descriptor. It is none of a structure, nor a lost link. */
export function nodeAsPteLo(layout: Layout, word: number): number {
  if (~word === HEAD_IS_POINTER) return LIST_HEAD_ADDRESS;
  if (word < 0) return ~word << 12;
  if (word < layout.node) return word === 0 ? 0 : LIST_HEAD_ADDRESS;
  return layout.pfnOf((word - layout.node) >> 1) << 12;
}

/** High half of a node word read as a descriptor. */
export function nodeAsPteHi(layout: Layout, word: number): number {
  if (~word === HEAD_IS_POINTER) return 0;
  if (word < 0) return ~word >>> 20;
  if (word < layout.node) return 0;
  return Math.floor((layout.pfnOf((word - layout.node) >> 1) + HYP_VA_OFFSET) / 2 ** 20);
}
