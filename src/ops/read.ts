// SPDX-License-Identifier: GPL-2.0-only
/** Parameters of a validated operation to the numbers of its `Op`: those that are no u64. */

import {
  offsetInPage,
  pageNumber,
  pageOfAddress,
  rightsNumber,
  type U64,
  unsignedInt,
} from './numbers.js';

/** Page states by name, as `poke` and the state dump write them (enum pkvm_page_state). */
export const PAGE_STATE = { OWNED: 0, SHARED_OWNED: 1, SHARED_BORROWED: 2, NOPAGE: 4 } as const;

/** What stands for a parameter that was left out. */
export const LEFT_OUT = -1;

export function pageState(name: keyof typeof PAGE_STATE | undefined): number {
  return name === undefined ? LEFT_OUT : PAGE_STATE[name];
}

export function optionalInt(value: U64 | undefined): number {
  return value === undefined ? LEFT_OUT : unsignedInt(value);
}

export function flag(value: boolean): number {
  return value ? 1 : 0;
}

/** Stands for rights with a bit outside RWX. */
export const OUTSIDE_RWX = 8;

/** Rights within RWX, or OUTSIDE_RWX. */
export function protection(value: U64): number {
  const number = Number(rightsNumber(value));
  return number < OUTSIDE_RWX ? number + 0 : OUTSIDE_RWX;
}

/** An FF-A range as a trace writes it. */
export interface WrittenRange {
  readonly address: U64;
  readonly pg_cnt: U64;
}

export function rangeList(ranges: readonly WrittenRange[]): number[] {
  const list: number[] = [];
  for (const range of ranges) list.push(pageOfAddress(range.address), unsignedInt(range.pg_cnt));
  return list;
}

export function pageList(pages: readonly U64[] | undefined): number[] | undefined {
  return pages?.map(pageNumber);
}

/** `bit`, unless the address is page-aligned. */
export function unaligned(address: U64, bit: number): number {
  return offsetInPage(address) === 0 ? 0 : bit;
}
