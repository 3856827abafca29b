// SPDX-License-Identifier: GPL-2.0-only
/**
 * The generic page-table walker (hyp/pgtable.c). Stage 1 and stage 2 derive from it and bring their
 * visitors; a visitor is a small number, so that a visit is a switch and not an indirect call.
 */

import type { Layout } from './layout.js';
import { PFN_SPACE, PTRS_PER_PTE } from './numbers.js';
import { EAGAIN, EINVAL, ERANGE } from './outcome.js';
import { granulePages, KVM_PGTABLE_LAST_LEVEL, kvm_pte_table, kvm_pte_to_phys } from './pte.js';
import type { HypState } from './state.js';
import type { Vmemmap } from './vmemmap.js';

export const KVM_PGTABLE_WALK_LEAF = 1;
export const KVM_PGTABLE_WALK_TABLE_PRE = 2;
export const KVM_PGTABLE_WALK_TABLE_POST = 4;

/** Pages an entry of a level 0 table translates, and log2 of those a level 1 PGD page does. */
const LEVEL_0_PAGES = 2 ** 27;
const PGD_PAGE_SHIFT = 27;

/** A page table (`struct kvm_pgtable`): where its state lies, and its fixed geometry. */
export interface KvmPgtable {
  /** Word that holds the page number of the PGD plus one, or 0. */
  readonly pgdWord: number;
  readonly startLevel: number;
  /** First input page number too large: 2^(ia_bits - 12), less `offset`. */
  readonly limit: number;
  /** First page number past the 64-bit address space, where sums wrap. */
  readonly end: number;
  /** What is to be added to a page number before it is an input address's. */
  readonly offset: number;
  /** First word of the pool its tables come from and go to. */
  readonly pool: number;
  /** The host's stage 2: no FWB, blocks allowed where force_pte_cb() says so. */
  readonly isHost: boolean;
}

/** `struct kvm_pgtable_walk_data`, with the visitors' arguments. Kept and used again, never made. */
export class PgtableWalk {
  visitor = 0;
  flags = 0;
  /** The table and the entry left behind at each level on the way down. */
  readonly tables = new Int32Array(KVM_PGTABLE_LAST_LEVEL);
  readonly pteps = new Int32Array(KVM_PGTABLE_LAST_LEVEL);
  /** Page numbers. */
  start = 0;
  addr = 0;
  end = 0;
  /** The entry last seen by the leaf visitor. */
  leafLo = 0;
  leafHi = 0;
  leafLevel = 0;
  /** State a check asks for. */
  desired = 0;
  /** Output page number of a mapping, or -1 for an invalid address (KVM_PHYS_INVALID). */
  phys = 0;
  attrLo = 0;
  attrHi = 0;
  clearLo = 0;
  clearHi = 0;
  ownerId = 0;
  forcePte = false;
  /** vCPU record whose memcache feeds a guest's stage 2, or 0. */
  memcache = 0;
  /** Pages unmapped so far. */
  unmapped = 0;
  mkold = false;
  young = false;
}

export abstract class PgtableWalker {
  protected readonly state: HypState;
  protected readonly layout: Layout;
  protected readonly walk = new PgtableWalk();

  constructor(protected readonly vmemmap: Vmemmap) {
    this.state = vmemmap.state;
    this.layout = vmemmap.layout;
  }

  /**
   * A visitor: 0 or a negative errno. `table` is the page the entry lies in, `ptep` the index of its
   * low word, `lo` and `hi` the descriptor as it was before any visitor of this entry ran.
   */
  protected abstract visit(
    walk: PgtableWalk,
    pgt: KvmPgtable,
    table: number,
    ptep: number,
    lo: number,
    hi: number,
    level: number,
    when: number,
  ): number;

  /** Walks `size` pages from page number `addr`; 0, a visitor's error, or -ERANGE. */
  protected kvm_pgtable_walk(
    pgt: KvmPgtable,
    addr: number,
    size: number,
    visitor: number,
    flags: number,
  ): number {
    let end = addr + size;
    if (end >= pgt.end) end -= PFN_SPACE;
    if (addr > pgt.limit || end > pgt.limit) return -ERANGE;
    const pgd = this.state.words[pgt.pgdWord];
    if (pgd === 0) return -EINVAL;

    const walk = this.walk;
    walk.visitor = visitor;
    walk.flags = flags;
    walk.start = addr;
    walk.addr = addr;
    walk.end = end;
    let page = this.vmemmap.hyp_phys_to_page(pgd - 1);
    if (pgt.startLevel !== 0) page += addr >>> PGD_PAGE_SHIFT;
    for (; walk.addr < walk.end; page++) {
      const ret = this.walkTable(walk, pgt, page, pgt.startLevel);
      if (ret !== 0) return ret;
    }
    return 0;
  }

  /**
   * Walks a table, named by its page, and those below it, from `walk.addr` on
   * (`__kvm_pgtable_walk()` and `__kvm_pgtable_visit()`, with the stack kept in the walk).
   */
  protected walkTable(walk: PgtableWalk, pgt: KvmPgtable, root: number, rootLevel: number): number {
    const { flags, tables, pteps, end } = walk;
    let addr = walk.addr;
    let level = rootLevel;
    let table = root;
    let base = this.tableBase(root);
    let ptep = base + 2 * kvm_pgtable_idx(addr, level, pgt);
    let words = this.state.words;

    for (;;) {
      if (addr >= end || ptep === base + 2 * PTRS_PER_PTE) {
        if (level === rootLevel) return 0;
        if ((flags & KVM_PGTABLE_WALK_TABLE_POST) === 0 && addr >= end) return 0;
        level--;
        table = tables[level];
        ptep = pteps[level];
        base = ptep & ~(2 * PTRS_PER_PTE - 1);
        if ((flags & KVM_PGTABLE_WALK_TABLE_POST) !== 0) {
          const lo = words[ptep];
          const hi = words[ptep + 1];
          const ret = this.visit(
            walk,
            pgt,
            table,
            ptep,
            lo,
            hi,
            level,
            KVM_PGTABLE_WALK_TABLE_POST,
          );
          words = this.state.words;
          if (!kvm_pgtable_walk_continue(ret)) return ret;
        }
        ptep += 2;
        continue;
      }

      let lo = words[ptep];
      let hi = words[ptep + 1];
      const when = kvm_pte_table(lo, level) ? KVM_PGTABLE_WALK_TABLE_PRE : KVM_PGTABLE_WALK_LEAF;
      if ((flags & when) !== 0) {
        const ret = this.visit(walk, pgt, table, ptep, lo, hi, level, when);
        if (!kvm_pgtable_walk_continue(ret)) return ret;
        words = this.state.words;
        lo = words[ptep];
        hi = words[ptep + 1];
      }
      if (!kvm_pte_table(lo, level)) {
        addr = nextGranule(addr, level);
        walk.addr = addr;
        ptep += 2;
        continue;
      }
      tables[level] = table;
      pteps[level] = ptep;
      level++;
      table = this.vmemmap.hyp_phys_to_page(kvm_pte_to_phys(lo, hi));
      base = this.tableBase(table);
      words = this.state.words;
      ptep = base + 2 * kvm_pgtable_idx(addr, level, pgt);
    }
  }

  private tableBase(table: number): number {
    const base = this.layout.frameOf(table);
    return base !== 0 && base < this.state.words.length ? base : this.vmemmap.contents(table);
  }
}

/** No walk here runs in a fault handler, so -EAGAIN never ends one. */
function kvm_pgtable_walk_continue(ret: number): boolean {
  return ret === 0 || ret === -EAGAIN;
}

function kvm_pgtable_idx(addr: number, level: number, pgt: KvmPgtable): number {
  if (level === 0) return Math.floor((addr + pgt.offset) / LEVEL_0_PAGES) & (PTRS_PER_PTE - 1);
  return (addr >>> (9 * (KVM_PGTABLE_LAST_LEVEL - level))) & (PTRS_PER_PTE - 1);
}

function nextGranule(addr: number, level: number): number {
  if (level === KVM_PGTABLE_LAST_LEVEL) return addr + 1;
  const granule = granulePages(level);
  return (Math.floor(addr / granule) + 1) * granule;
}
