// SPDX-License-Identifier: GPL-2.0-only
/**
 * Page-table descriptors (asm/kvm_pgtable.h). A descriptor is two words, the low half and the high
 * half of its 64 bits; bits 55-56, which hold a page's state, are bits 23-24 of the high half.
 */

import { PKVM_NOPAGE, pkvm_getstate } from './page_state.js';

export const KVM_PGTABLE_LAST_LEVEL = 3;

/** Low half. */
export const KVM_PTE_VALID = 1 << 0;
export const KVM_PTE_TYPE_TABLE = 1 << 1;
export const KVM_PTE_TYPE_PAGE = 1 << 1;
export const KVM_PTE_LEAF_ATTR_LO_S1_AP_RW = 1 << 6;
export const KVM_PTE_LEAF_ATTR_LO_S1_AP_RO = 3 << 6;
export const KVM_PTE_LEAF_ATTR_LO_S1_AP = 3 << 6;
export const KVM_PTE_LEAF_ATTR_LO_SH_IS = 3 << 8;
export const KVM_PTE_LEAF_ATTR_LO_AF = 1 << 10;
export const KVM_PTE_LEAF_ATTR_LO_S2_MEMATTR_NORMAL = 0xf << 2;
export const KVM_PTE_LEAF_ATTR_LO_S2_MEMATTR_FWB_NORMAL = 6 << 2;
export const KVM_PTE_LEAF_ATTR_LO_S2_S2AP_R = 1 << 6;
export const KVM_PTE_LEAF_ATTR_LO_S2_S2AP_W = 1 << 7;
export const KVM_INVALID_PTE_OWNER_SHIFT = 2;
export const KVM_INVALID_PTE_OWNER_MASK = 0xff << KVM_INVALID_PTE_OWNER_SHIFT;
export const KVM_INVALID_PTE_LOCKED = 1 << 10;

/** High half. */
export const KVM_PTE_LEAF_ATTR_HI_XN = 1 << 22;
export const KVM_PTE_LEAF_ATTR_HI_SW_SHIFT = 23;
export const KVM_PTE_LEAF_ATTR_HI_SW = 0xf << KVM_PTE_LEAF_ATTR_HI_SW_SHIFT;

/** Permission bits that stage2_pte_needs_update() leaves out of account. */
export const KVM_PTE_LEAF_ATTR_LO_S2_PERMS =
  KVM_PTE_LEAF_ATTR_LO_S2_S2AP_R | KVM_PTE_LEAF_ATTR_LO_S2_S2AP_W;

export function kvm_pte_valid(lo: number): boolean {
  return (lo & KVM_PTE_VALID) !== 0;
}

export function kvm_pte_table(lo: number, level: number): boolean {
  return level !== KVM_PGTABLE_LAST_LEVEL && (lo & 3) === (KVM_PTE_VALID | KVM_PTE_TYPE_TABLE);
}

/** Output page number of a descriptor (`kvm_pte_to_phys()`); nothing here lies beyond 2^40 bytes. */
export function kvm_pte_to_phys(lo: number, hi: number): number {
  return (lo >>> 12) | ((hi & 0xff) << 20);
}

/** Low half of a descriptor's output address. */
export function pteAddrLo(phys: number): number {
  return phys << 12;
}

/** High half of a descriptor's output address. */
export function pteAddrHi(phys: number): number {
  return phys >>> 20;
}

/** Type bits of a valid leaf. */
export function leafType(level: number): number {
  return level === KVM_PGTABLE_LAST_LEVEL ? KVM_PTE_VALID | KVM_PTE_TYPE_PAGE : KVM_PTE_VALID;
}

/** Software bits of permissions as a descriptor holds them. */
export function pteStateHi(prot: number): number {
  return pkvm_getstate(prot) << KVM_PTE_LEAF_ATTR_HI_SW_SHIFT;
}

/** The page state in a descriptor's software bits. */
export function pteStateBits(hi: number): number {
  return (hi >>> KVM_PTE_LEAF_ATTR_HI_SW_SHIFT) & 3;
}

/** State of a hyp or guest entry: PKVM_NOPAGE unless it is valid (`hyp_get_page_state()`). */
export function pteState(lo: number, hi: number): number {
  return kvm_pte_valid(lo) ? pteStateBits(hi) : PKVM_NOPAGE;
}

/** Pages an entry translates at level -1, 0, 1, 2 and 3. */
const GRANULE_PAGES: readonly number[] = [2 ** 36, 2 ** 27, 2 ** 18, 2 ** 9, 1];

/** `kvm_granule_size()` in pages, from level -1 on. */
export function granulePages(level: number): number {
  return GRANULE_PAGES[level + 1];
}

/** `kvm_level_supports_block_mapping()` with 4 KiB pages. */
export function kvm_level_supports_block_mapping(level: number): boolean {
  return level >= 1;
}
