// SPDX-License-Identifier: GPL-2.0-only
/** What should hold in every state, with where that is written, and what was found. */

import {
  forEachGuestLeaf,
  forEachHostLeaf,
  forEachHypLeaf,
  type LeafVisitor,
  liveVms,
  type TableVisitor,
} from '../../compare/ownership.js';
import { HOST_S2_POOL, HPOOL, VM_POOL, vmRecord } from '../../hyp/layout.js';
import { hostEntryOf, hostStateOf, hypStateOf } from '../../hyp/lookup.js';
import type { Machine } from '../../hyp/machine.js';
import {
  PKVM_ID_HYP,
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
} from '../../hyp/page_state.js';
import { KVM_INVALID_PTE_OWNER_SHIFT, kvm_pte_to_phys, kvm_pte_valid } from '../../hyp/pte.js';
import { poolProblem } from './pools.js';

export interface Invariant {
  readonly name: string;
  readonly rule: string;
  readonly source: string;
  /** What violates it, or undefined. */
  check(machine: Machine, pages: readonly number[]): string | undefined;
}

/** A rule about each page that is memory. */
function ofPages(
  name: string,
  rule: string,
  source: string,
  violated: (host: number, hyp: number, machine: Machine, pfn: number) => boolean,
): Invariant {
  return {
    name,
    rule,
    source,
    check(machine, pages) {
      for (const pfn of pages) {
        const host = hostStateOf(machine, pfn);
        if (host >= 0 && violated(host, hypStateOf(machine, pfn), machine, pfn)) {
          return `page 0x${pfn.toString(16)}`;
        }
      }
      return undefined;
    },
  };
}

const ANNOTATED_HYP = PKVM_ID_HYP << KVM_INVALID_PTE_OWNER_SHIFT;

export const INVARIANTS: readonly Invariant[] = [
  ofPages(
    'hyp-owned-is-nopage',
    'a page hyp owns is NOPAGE for the host',
    'enum pkvm_page_state: a page has one owner',
    (host, hyp) => hyp === PKVM_PAGE_OWNED && host !== PKVM_NOPAGE,
  ),
  ofPages(
    'nopage-is-hyp-owned',
    'a page that is NOPAGE for the host is owned by hyp',
    'host_stage2_set_owner_locked(): memory is given to hyp only',
    (host, hyp) => host === PKVM_NOPAGE && hyp !== PKVM_PAGE_OWNED,
  ),
  ofPages(
    'nopage-is-annotated',
    'the host stage 2 names hyp as the owner of a NOPAGE page, and of no other',
    '__host_update_page_state() follows kvm_pgtable_stage2_set_owner()',
    (host, _hyp, machine, pfn) => {
      const [lo, hi] = hostEntryOf(machine, pfn);
      return (host === PKVM_NOPAGE) !== (lo === ANNOTATED_HYP && hi === 0);
    },
  ),
  ofPages(
    'borrowed-is-shared',
    'a page hyp borrowed is SHARED_OWNED for the host',
    'do_share(): OWNED => SHARED_OWNED with NOPAGE => SHARED_BORROWED',
    (host, hyp) => hyp === PKVM_PAGE_SHARED_BORROWED && host !== PKVM_PAGE_SHARED_OWNED,
  ),
  ofPages(
    'pinned-is-borrowed',
    'a pinned page is borrowed by hyp',
    'hyp_pin_shared_mem(); unshare_hyp refuses a pinned page',
    (_host, hyp, machine, pfn) =>
      machine.vmemmap.refcount(machine.layout.pageIndex(pfn)) > 0 &&
      hyp !== PKVM_PAGE_SHARED_BORROWED,
  ),
  {
    name: 'guest-page-is-shared',
    rule: 'a page a guest has mapped is SHARED_OWNED for the host',
    source: '__check_host_shared_guest()',
    check(machine) {
      for (const pfn of guestMappings(machine).keys()) {
        if (hostStateOf(machine, pfn) !== PKVM_PAGE_SHARED_OWNED) return `page 0x${hex(pfn)}`;
      }
      return undefined;
    },
  },
  {
    name: 'share-count-is-mappings',
    rule: 'host_share_guest_count is the number of guest mappings of a page',
    source: '__pkvm_host_share_guest(), __pkvm_host_unshare_guest()',
    check(machine, pages) {
      const mappings = guestMappings(machine);
      for (const pfn of pages) {
        const page = machine.layout.pageIndex(pfn);
        if (page < 0) continue;
        const count = machine.vmemmap.shareCount(page);
        const mapped = mappings.get(pfn) ?? 0;
        if (count !== mapped) return `page 0x${hex(pfn)}: count ${count}, ${mapped} mapped`;
      }
      return undefined;
    },
  },
  {
    name: 'table-refcounts',
    rule: 'a table page has one reference and one more for each counted entry',
    source: 'hyp_map_walker(), stage2_pte_is_counted(), hyp_split_page()',
    check: tableProblem,
  },
  {
    name: 'free-pages-listed-once',
    rule: 'each page of a pool is in use or on exactly one free list',
    source: 'page_alloc.c: __hyp_attach_page(), __hyp_extract_page()',
    check(machine) {
      const pools = [HPOOL, HOST_S2_POOL, ...liveVms(machine).map((vm) => vmRecord(vm) + VM_POOL)];
      for (const pool of pools) {
        const problem = poolProblem(machine, pool);
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  },
];

/** How often each page is mapped by guests. */
function guestMappings(machine: Machine): Map<number, number> {
  const mappings = new Map<number, number>();
  for (const slot of liveVms(machine)) {
    forEachGuestLeaf(machine, slot, (_input, _level, lo, hi) => {
      if (!kvm_pte_valid(lo)) return;
      const pfn = kvm_pte_to_phys(lo, hi);
      mappings.set(pfn, (mappings.get(pfn) ?? 0) + 1);
    });
  }
  return mappings;
}

function tableProblem(machine: Machine): string | undefined {
  const counted = new Map<number, number>();
  const tables: number[] = [];
  const add = (page: number) => counted.set(page, (counted.get(page) ?? 0) + 1);
  const leaf: LeafVisitor = (_input, _level, _lo, _hi, word) =>
    add(machine.layout.framePageOfWord(word));
  const path: number[] = [];
  const table: TableVisitor = (page, level) => {
    path[level] = page;
    tables.push(page);
    const above = path[level - 1];
    if (above !== undefined) add(above);
  };
  const walks = [
    () => forEachHypLeaf(machine, leaf, table),
    () => forEachHostLeaf(machine, leaf, table),
    ...liveVms(machine).map((slot) => () => forEachGuestLeaf(machine, slot, leaf, table)),
  ];
  for (const walk of walks) {
    path.length = 0;
    walk();
  }
  for (const page of tables) {
    const expected = 1 + (counted.get(page) ?? 0);
    const refcount = machine.vmemmap.refcount(page);
    if (refcount !== expected) {
      const pfn = machine.layout.pfnOf(page);
      return `table 0x${hex(pfn)}: refcount ${refcount}, ${expected} expected`;
    }
  }
  return undefined;
}

function hex(pfn: number): string {
  return pfn.toString(16);
}
