// SPDX-License-Identifier: GPL-2.0-only
/** Which pages and sizes random operations are about: few pages again and again, and the edges. */

import type { Machine } from '../hyp/machine.js';
import { HYP_VA_END, PFN_SPACE } from '../hyp/numbers.js';
import type { MachineConfig } from '../hyp/op.js';
import { PKVM_PAGE_OWNED } from '../hyp/page_state.js';
import type { Random } from './random.js';

/** Page numbers where an address space ends: of the host, of hyp's linear map, of u64. */
const ODD_PAGES = [0, 2 ** 28 - 1, 2 ** 28, 2 ** 36 - 2 ** 32, HYP_VA_END, PFN_SPACE - 1];
const TABLE_PAGES = 512;
const TABLE_SIZES = [TABLE_PAGES - 1, TABLE_PAGES, TABLE_PAGES + 1];
const GUEST_PAGES = [0, 0, 1, 1, 2, 3, 511, 512, 2 ** 18, 2 ** 27, 2 ** 28 - 1];
const ODD_GUEST_PAGES = [2 ** 28, 2 ** 36, PFN_SPACE - 1];
/** How often a page for a structure is looked for before any will do. */
const PROBES = 12;

export class Places {
  /** The few pages a run comes back to. */
  private readonly hot: number[] = [];
  private readonly edges: number[] = [];
  private readonly regionIndex: number[] = [];
  /** The pages that a table has for hyp's own sake, up to before the second. */
  private readonly home: readonly [number, number];
  /** First page of the carve-out, and the page after its last. */
  private readonly carveout: readonly [number, number];
  /** Pages handed out for VMs and their tables. */
  private readonly structures = new Set<number>();
  private cursor = 0;
  private sizesAreLarge = false;

  constructor(
    private readonly machine: Machine,
    config: MachineConfig,
    /** How many runs of a hundred keep to the memory that has a table anyway. */
    private readonly homePercent: number,
  ) {
    const { pfn, hpool_pages, host_s2_pages } = config.carveout;
    this.carveout = [pfn, pfn + hpool_pages + host_s2_pages];
    const pools = [pfn, pfn + hpool_pages, pfn + hpool_pages + host_s2_pages];
    for (const edge of pools) this.edges.push(edge - 1, edge);
    this.home = homeOf(config);
    config.memory.forEach(({ pfn: start, pages, nomap }, region) => {
      this.edges.push(start, start + pages - 1, start + pages);
      if (start > 0) this.edges.push(start - 1);
      if (!nomap) this.regionIndex.push(region);
    });
  }

  /** Chooses the pages of a run; those given come first. */
  start(random: Random, given: readonly number[] = []): void {
    this.hot.length = 0;
    this.structures.clear();
    for (const page of given) this.hot.push(page);
    this.sizesAreLarge = random.chance(6);
    const isAtHome = random.chance(this.homePercent);
    const groups = 1 + random.below(3);
    for (let i = 0; i < groups; i++) {
      const first = random.chance(12) ? random.of(this.edges) : this.somewhere(random, isAtHome);
      const pages = 1 + random.below(3);
      for (let page = first; page < first + pages; page++) this.hot.push(page);
    }
    this.cursor = this.somewhere(random, isAtHome);
  }

  /** A page: mostly one the run knows, else a neighbour, an edge, any page, an impossible one. */
  page(random: Random): number {
    const draw = random.below(100);
    if (draw < 80) return random.of(this.hot);
    if (draw < 86) return Math.max(0, random.of(this.hot) + (random.chance(50) ? 1 : -1));
    if (draw < 92) return random.of(this.edges);
    return draw < 99 ? this.inMemory(random) : random.of(ODD_PAGES);
  }

  /** Pages of an operation that starts at `page`: mostly one. */
  size(random: Random, page: number): number {
    const draw = random.below(200);
    if (draw < 170) return 1;
    if (draw < 190) return 2 + random.below(3);
    if (draw < 194) return 0;
    if (draw < 199) return this.sizesAreLarge ? largeSize(random) : 5 + random.below(12);
    return random.of([PFN_SPACE - 1, PFN_SPACE - page, PFN_SPACE - page + 1, 2 ** 51, 2 ** 32]);
  }

  gfn(random: Random): number {
    return random.chance(97) ? random.of(GUEST_PAGES) : random.of(ODD_GUEST_PAGES);
  }

  /** First of `pages` pages the host owns, none of which was handed out lately. */
  owned(random: Random, pages: number, align: number): number {
    for (let probe = 0; probe < PROBES; probe++) {
      const start = Math.ceil(this.cursor / align) * align;
      const isFree = this.isOwned(start) && this.isOwned(start + pages - 1);
      this.cursor = isFree ? start + pages : this.inMemory(random);
      if (isFree) return this.structure(start, pages);
    }
    return this.structure(this.cursor, pages);
  }

  /** True unless the hypervisor uses one of the pages, for itself or for a VM. */
  isFree(page: number, size: number): boolean {
    const [start, end] = this.carveout;
    if (page < end && page + size > start) return false;
    for (const used of this.structures) if (used >= page && used < page + size) return false;
    return true;
  }

  /** Notes pages as a VM's, so that hyp does not give them away under it. */
  structure(page: number, pages: number): number {
    for (let i = 0; i < pages; i++) this.structures.add(page + i);
    return page;
  }

  private isOwned(page: number): boolean {
    const index = this.machine.layout.pageIndex(page);
    return index >= 0 && this.machine.vmemmap.hostState(index) === PKVM_PAGE_OWNED;
  }

  private somewhere(random: Random, isAtHome: boolean): number {
    const [start, end] = this.home;
    return isAtHome ? start + random.below(end - start) : this.inMemory(random);
  }

  private inMemory(random: Random): number {
    const { layout } = this.machine;
    const region = random.of(this.regionIndex);
    const first = layout.regionBase(region);
    return first + random.below(layout.regionLimit(region) - first);
  }
}

function largeSize(random: Random): number {
  return random.chance(70) ? random.of(TABLE_SIZES) : 2 ** (5 + random.below(6));
}

/** The memory around the carve-out that its last-level table translates: no table comes or goes. */
function homeOf({ memory, carveout }: MachineConfig): readonly [number, number] {
  const table = carveout.pfn - (carveout.pfn % TABLE_PAGES);
  const region = memory.find(({ pfn, pages }) => carveout.pfn < pfn + pages);
  if (region === undefined) throw new RangeError('the carve-out is not in memory');
  const start = Math.max(table, region.pfn);
  return [start, Math.min(table + TABLE_PAGES, region.pfn + region.pages)];
}
