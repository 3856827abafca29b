// SPDX-License-Identifier: GPL-2.0-only
/**
 * The generic page-table walker (hyp/pgtable.c). Stage 1 and stage 2 derive from it and bring their
 * visitors; a visitor is a small number, so that a visit is a switch and not an indirect call.
 */

import type { Layout } from './layout.js';
import { PTRS_PER_PTE } from './numbers.js';
import { EAGAIN, EINVAL, ERANGE } from './outcome.js';
import { granulePages, KVM_PGTABLE_LAST_LEVEL, kvm_pte_table, kvm_pte_to_phys } from './pte.js';
import type { HypState } from './state.js';
import type { Vmemmap } from './vmemmap.js';

export const KVM_PGTABLE_WALK_LEAF = 1;
export const KVM_PGTABLE_WALK_TABLE_PRE = 2;
export const KVM_PGTABLE_WALK_TABLE_POST = 4;

/** A page table (`struct kvm_pgtable`): where its state lies, and its fixed geometry. */
export interface KvmPgtable {
  /** Word that holds the page number of the PGD plus one, or 0. */
  readonly pgdWord: number;
  readonly startLevel: number;
  /** Number of page numbers the input address space has: 2^(ia_bits - 12). */
  readonly limit: number;
  /** First word of the pool its tables come from and go to. */
  readonly pool: number;
  /** The host's stage 2: no FWB, blocks allowed where force_pte_cb() says so. */
  readonly isHost: boolean;
}

/** `struct kvm_pgtable_walk_data`, with the visitors' arguments. Kept and used again, never made. */
export class PgtableWalk {
  visitor = 0;
  flags = 0;
  /** Page numbers; doubles from the first store on, so that a walk never allocates one. */
  start = Number.NaN;
  addr = Number.NaN;
  end = Number.NaN;
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
    const walk = this.walk;
    walk.visitor = visitor;
    walk.flags = flags;
    walk.start = addr;
    walk.addr = addr;
    const end = addr + size;
    walk.end = end >= 2 ** 52 ? end - 2 ** 52 : end;
    return this._kvm_pgtable_walk(pgt, walk);
  }

  private _kvm_pgtable_walk(pgt: KvmPgtable, walk: PgtableWalk): number {
    if (walk.addr > pgt.limit || walk.end > pgt.limit) return -ERANGE;
    const pgd = this.state.words[pgt.pgdWord];
    if (pgd === 0) return -EINVAL;

    const perPgd = granulePages(pgt.startLevel - 1);
    let page = this.vmemmap.hyp_phys_to_page(pgd - 1) + Math.floor(walk.addr / perPgd);
    for (; walk.addr < walk.end; page++) {
      const ret = this.__kvm_pgtable_walk(walk, pgt, page, pgt.startLevel);
      if (ret !== 0) return ret;
    }
    return 0;
  }

  /** Walks one table, named by its page, from `walk.addr` on. */
  protected __kvm_pgtable_walk(
    walk: PgtableWalk,
    pgt: KvmPgtable,
    table: number,
    level: number,
  ): number {
    const base = this.vmemmap.contents(table);
    for (let idx = kvm_pgtable_idx(walk.addr, level); idx < PTRS_PER_PTE; idx++) {
      if (walk.addr >= walk.end) break;
      const ret = this.__kvm_pgtable_visit(walk, pgt, table, base + 2 * idx, level);
      if (ret !== 0) return ret;
    }
    return 0;
  }

  private __kvm_pgtable_visit(
    walk: PgtableWalk,
    pgt: KvmPgtable,
    table: number,
    ptep: number,
    level: number,
  ): number {
    const lo = this.state.words[ptep];
    const hi = this.state.words[ptep + 1];
    let next = lo;
    let nextHi = hi;
    let isTable = kvm_pte_table(lo, level);
    const when = isTable ? KVM_PGTABLE_WALK_TABLE_PRE : KVM_PGTABLE_WALK_LEAF;
    if ((walk.flags & when) !== 0) {
      const ret = this.visit(walk, pgt, table, ptep, lo, hi, level, when);
      next = this.state.words[ptep];
      nextHi = this.state.words[ptep + 1];
      isTable = kvm_pte_table(next, level);
      if (!kvm_pgtable_walk_continue(ret)) return ret;
    }

    if (!isTable) {
      walk.addr = nextGranule(walk.addr, level);
      return 0;
    }

    const child = this.vmemmap.hyp_phys_to_page(kvm_pte_to_phys(next, nextHi));
    let ret = this.__kvm_pgtable_walk(walk, pgt, child, level + 1);
    if (!kvm_pgtable_walk_continue(ret)) return ret;

    if ((walk.flags & KVM_PGTABLE_WALK_TABLE_POST) !== 0) {
      ret = this.visit(walk, pgt, table, ptep, next, nextHi, level, KVM_PGTABLE_WALK_TABLE_POST);
      if (!kvm_pgtable_walk_continue(ret)) return ret;
    }
    return 0;
  }
}

/** No walk here runs in a fault handler, so -EAGAIN never ends one. */
function kvm_pgtable_walk_continue(ret: number): boolean {
  return ret === 0 || ret === -EAGAIN;
}

function kvm_pgtable_idx(addr: number, level: number): number {
  if (level === 0) return Math.floor(addr / 0x800_0000) & (PTRS_PER_PTE - 1);
  return (addr >>> (9 * (KVM_PGTABLE_LAST_LEVEL - level))) & (PTRS_PER_PTE - 1);
}

function nextGranule(addr: number, level: number): number {
  if (level === KVM_PGTABLE_LAST_LEVEL) return addr + 1;
  const granule = granulePages(level);
  return (Math.floor(addr / granule) + 1) * granule;
}
