// SPDX-License-Identifier: GPL-2.0-only
/** Page tables of a state dump: runs of leaves in address order, and the hash over descriptors. */

import type { Machine } from './machine.js';
import { PTRS_PER_PTE } from './numbers.js';
import { PAGE_STATE_NAMES } from './page_state.js';
import { isStruct, LIST_HEAD_ADDRESS, LOST_LINK, nodeAsPteHi, nodeAsPteLo } from './page_words.js';
import {
  granulePages,
  KVM_INVALID_PTE_OWNER_MASK,
  KVM_INVALID_PTE_OWNER_SHIFT,
  KVM_PTE_LEAF_ATTR_HI_XN,
  KVM_PTE_LEAF_ATTR_LO_AF,
  KVM_PTE_LEAF_ATTR_LO_S1_AP,
  KVM_PTE_LEAF_ATTR_LO_S1_AP_RW,
  KVM_PTE_LEAF_ATTR_LO_S2_S2AP_R,
  KVM_PTE_LEAF_ATTR_LO_S2_S2AP_W,
  kvm_pte_table,
  kvm_pte_to_phys,
  kvm_pte_valid,
  pteStateBits,
} from './pte.js';

/**
 * Valid: `[input page, pages, level, output pfn, perms, software state]`; annotated:
 * `[input page, pages, level, "owner", id]`.
 */
export type LeafRun =
  | [string, number, number, string, string, string]
  | [string, number, number, 'owner', number];

export interface TableDump {
  leaves: LeafRun[];
  hash: string;
}

/** Dumps a stage 1 from its PGD, a page number plus one. What is wrong goes to `problems`. */
export function dumpStage1(machine: Machine, pgd: number, problems: string[] = []): TableDump {
  return new TableDumper(machine, stage1Perms, 'hyp stage 1', problems).dump(pgd, 1, 0);
}

/** Dumps a stage 2 from the first of its PGD pages, a page number plus one. As above. */
export function dumpStage2(
  machine: Machine,
  pgd: number,
  pgdPages: number,
  name = 'stage 2',
  problems: string[] = [],
): TableDump {
  return new TableDumper(machine, stage2Perms, name, problems).dump(pgd, pgdPages, 1);
}

/** Permissions of a hyp stage 1 leaf, `rwx` with `-`. */
export function stage1Perms(lo: number, hi: number): string {
  const writable = (lo & KVM_PTE_LEAF_ATTR_LO_S1_AP) === KVM_PTE_LEAF_ATTR_LO_S1_AP_RW;
  return `r${writable ? 'w' : '-'}${hi & KVM_PTE_LEAF_ATTR_HI_XN ? '-' : 'x'}`;
}

/** Permissions of a stage 2 leaf, `rwx` with `-`, and `o` when it has not been accessed. */
export function stage2Perms(lo: number, hi: number): string {
  const r = lo & KVM_PTE_LEAF_ATTR_LO_S2_S2AP_R ? 'r' : '-';
  const w = lo & KVM_PTE_LEAF_ATTR_LO_S2_S2AP_W ? 'w' : '-';
  const x = hi & KVM_PTE_LEAF_ATTR_HI_XN ? '-' : 'x';
  return `${r}${w}${x}${lo & KVM_PTE_LEAF_ATTR_LO_AF ? '' : 'o'}`;
}

class TableDumper {
  private readonly leaves: LeafRun[] = [];
  private readonly hash = new Fnv64();
  /** Attributes of the last run, and the input and output page that would continue it. */
  private lastKey = '';
  private nextInput = -1;
  private nextOutput = -1;
  /** Tables that may still be entered: each page may be one, a few times over. */
  private left: number;

  constructor(
    private readonly machine: Machine,
    private readonly perms: (lo: number, hi: number) => string,
    private readonly name: string,
    private readonly problems: string[],
  ) {
    this.left = 2 * machine.layout.nrPages;
  }

  dump(pgd: number, pgdPages: number, level: number): TableDump {
    if (pgd !== 0) {
      const input = PTRS_PER_PTE * granulePages(level);
      for (let i = 0; i < pgdPages; i++) this.table(pgd - 1 + i, level, i * input);
    }
    return { leaves: this.leaves, hash: this.hash.hex() };
  }

  private table(pfn: number, level: number, input: number): void {
    const { layout, state } = this.machine;
    const page = layout.pageIndex(pfn);
    if (page < 0) return;
    if (this.left-- === 0) this.problems.push(`${this.name}: its tables lead in circles`);
    if (this.left < 0) return;
    const nodes = this.nodesOf(page);
    const frame = layout.frameOf(page);
    const base = frame < state.words.length ? frame : 0;
    if (base === 0 && nodes === NONE) return;
    const granule = granulePages(level);
    const entries = base === 0 ? nodes.length : PTRS_PER_PTE;
    for (let i = 0; i < entries; i++) {
      let lo = base === 0 ? 0 : state.words[base + 2 * i];
      let hi = base === 0 ? 0 : state.words[base + 2 * i + 1];
      if (lo === 0 && hi === 0 && i < nodes.length) {
        lo = nodeAsPteLo(layout, nodes[i]);
        hi = nodeAsPteHi(layout, nodes[i]);
      }
      if (lo === 0 && hi === 0) continue;
      this.hash.add(lo, hi);
      this.hash.add((pfn << 12) | (8 * i), pfn / 0x10_0000);
      if (kvm_pte_table(lo, level))
        this.table(kvm_pte_to_phys(lo, hi), level + 1, input + i * granule);
      else this.leaf(input + i * granule, granule, level, lo, hi);
    }
  }

  /** The node words in the place of a table's first entries; those with no known value are told. */
  private nodesOf(page: number): readonly number[] {
    const { layout, state, vmemmap } = this.machine;
    const node = layout.node + 2 * page;
    const words = [state.words[node], state.words[node + 1]];
    if (words[0] === 0 && words[1] === 0) return NONE;
    const known = (word: number) =>
      !isStruct(word) && nodeAsPteLo(layout, word) !== LIST_HEAD_ADDRESS && word !== LOST_LINK;
    if (words.every(known)) return words;
    const pfn = layout.pfnOf(page).toString(16);
    this.problems.push(`${this.name}: table 0x${pfn} is a ${vmemmap.useOf(page)}`);
    return NONE;
  }

  private leaf(input: number, pages: number, level: number, lo: number, hi: number): void {
    const valid = kvm_pte_valid(lo);
    const output = valid ? kvm_pte_to_phys(lo, hi) : -1;
    const owner = (lo & KVM_INVALID_PTE_OWNER_MASK) >> KVM_INVALID_PTE_OWNER_SHIFT;
    const perms = this.perms(lo, hi);
    const state = PAGE_STATE_NAMES[pteStateBits(hi)];
    const key = valid ? `${level} ${perms} ${state}` : `${level} owner ${owner}`;
    if (key === this.lastKey && input === this.nextInput && output === this.nextOutput) {
      this.leaves[this.leaves.length - 1][1] += pages;
    } else if (valid) {
      this.leaves.push([input.toString(16), pages, level, output.toString(16), perms, state]);
    } else {
      this.leaves.push([input.toString(16), pages, level, 'owner', owner]);
    }
    this.lastKey = key;
    this.nextInput = input + pages;
    this.nextOutput = valid ? output + pages : -1;
  }
}

const NONE: readonly number[] = [];

/** 64-bit FNV-1a over 64-bit values, in two halves. */
class Fnv64 {
  private lo = 0x8422_2325;
  private hi = 0xcbf2_9ce4;

  /** Takes in a value given as two halves. */
  add(lo: number, hi: number): void {
    const xl = (this.lo ^ lo) >>> 0;
    const xh = (this.hi ^ hi) >>> 0;
    const low = xl * 0x1b3;
    this.lo = low >>> 0;
    this.hi = (xh * 0x1b3 + Math.floor(low / 2 ** 32) + ((xl << 8) >>> 0)) >>> 0;
  }

  hex(): string {
    return this.hi.toString(16).padStart(8, '0') + this.lo.toString(16).padStart(8, '0');
  }
}
