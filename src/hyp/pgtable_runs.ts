// SPDX-License-Identifier: GPL-2.0-only
/**
 * What a walk does to many entries of one last-level table, in a loop. Each function does what its
 * visitor would have done entry by entry, for as many as that is plain for, and says how many those
 * were: the entry after them is the visitor's, as is a table that would be freed or counted too often.
 * To be asked for only of tables that hold nothing but entries.
 */

import { LIST_HEAD_ADDRESS } from './page_words.js';
import {
  KVM_INVALID_PTE_LOCKED,
  KVM_PTE_LEAF_ATTR_HI_SW,
  KVM_PTE_LEAF_ATTR_HI_XN,
  KVM_PTE_LEAF_ATTR_LO_S2_PERMS,
  KVM_PTE_TYPE_PAGE,
  KVM_PTE_VALID,
  kvm_pte_valid,
  pteAddrHi,
  pteAddrLo,
  pteState,
} from './pte.js';
import { setRun } from './run_changes.js';
import { takesTurns } from './run_journal.js';
import type { HypState } from './state.js';
import { REFCOUNT_MAX } from './vmemmap.js';

/** Entries from `ptep` on that have a state. */
export function checkRun(state: HypState, ptep: number, pages: number, desired: number): number {
  const { words } = state;
  let n = 0;
  while (n < pages && pteState(words[ptep + 2 * n], words[ptep + 2 * n + 1]) === desired) n++;
  return n;
}

/** `hyp_unmap_walker()`. `refcount`: the word that counts references on the table. */
export function hypUnmapRun(
  state: HypState,
  ptep: number,
  pages: number,
  refcount: number,
): number {
  const { words } = state;
  let n = 0;
  let changes = 0;
  for (; n < pages && kvm_pte_valid(words[ptep + 2 * n]); n++) {
    changes += words[ptep + 2 * n + 1] === 0 ? 2 : 3;
  }
  if (n === 0 || words[refcount] <= n) return 0;
  const mark = state.beginRun(ptep, 2 * n);
  words.fill(0, ptep, ptep + 2 * n);
  state.set(refcount, words[refcount] - n);
  state.endRun(mark, changes);
  return n;
}

/** `hyp_map_walker()` with each page a walk of its own, from `phys` on. */
export function hypMapRun(
  state: HypState,
  ptep: number,
  pages: number,
  refcount: number,
  phys: number,
  attrLo: number,
  attrHi: number,
): number {
  const { words } = state;
  const type = attrLo | KVM_PTE_VALID | KVM_PTE_TYPE_PAGE;
  let n = 0;
  let changes = 0;
  let counted = 0;
  if ((words[ptep] & KVM_PTE_VALID) === 0 && takesTurns(words, ptep, 2 * pages)) {
    // Entries of one table have one high half.
    n = counted = pages;
    changes = (words[ptep + 1] === (pteAddrHi(phys) | attrHi) ? 2 : 3) * pages;
  }
  for (; n < pages; n++) {
    const lo = words[ptep + 2 * n];
    const hi = words[ptep + 2 * n + 1];
    const newLo = pteAddrLo(phys + n) | type;
    const newHi = pteAddrHi(phys + n) | attrHi;
    if (kvm_pte_valid(lo)) {
      if (lo !== newLo || ((hi ^ newHi) & ~KVM_PTE_LEAF_ATTR_HI_SW) !== 0) break;
    } else {
      counted++;
      changes++;
    }
    if (lo !== newLo) changes++;
    if (hi !== newHi) changes++;
  }
  if (changes === 0 || words[refcount] + counted > REFCOUNT_MAX) return changes === 0 ? n : 0;
  const mark = state.beginRun(ptep, 2 * n);
  for (let i = 0; i < n; i++) {
    words[ptep + 2 * i] = pteAddrLo(phys + i) | type;
    words[ptep + 2 * i + 1] = pteAddrHi(phys + i) | attrHi;
  }
  state.set(refcount, words[refcount] + counted);
  state.endRun(mark, changes);
  return n;
}

/**
 * `stage2_map_walker()` at the last level. `phys`: output page number of the first entry, with
 * `attrLo` and `attrHi` and the type of a page; -1: all entries become `attrLo` and `attrHi` themselves.
 */
export function stage2MapRun(
  state: HypState,
  ptep: number,
  pages: number,
  refcount: number,
  phys: number,
  attrLo: number,
  attrHi: number,
): number {
  const { words } = state;
  // What becomes of one of equal entries becomes of all.
  const equal = phys < 0 && takesTurns(words, ptep, 2 * pages);
  const looked = equal ? 1 : pages;
  let n = 0;
  let changes = 0;
  let put = 0;
  let got = 0;
  for (; n < looked; n++) {
    const lo = words[ptep + 2 * n];
    const hi = words[ptep + 2 * n + 1];
    const newLo = phys < 0 ? attrLo : pteAddrLo(phys + n) | attrLo;
    const newHi = phys < 0 ? attrHi : pteAddrHi(phys + n) | attrHi;
    if (isKept(lo, hi, newLo, newHi)) continue;
    if (lo === newLo && ((hi ^ newHi) & ~KVM_PTE_LEAF_ATTR_HI_SW) === 0) {
      if (hi !== newHi) changes++;
      continue;
    }
    if (!kvm_pte_valid(lo) && (lo & KVM_INVALID_PTE_LOCKED) !== 0) break;
    if (lo === LIST_HEAD_ADDRESS && hi === 0) break;
    // To the locked entry, whose high half is zero, and from there to the new one.
    changes += hi === 0 ? 1 : 2;
    if (newLo !== KVM_INVALID_PTE_LOCKED) changes++;
    if (newHi !== 0) changes++;
    if (lo !== 0 || hi !== 0) put++;
    if (newLo !== 0 || newHi !== 0) got++;
  }
  if (equal) {
    n *= pages;
    changes *= pages;
    put *= pages;
    got *= pages;
  }
  if (changes === 0) return n;
  if (words[refcount] <= put || words[refcount] + got > REFCOUNT_MAX) return 0;
  const mark = state.beginRun(ptep, 2 * n);
  for (let i = 0; i < n; i++) {
    const at = ptep + 2 * i;
    const newLo = phys < 0 ? attrLo : pteAddrLo(phys + i) | attrLo;
    const newHi = phys < 0 ? attrHi : pteAddrHi(phys + i) | attrHi;
    if (isKept(words[at], words[at + 1], newLo, newHi)) continue;
    words[at] = newLo;
    words[at + 1] = newHi;
  }
  state.set(refcount, words[refcount] + got - put);
  state.endRun(mark, changes + put + got);
  return n;
}

/** `stage2_free_walker()`: only references are dropped. */
export function stage2FreeRun(
  state: HypState,
  ptep: number,
  pages: number,
  refcount: number,
): number {
  const { words } = state;
  let counted = 0;
  for (let n = 0; n < pages; n++) {
    if ((words[ptep + 2 * n] | words[ptep + 2 * n + 1]) !== 0) counted++;
  }
  if (words[refcount] <= counted) return 0;
  if (counted > 0) setRun(state, refcount, 1, words[refcount] - counted, counted);
  return pages;
}

/** Is this no more than a change of permissions (`!stage2_pte_needs_update()`)? */
function isKept(lo: number, hi: number, newLo: number, newHi: number): boolean {
  return (
    kvm_pte_valid(lo) &&
    kvm_pte_valid(newLo) &&
    ((lo ^ newLo) & ~KVM_PTE_LEAF_ATTR_LO_S2_PERMS) === 0 &&
    ((hi ^ newHi) & ~KVM_PTE_LEAF_ATTR_HI_XN) === 0
  );
}
