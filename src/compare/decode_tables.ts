// SPDX-License-Identifier: GPL-2.0-only
/** Which table a page is, and what a descriptor in it says, on each side. */

import { stage1Perms, stage2Perms } from '../hyp/dump_tables.js';
import { HANDLE_OFFSET } from '../hyp/layout.js';
import type { Machine } from '../hyp/machine.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';
import {
  granulePages,
  KVM_INVALID_PTE_LOCKED,
  KVM_INVALID_PTE_OWNER_MASK,
  KVM_INVALID_PTE_OWNER_SHIFT,
  KVM_PGTABLE_LAST_LEVEL,
  kvm_pte_table,
  kvm_pte_to_phys,
  kvm_pte_valid,
  pteStateBits,
} from '../hyp/pte.js';
import type { Column, Difference } from './divergence.js';
import { forEachGuestLeaf, forEachHostLeaf, forEachHypLeaf, liveVms } from './ownership.js';
import { pagesText } from './page_runs.js';

/** Which page table. */
export type Stage = 'hyp_s1' | 'host_s2' | 'guest_s2';

/** Where a table page stands. */
export interface TablePlace {
  readonly stage: Stage;
  /** `hyp stage 1`, `host stage 2`, `VM 0x1000 stage 2` */
  readonly name: string;
  readonly level: number;
  /** First page number the table translates. */
  readonly input: number;
}

/** What the output addresses of neighbouring page entries differ by, in the low word. */
const ONE_PAGE = 4096;

interface EntryRun {
  readonly column: Column;
  readonly name: string;
  readonly first: string;
  readonly second: string;
  readonly start: number;
  end: number;
  readonly shape: string;
}

export class TableIndex {
  private places: Map<number, TablePlace> | undefined;
  private readonly runs: EntryRun[] = [];
  private lastPtep = -1;
  private lastPage = -1;
  private lastPlace: TablePlace | undefined;
  private readonly unknown = new Map<number, number>();

  constructor(
    private readonly a: Machine,
    private readonly b: Machine,
  ) {}

  /** ` (hyp stage 1 level 3 table)` for a page that is a table on either side, else nothing. */
  tableNote(page: number): string {
    const place = this.placeOf(page);
    return place ? ` (${place.name} level ${place.level} table)` : '';
  }

  /** Takes in a differing word of a page's contents, in ascending order. */
  contentsWord(page: number, word: number): void {
    const place = this.placeOf(page);
    if (!place) {
      this.unknown.set(page, (this.unknown.get(page) ?? 0) + 1);
      return;
    }
    const base = this.a.layout.frameOf(page);
    const index = (word - base) >> 1;
    const ptep = base + 2 * index;
    if (ptep === this.lastPtep) return;
    const isNext = ptep === this.lastPtep + 2 && index > 0;
    this.lastPtep = ptep;
    if (isNext && place.level === KVM_PGTABLE_LAST_LEVEL && this.goesOn(ptep)) {
      this.runs[this.runs.length - 1].end++;
      return;
    }
    this.entry(place, ptep, place.input + index * granulePages(place.level));
  }

  finish(): Difference[] {
    const entries = this.runs.map((run) => ({
      column: run.column,
      subject: `${run.name} ${pagesText(run.start, run.end)}`,
      first: run.first,
      second: run.second,
    }));
    const contents = [...this.unknown].map(([page, count]) => ({
      column: 'contents' as const,
      subject: `contents of page 0x${this.a.layout.pfnOf(page).toString(16)}`,
      first: `${count} words`,
      second: `${count} other words`,
    }));
    return [...entries, ...contents];
  }

  /** Does a page entry say on both sides what the one before it does, of the next page? */
  private goesOn(ptep: number): boolean {
    return nextEntry(this.a.state.words, ptep) && nextEntry(this.b.state.words, ptep);
  }

  private entry(place: TablePlace, ptep: number, input: number): void {
    const pages = granulePages(place.level);
    const first = describeEntry(
      place,
      input,
      this.a.state.words[ptep],
      this.a.state.words[ptep + 1],
    );
    const second = describeEntry(
      place,
      input,
      this.b.state.words[ptep],
      this.b.state.words[ptep + 1],
    );
    const shape = `${first.shape}|${second.shape}`;
    const last = this.runs[this.runs.length - 1];
    if (last && last.name === place.name && last.end === input && last.shape === shape) {
      last.end += pages;
      return;
    }
    this.runs.push({
      column: place.stage,
      name: place.name,
      first: first.text,
      second: second.text,
      start: input,
      end: input + pages,
      shape,
    });
  }

  private placeOf(page: number): TablePlace | undefined {
    if (!this.places) {
      this.places = new Map();
      indexTables(this.b, this.places);
      indexTables(this.a, this.places);
    }
    if (page !== this.lastPage) {
      this.lastPage = page;
      this.lastPlace = this.places.get(page);
    }
    return this.lastPlace;
  }
}

/** Notes where every table page of a machine stands, by page index. */
export function indexTables(machine: Machine, places: Map<number, TablePlace>): void {
  const note = (stage: Stage, name: string) => (page: number, level: number, input: number) => {
    places.set(page, { stage, name, level, input });
  };
  forEachHypLeaf(machine, undefined, note('hyp_s1', 'hyp stage 1'));
  forEachHostLeaf(machine, undefined, note('host_s2', 'host stage 2'));
  for (const slot of liveVms(machine)) {
    forEachGuestLeaf(machine, slot, undefined, note('guest_s2', guestStageName(slot)));
  }
}

/** `VM 0x1000 stage 2` */
export function guestStageName(slot: number): string {
  return `VM 0x${(HANDLE_OFFSET + slot).toString(16)} stage 2`;
}

/** A descriptor in words, and what of it is the same for the next page of a run. */
export function describeEntry(
  place: TablePlace,
  input: number,
  lo: number,
  hi: number,
): { text: string; shape: string } {
  if (lo === 0 && hi === 0) return same('none');
  if (!kvm_pte_valid(lo)) {
    if (lo & KVM_INVALID_PTE_LOCKED) return same('locked');
    return same(`owner ${(lo & KVM_INVALID_PTE_OWNER_MASK) >> KVM_INVALID_PTE_OWNER_SHIFT}`);
  }
  const output = kvm_pte_to_phys(lo, hi);
  const target = `0x${output.toString(16)}`;
  if (kvm_pte_table(lo, place.level)) {
    return { text: `table ${target}`, shape: `table ${output}` };
  }
  const perms = place.stage === 'hyp_s1' ? stage1Perms(lo, hi) : stage2Perms(lo, hi);
  const attributes = `${perms} ${PAGE_STATE_NAMES[pteStateBits(hi)]}`;
  return { text: `-> ${target} ${attributes}`, shape: `${output - input} ${attributes}` };
}

/** Is an entry the one before it, or what that is for the next page? */
function nextEntry(words: Int32Array, ptep: number): boolean {
  const before = words[ptep - 2];
  if (words[ptep + 1] !== words[ptep - 1]) return false;
  if (!kvm_pte_valid(before)) return words[ptep] === before;
  return words[ptep] >>> 0 === (before >>> 0) + ONE_PAGE;
}

function same(text: string): { text: string; shape: string } {
  return { text, shape: text };
}
