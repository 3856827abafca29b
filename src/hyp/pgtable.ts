// SPDX-License-Identifier: GPL-2.0-only
/**
 * The generic page-table walker (hyp/pgtable.c). Stage 1 and stage 2 derive from it and bring their
 * visitors; a visitor is a small number, so that a visit is a switch and not an indirect call.
 */

import { HANDLE_OFFSET, HPOOL, type Layout, VM_TABLE, VM_WORDS } from './layout.js';
import { PAGE_WORDS, PFN_SPACE, PTRS_PER_PTE } from './numbers.js';
import { EAGAIN, EINVAL, EPERM, ERANGE } from './outcome.js';
import { isStruct, LOST_LINK, nodeAsPteHi, nodeAsPteLo, nodeWordOf } from './page_words.js';
import { Undefined } from './panic.js';
import {
  granulePages,
  KVM_PGTABLE_LAST_LEVEL,
  kvm_pte_table,
  kvm_pte_to_phys,
  pteState,
} from './pte.js';
import { checkRun } from './pgtable_runs.js';
import { SHORTEST_RUN } from './run_changes.js';
import type { HypState } from './state.js';
import type { Vmemmap } from './vmemmap.js';

export const KVM_PGTABLE_WALK_LEAF = 1;
export const KVM_PGTABLE_WALK_TABLE_PRE = 2;
export const KVM_PGTABLE_WALK_TABLE_POST = 4;

/** Visitors of every page table; those of a stage count on from `OWN_VISITORS`. */
export const CHECK_STATE = 0;
export const GET_LEAF = 1;
export const OWN_VISITORS = 2;

/** A page as a share of what a level 0 entry translates; log2 of the pages of a level 1 PGD page. */
const LEVEL_0_SHARE = 2 ** -27;
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
  /**
   * The last path down to a last-level table: page number it starts at or -1, page table, PGD word,
   * descriptor at each level, first word of the table.
   */
  pathStart = -1;
  pathPgt: KvmPgtable | undefined;
  pathPgd = 0;
  pathBase = 0;
  readonly pathLo = new Int32Array(KVM_PGTABLE_LAST_LEVEL);
  readonly pathHi = new Int32Array(KVM_PGTABLE_LAST_LEVEL);
  /** The entry left behind at each level on the way down. */
  readonly pteps = new Int32Array(KVM_PGTABLE_LAST_LEVEL);
  /** Page numbers. */
  start = 0;
  addr = 0;
  end = 0;
  /** The entry at hand: index of its low word, both halves before the visit, level, kind of visit. */
  ptep = 0;
  oldLo = 0;
  oldHi = 0;
  level = 0;
  when = 0;
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
  /** A table of this walk may hold a free-list node or a memcache link where its first entries are. */
  overlaid = false;
}

export abstract class PgtableWalker {
  protected readonly state: HypState;
  protected readonly layout: Layout;
  protected readonly walk = new PgtableWalk();

  constructor(protected readonly vmemmap: Vmemmap) {
    this.state = vmemmap.state;
    this.layout = vmemmap.layout;
  }

  /** A visitor of the entry at hand: 0 or a negative errno. */
  protected abstract visit(ctx: PgtableWalk, pgt: KvmPgtable): number;

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
    // Nothing to walk, though the last path down may lead there: its tables are not to be visited.
    if (addr >= end) return 0;

    const walk = this.walk;
    walk.visitor = visitor;
    walk.flags = flags;
    walk.start = addr;
    walk.addr = addr;
    walk.end = end;
    walk.overlaid = false;
    if (this.pathLeadsTo(walk, pgt, addr)) {
      const { pathBase } = walk;
      this.enterTable(walk, pgt, this.tableOf(pathBase));
      const ret = this.walkFrom(walk, pgt, pgt.startLevel, pathBase, KVM_PGTABLE_LAST_LEVEL);
      if (ret !== 0 || walk.addr >= end) return ret;
    }
    let page = this.vmemmap.hyp_phys_to_page(pgd - 1);
    if (pgt.startLevel !== 0) page += walk.addr >>> PGD_PAGE_SHIFT;
    for (; walk.addr < walk.end; page++) {
      const ret = this.walkTable(walk, pgt, page, pgt.startLevel);
      if (ret !== 0) return ret;
    }
    return 0;
  }

  /**
   * Is the last path down still the way to `addr`? Looks at every descriptor on it, so that nobody
   * who writes one has to know of this. Without it each walk waits for four loads in a row.
   */
  protected pathLeadsTo(walk: PgtableWalk, pgt: KvmPgtable, addr: number): boolean {
    if (walk.pathStart !== addr - (addr & (PTRS_PER_PTE - 1)) || walk.pathPgt !== pgt) return false;
    const { words } = this.state;
    if (words[pgt.pgdWord] !== walk.pathPgd) return false;
    if ((walk.flags & KVM_PGTABLE_WALK_TABLE_PRE) !== 0 && walk.end - addr >= PTRS_PER_PTE) {
      return false;
    }
    const { pteps, pathLo, pathHi } = walk;
    for (let level = pgt.startLevel; level < KVM_PGTABLE_LAST_LEVEL; level++) {
      const ptep = pteps[level];
      if (words[ptep] !== pathLo[level] || words[ptep + 1] !== pathHi[level]) return false;
    }
    return true;
  }

  /**
   * Walks a table, named by its page, and those below it, from `walk.addr` on
   * (`__kvm_pgtable_walk()` and `__kvm_pgtable_visit()`, with the stack kept in the walk).
   */
  protected walkTable(walk: PgtableWalk, pgt: KvmPgtable, root: number, rootLevel: number): number {
    this.enterTable(walk, pgt, root);
    return this.walkFrom(walk, pgt, rootLevel, this.vmemmap.contents(root), rootLevel);
  }

  /** Walks on from a table at `fromLevel`, with the path to it in `walk.pteps`. */
  private walkFrom(
    walk: PgtableWalk,
    pgt: KvmPgtable,
    rootLevel: number,
    from: number,
    fromLevel: number,
  ): number {
    const { flags, end, pteps } = walk;
    const post = (flags & KVM_PGTABLE_WALK_TABLE_POST) !== 0;
    let addr = walk.addr;
    let level = fromLevel;
    let base = from;
    let ptep = base + 2 * kvm_pgtable_idx(addr, level, pgt);

    for (;;) {
      if (level === KVM_PGTABLE_LAST_LEVEL) {
        const ret = this.walkPages(walk, pgt, ptep);
        if (ret !== 0) return ret;
        addr = walk.addr;
        ptep = base + PAGE_WORDS;
      }
      if (addr >= end || ptep === base + PAGE_WORDS) {
        if (level === rootLevel || (addr >= end && !post)) return 0;
        ptep = pteps[--level];
        base = ptep & ~(PAGE_WORDS - 1);
        // A table may hold a list's prev where its second entry is, beside a first one of its own.
        if (ptep === base) this.enterTable(walk, pgt, this.tableOf(ptep));
        if (post) {
          const ret = this.visitEntry(walk, pgt, ptep, level, KVM_PGTABLE_WALK_TABLE_POST);
          if (!kvm_pgtable_walk_continue(ret)) return ret;
        }
        ptep += 2;
        continue;
      }

      let { words } = this.state;
      let lo = words[ptep];
      const when = kvm_pte_table(lo, level) ? KVM_PGTABLE_WALK_TABLE_PRE : KVM_PGTABLE_WALK_LEAF;
      if ((flags & when) !== 0) {
        const ret = this.visitEntry(walk, pgt, ptep, level, when);
        if (!kvm_pgtable_walk_continue(ret)) return ret;
        words = this.state.words;
        lo = words[ptep];
      }
      if (kvm_pte_table(lo, level)) {
        const hi = words[ptep + 1];
        base = this.tableBase(walk, pgt, kvm_pte_to_phys(lo, hi));
        words = this.state.words;
        pteps[level] = ptep;
        walk.pathLo[level] = lo;
        walk.pathHi[level] = hi;
        walk.pathStart = -1;
        if (++level === KVM_PGTABLE_LAST_LEVEL && rootLevel === pgt.startLevel) {
          walk.pathStart = addr - (addr & (PTRS_PER_PTE - 1));
          walk.pathPgt = pgt;
          walk.pathPgd = words[pgt.pgdWord];
          walk.pathBase = base;
        }
        ptep = base + 2 * kvm_pgtable_idx(addr, level, pgt);
      } else {
        addr = nextGranule(addr, level);
        walk.addr = addr;
        ptep += 2;
      }
    }
  }

  /** The part of a walk within a table of the last level, from an entry on: they are all leaves. */
  private walkPages(walk: PgtableWalk, pgt: KvmPgtable, from: number): number {
    const after = walk.addr + PTRS_PER_PTE - (walk.addr & (PTRS_PER_PTE - 1));
    const stop = Math.min(walk.end, after);
    let ptep = from;
    for (; walk.addr < stop; walk.addr++, ptep += 2) {
      if (this.state.keepsRuns && stop - walk.addr >= SHORTEST_RUN) {
        const pages = this.walkRun(walk, ptep, stop - walk.addr);
        walk.addr += pages;
        ptep += 2 * pages;
        if (walk.addr === stop) break;
      }
      const ret = this.visitEntry(walk, pgt, ptep, KVM_PGTABLE_LAST_LEVEL, KVM_PGTABLE_WALK_LEAF);
      if (!kvm_pgtable_walk_continue(ret)) return ret;
    }
    return 0;
  }

  /** Visits the first of some entries at once, if it can; how many. */
  private walkRun(walk: PgtableWalk, ptep: number, pages: number): number {
    if (!this.isOnlyTable(ptep)) return 0;
    if (walk.visitor === CHECK_STATE) return checkRun(this.state, ptep, pages, walk.desired);
    if (walk.visitor === GET_LEAF) return 0;
    return this.visitRun(walk, ptep, pages, this.layout.refcount + this.tableOf(ptep));
  }

  /** Does a table hold nothing but entries: no list node, no link? */
  protected isOnlyTable(ptep: number): boolean {
    const node = this.layout.node + 2 * this.tableOf(ptep);
    return (this.state.words[node] | this.state.words[node + 1]) === 0;
  }

  /** As `visit()`, of the first entries of some; 0 if they are better looked at one by one. */
  protected abstract visitRun(
    ctx: PgtableWalk,
    ptep: number,
    pages: number,
    refcount: number,
  ): number;

  /** Checks and lookups are the same for every page table; the rest is the stage's own. */
  private visitEntry(
    ctx: PgtableWalk,
    pgt: KvmPgtable,
    ptep: number,
    level: number,
    when: number,
  ): number {
    let lo = this.state.words[ptep];
    let hi = this.state.words[ptep + 1];
    if (ctx.overlaid) {
      const node = this.nodeUnder(ptep);
      if (node !== 0) {
        lo = nodeAsPteLo(this.layout, node);
        hi = nodeAsPteHi(this.layout, node);
      }
    }
    if (ctx.visitor === CHECK_STATE) return pteState(lo, hi) === ctx.desired ? 0 : -EPERM;
    if (ctx.visitor === GET_LEAF) {
      ctx.leafLo = lo;
      ctx.leafHi = hi;
      ctx.leafLevel = level;
      return 0;
    }
    ctx.ptep = ptep;
    ctx.oldLo = lo;
    ctx.oldHi = hi;
    ctx.level = level;
    ctx.when = when;
    return this.visit(ctx, pgt);
  }

  /** The page of the table an entry lies in. */
  protected tableOf(ptep: number): number {
    return this.layout.framePageOfWord(ptep);
  }

  /** Writes the entry at hand. A list node or link that lies in the same place is gone. */
  protected writePte(ctx: PgtableWalk, lo: number, hi: number): void {
    const { ptep } = ctx;
    if (ctx.overlaid && this.nodeUnder(ptep) !== 0)
      this.state.set(nodeWordOf(this.layout, ptep), 0);
    this.state.set(ptep, lo);
    this.state.set(ptep + 1, hi);
  }

  /** The node word that lies where an entry does, 0 if there is none. */
  private nodeUnder(ptep: number): number {
    const word = nodeWordOf(this.layout, ptep);
    return word < 0 ? 0 : this.state.words[word];
  }

  /** Is the page that a walk comes to a table and nothing else? */
  private enterTable(walk: PgtableWalk, pgt: KvmPgtable, page: number): void {
    const node = this.layout.node + 2 * page;
    const next = this.state.words[node];
    const prev = this.state.words[node + 1];
    if ((next | prev) === 0) return;
    walk.overlaid = true;
    if (!isStruct(next) && !isStruct(prev) && next !== LOST_LINK) return;
    throw new Undefined(this.layout.pfnOf(page), tableName(pgt), this.vmemmap.useOf(page));
  }

  /** First word of a table that a walk comes to. */
  private tableBase(walk: PgtableWalk, pgt: KvmPgtable, pfn: number): number {
    const page = this.vmemmap.hyp_phys_to_page(pfn);
    this.enterTable(walk, pgt, page);
    const base = this.layout.frameOf(page);
    return base !== 0 && base < this.state.words.length ? base : this.vmemmap.contents(page);
  }
}

/** `table of the host stage 2`, `table of VM 0x1000` */
export function tableName(pgt: KvmPgtable): string {
  if (pgt.isHost) return 'table of the host stage 2';
  if (pgt.pool === HPOOL) return 'table of the hyp stage 1';
  const slot = Math.floor((pgt.pool - VM_TABLE) / VM_WORDS);
  return `table of VM 0x${(HANDLE_OFFSET + slot).toString(16)}`;
}

/** No walk here runs in a fault handler, so -EAGAIN never ends one. */
function kvm_pgtable_walk_continue(ret: number): boolean {
  return ret === 0 || ret === -EAGAIN;
}

function kvm_pgtable_idx(addr: number, level: number, pgt: KvmPgtable): number {
  if (level === 0) return Math.floor((addr + pgt.offset) * LEVEL_0_SHARE) & (PTRS_PER_PTE - 1);
  return (addr >>> (9 * (KVM_PGTABLE_LAST_LEVEL - level))) & (PTRS_PER_PTE - 1);
}

function nextGranule(addr: number, level: number): number {
  if (level === KVM_PGTABLE_LAST_LEVEL) return addr + 1;
  const granule = granulePages(level);
  return (Math.floor(addr / granule) + 1) * granule;
}
