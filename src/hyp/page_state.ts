// SPDX-License-Identifier: GPL-2.0-only
/** Page states and owners (nvhe/mem_protect.h, nvhe/memory.h) and mapping permissions. */

export const PKVM_PAGE_OWNED = 0;
export const PKVM_PAGE_SHARED_OWNED = 1;
export const PKVM_PAGE_SHARED_BORROWED = 2;
export const PKVM_NOPAGE = 4;

/** State names as traces and dumps write them. */
export const PAGE_STATE_NAMES: Readonly<Record<number, string>> = {
  [PKVM_PAGE_OWNED]: 'OWNED',
  [PKVM_PAGE_SHARED_OWNED]: 'SHARED_OWNED',
  [PKVM_PAGE_SHARED_BORROWED]: 'SHARED_BORROWED',
  3: 'RESERVED',
  [PKVM_NOPAGE]: 'NOPAGE',
};

/** `enum pkvm_component_id`: an owner as the host stage 2 annotates it. */
export const PKVM_ID_HOST = 0;
export const PKVM_ID_HYP = 1;
export const PKVM_ID_FFA = 2;

/** `enum kvm_pgtable_prot`; the state of a mapping (software bits 55-56) is kept in bits 8-9. */
export const KVM_PGTABLE_PROT_X = 1;
export const KVM_PGTABLE_PROT_W = 2;
export const KVM_PGTABLE_PROT_R = 4;
export const KVM_PGTABLE_PROT_RW = KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_W;
export const KVM_PGTABLE_PROT_RWX = KVM_PGTABLE_PROT_RW | KVM_PGTABLE_PROT_X;
export const PKVM_HOST_MEM_PROT = KVM_PGTABLE_PROT_RWX;
export const PKVM_HOST_MMIO_PROT = KVM_PGTABLE_PROT_RW;
export const PAGE_HYP = KVM_PGTABLE_PROT_RW;

const PROT_SW_SHIFT = 8;

/** Adds a page state to permissions (`pkvm_mkstate()`). */
export function pkvm_mkstate(prot: number, state: number): number {
  return prot | (state << PROT_SW_SHIFT);
}

/** The page state within permissions (`pkvm_getstate()`). */
export function pkvm_getstate(prot: number): number {
  return (prot >> PROT_SW_SHIFT) & 3;
}
