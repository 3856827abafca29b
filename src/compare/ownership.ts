// SPDX-License-Identifier: GPL-2.0-only
/**
 * The ownership view of a machine: what each page is to whom, without the tables and pools that
 * hold it. Two machines may keep it in different tables and still agree on all of it.
 */

import { HOST_PGD, HYP_PGD, KVM_MAX_PVMS, VM_PAGE, VM_PGD, vmRecord } from '../hyp/layout.js';
import type { Machine } from '../hyp/machine.js';
import { HYP_VA_OFFSET, PTRS_PER_PTE } from '../hyp/numbers.js';
import { PKVM_NOPAGE } from '../hyp/page_state.js';
import {
  granulePages,
  KVM_PGTABLE_LAST_LEVEL,
  kvm_pte_table,
  kvm_pte_to_phys,
  kvm_pte_valid,
  pteStateBits,
} from '../hyp/pte.js';

/** A leaf entry as a walk over a whole table meets it. Page numbers. */
export type LeafVisitor = (
  input: number,
  level: number,
  lo: number,
  hi: number,
  word: number,
) => void;

/** A table page as a walk over a whole table meets it. */
export type TableVisitor = (page: number, level: number, input: number) => void;

/** Visits every nonzero leaf below a PGD (page number plus one) if it is asked to, and every table page. */
export function forEachLeaf(
  machine: Machine,
  pgd: number,
  pgdPages: number,
  startLevel: number,
  leaf: LeafVisitor | undefined,
  table?: TableVisitor,
): void {
  if (pgd === 0) return;
  const span = PTRS_PER_PTE * granulePages(startLevel);
  for (let i = 0; i < pgdPages; i++) {
    visitTable(machine, pgd - 1 + i, startLevel, i * span, leaf, table);
  }
}

function visitTable(
  machine: Machine,
  pfn: number,
  level: number,
  input: number,
  leaf: LeafVisitor | undefined,
  table: TableVisitor | undefined,
): void {
  const { layout, state } = machine;
  const page = layout.pageIndex(pfn);
  const base = page < 0 ? 0 : layout.frameOf(page);
  if (page >= 0) table?.(page, level, input);
  if (base === 0 || base >= state.words.length) return;
  if (leaf === undefined && level === KVM_PGTABLE_LAST_LEVEL) return;
  const granule = granulePages(level);
  for (let i = 0; i < PTRS_PER_PTE; i++) {
    const word = base + 2 * i;
    const lo = state.words[word];
    const hi = state.words[word + 1];
    if (lo === 0 && hi === 0) continue;
    if (kvm_pte_table(lo, level)) {
      visitTable(machine, kvm_pte_to_phys(lo, hi), level + 1, input + i * granule, leaf, table);
    } else {
      leaf?.(input + i * granule, level, lo, hi, word);
    }
  }
}

/** Hyp's stage 1 of a machine. */
export function forEachHypLeaf(
  machine: Machine,
  leaf: LeafVisitor | undefined,
  table?: TableVisitor,
): void {
  forEachLeaf(machine, machine.state.words[HYP_PGD], 1, 0, leaf, table);
}

/** The host's stage 2 of a machine. */
export function forEachHostLeaf(
  machine: Machine,
  leaf: LeafVisitor | undefined,
  table?: TableVisitor,
): void {
  forEachLeaf(machine, machine.state.words[HOST_PGD], 2, 1, leaf, table);
}

/** The stage 2 of a VM slot. */
export function forEachGuestLeaf(
  machine: Machine,
  slot: number,
  leaf: LeafVisitor | undefined,
  table?: TableVisitor,
): void {
  forEachLeaf(machine, machine.state.words[vmRecord(slot) + VM_PGD], 2, 1, leaf, table);
}

/** Slots of the live VMs. */
export function liveVms(machine: Machine): number[] {
  const slots: number[] = [];
  for (let slot = 0; slot < KVM_MAX_PVMS; slot++) {
    if (machine.state.words[vmRecord(slot) + VM_PAGE] !== 0) slots.push(slot);
  }
  return slots;
}

/** Hyp's state of every page that is not NOPAGE, by page index. */
export function hypStates(machine: Machine): Map<number, number> {
  const states = new Map<number, number>();
  forEachHypLeaf(machine, (input, level, lo, hi) => {
    if (!kvm_pte_valid(lo)) return;
    const pages = granulePages(level);
    for (let i = 0; i < pages; i++) {
      const page = machine.layout.pageIndex(input + i - HYP_VA_OFFSET);
      if (page >= 0) states.set(page, pteStateBits(hi));
    }
  });
  return states;
}

/** Guest mappings as `slot:gfn` to `output page:state`. */
export function guestMappings(machine: Machine): Map<string, string> {
  const mappings = new Map<string, string>();
  for (const slot of liveVms(machine)) {
    forEachGuestLeaf(machine, slot, (input, _level, lo, hi) => {
      mappings.set(`${slot}:${input}`, `${kvm_pte_to_phys(lo, hi)}:${pteStateBits(hi)}`);
    });
  }
  return mappings;
}

/** Pins of a page: its references while it is not hyp's own, where they would be a table's. */
export function pins(machine: Machine, page: number): number {
  return machine.vmemmap.hostState(page) === PKVM_NOPAGE ? 0 : machine.vmemmap.refcount(page);
}

/** Do the two agree on every page's host state, hyp state, guest mappings, pins and share count? */
export function sameOwnership(a: Machine, b: Machine): boolean {
  for (let page = 0; page < a.layout.nrPages; page++) {
    if (a.vmemmap.hostState(page) !== b.vmemmap.hostState(page)) return false;
    if (a.vmemmap.shareCount(page) !== b.vmemmap.shareCount(page)) return false;
    if (pins(a, page) !== pins(b, page)) return false;
  }
  return sameEntries(hypStates(a), hypStates(b)) && sameEntries(guestMappings(a), guestMappings(b));
}

function sameEntries<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
