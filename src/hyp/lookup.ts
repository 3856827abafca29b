// SPDX-License-Identifier: GPL-2.0-only
/** Reading a machine without running anything on it: no walk state, no journal, no panic. */

import { HOST_PGD, HYP_PGD, VM_PGD, vmRecord } from './layout.js';
import type { Machine } from './machine.js';
import { HYP_VA_OFFSET, PTRS_PER_PTE } from './numbers.js';
import { PKVM_NOPAGE } from './page_state.js';
import { kvm_pte_table, kvm_pte_to_phys, kvm_pte_valid, pteStateBits } from './pte.js';

/** Pages that one entry of a level 0 table translates, and one page of a level 1 PGD. */
const LEVEL_0_PAGES = 2 ** 27;
const LEVEL_0_ENTRIES = PTRS_PER_PTE;

/** Word index of the entry that translates an input page number, or -1 where no table leads. */
export function findEntry(
  machine: Machine,
  pgd: number,
  startLevel: number,
  input: number,
): number {
  const { layout, state } = machine;
  const { words } = state;
  const high = Math.floor(input / LEVEL_0_PAGES);
  if (pgd === 0 || high >= LEVEL_0_ENTRIES) return -1;
  const low = input - high * LEVEL_0_PAGES;
  let pfn = pgd - 1 + (startLevel === 0 ? 0 : high);
  for (let level = startLevel; ; level++) {
    const page = layout.pageIndex(pfn);
    const base = page < 0 ? 0 : layout.frameOf(page);
    if (base === 0 || base >= words.length) return -1;
    const index = level === 0 ? high : (low >> (9 * (3 - level))) & (PTRS_PER_PTE - 1);
    const word = base + 2 * index;
    if (!kvm_pte_table(words[word], level)) return word;
    pfn = kvm_pte_to_phys(words[word], words[word + 1]);
  }
}

/** Hyp's state of a physical page: a `PKVM_` constant, PKVM_NOPAGE where it has no mapping. */
export function hypStateOf(machine: Machine, pfn: number): number {
  const { words } = machine.state;
  const word = findEntry(machine, words[HYP_PGD], 0, pfn + HYP_VA_OFFSET);
  if (word < 0 || !kvm_pte_valid(words[word])) return PKVM_NOPAGE;
  return pteStateBits(words[word + 1]);
}

/** The host's state of a physical page, or -1 where there is no memory. */
export function hostStateOf(machine: Machine, pfn: number): number {
  const page = machine.layout.pageIndex(pfn);
  return page < 0 ? -1 : machine.vmemmap.hostState(page);
}

/** The state a VM slot's stage 2 has for a guest page, PKVM_NOPAGE where nothing is mapped. */
export function guestStateOf(machine: Machine, slot: number, gfn: number): number {
  const { words } = machine.state;
  const word = findEntry(machine, words[vmRecord(slot) + VM_PGD], 1, gfn);
  if (word < 0 || !kvm_pte_valid(words[word])) return PKVM_NOPAGE;
  return pteStateBits(words[word + 1]);
}

/** Low and high half of the host stage 2 entry for a page; zeros where there is none. */
export function hostEntryOf(machine: Machine, pfn: number): readonly [number, number] {
  const { words } = machine.state;
  const word = findEntry(machine, words[HOST_PGD], 1, pfn);
  return word < 0 ? [0, 0] : [words[word], words[word + 1]];
}
