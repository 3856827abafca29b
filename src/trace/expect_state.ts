// SPDX-License-Identifier: GPL-2.0-only
/** Expectations of state: what an operation is to leave pages in, from JSON and back to it. */

import type { MachineConfig } from '../hyp/op.js';
import type { Issue } from '../input/problem.js';
import { pointerToken } from '../input/problem.js';
import type { ExpectState, GuestFrame, PageState } from '../ops/index.js';
import { PAGE_STATE } from '../ops/index.js';
import { canonicalCount, canonicalHex, pageNumber, unsignedInt } from '../ops/numbers.js';

/** What a page is expected to be; what is left out is not looked at. Page numbers, counts. */
export interface ExpectedPage {
  readonly pfn: number;
  /** A `PKVM_` state. */
  readonly host: number | undefined;
  readonly hyp: number | undefined;
  readonly refcount: number | undefined;
  readonly shares: number | undefined;
  /** Exactly the guest frames that map the page. */
  readonly guests: readonly Frame[] | undefined;
}

/** A guest page, by the handle of its VM. */
export interface Frame {
  readonly vm: number;
  readonly gfn: number;
}

/** What is expected of pages after one operation: of every side, and of single ones by name. */
export interface ExpectedState {
  readonly all: readonly ExpectedPage[];
  readonly byImplementation: ReadonlyMap<string, readonly ExpectedPage[]>;
}

type Pages = Readonly<Record<string, PageState>>;

/** The expectation of a validated operation; undefined where it has none. */
export function compileExpectState(expect: ExpectState | undefined): ExpectedState | undefined {
  if (expect === undefined) return undefined;
  const byImplementation = new Map<string, readonly ExpectedPage[]>();
  for (const [key, value] of Object.entries(expect)) {
    if (!isPageKey(key)) byImplementation.set(key, compilePages(value as Pages));
  }
  return { all: compilePages(expect as Pages), byImplementation };
}

/** Whether a key of the expectation is a page: the others are implementations. */
export function isPageKey(key: string): boolean {
  return key.startsWith('0x');
}

/** The pages among the keys, in order. */
function compilePages(pages: Pages): ExpectedPage[] {
  return Object.entries(pages)
    .filter(([key]) => isPageKey(key))
    .map(([pfn, state]) => compilePage(pfn, state))
    .sort((a, b) => a.pfn - b.pfn);
}

function compilePage(pfn: string, state: PageState): ExpectedPage {
  const { host, hyp, refcount, host_share_guest_count, guests } = state;
  return {
    pfn: pageNumber(pfn),
    host: host === undefined ? undefined : PAGE_STATE[host],
    hyp: hyp === undefined ? undefined : PAGE_STATE[hyp],
    refcount: refcount === undefined ? undefined : unsignedInt(refcount),
    shares: host_share_guest_count === undefined ? undefined : unsignedInt(host_share_guest_count),
    guests: guests?.map(({ vm, gfn }) => ({ vm: unsignedInt(vm), gfn: pageNumber(gfn) })),
  };
}

/** The expectations of each operation, by index; undefined if none has one. */
export function compileExpectStates(
  source: readonly { readonly expect_state?: ExpectState }[],
): (ExpectedState | undefined)[] | undefined {
  let states: (ExpectedState | undefined)[] | undefined;
  for (let i = 0; i < source.length; i++) {
    const { expect_state } = source[i];
    if (expect_state === undefined) continue;
    states ??= new Array<ExpectedState | undefined>(source.length).fill(undefined);
    states[i] = compileExpectState(expect_state);
  }
  return states;
}

/** The expectation with its pages in order, then the implementations by name. */
export function canonicalExpectState(expect: ExpectState): Record<string, unknown> {
  const names = Object.keys(expect).filter((key) => !isPageKey(key));
  const pages = Object.entries(expect).filter(([key]) => isPageKey(key));
  return {
    ...canonicalPages(Object.fromEntries(pages) as Pages),
    ...Object.fromEntries(
      names.sort().map((name) => [name, canonicalPages(expect[name] as Pages)]),
    ),
  };
}

function canonicalPages(pages: Pages): Record<string, unknown> {
  const entries = Object.entries(pages).map(([pfn, state]) => [pfn, canonicalPage(state)] as const);
  entries.sort(([a], [b]) => pageNumber(a) - pageNumber(b));
  return Object.fromEntries(entries.map(([pfn, state]) => [canonicalHex(pfn), state]));
}

function canonicalPage({ host, hyp, refcount, host_share_guest_count, guests }: PageState) {
  return {
    ...(host === undefined ? {} : { host }),
    ...(hyp === undefined ? {} : { hyp }),
    ...(refcount === undefined ? {} : { refcount: canonicalCount(refcount) }),
    ...(host_share_guest_count === undefined
      ? {}
      : { host_share_guest_count: canonicalCount(host_share_guest_count) }),
    ...(guests === undefined ? {} : { guests: guests.map(canonicalFrame) }),
  };
}

function canonicalFrame({ vm, gfn }: GuestFrame): GuestFrame {
  return { vm: canonicalCount(vm), gfn: canonicalHex(gfn) };
}

/** Expected pages that are in no memory, or named twice, by pointer into the trace. */
export function expectStateIssues(
  source: readonly { readonly expect_state?: ExpectState }[],
  { memory }: MachineConfig,
): Issue[] {
  const issues: Issue[] = [];
  const check = (pages: Pages, pointer: string) => {
    const seen = new Set<number>();
    for (const key of Object.keys(pages).filter(isPageKey)) {
      const pfn = pageNumber(key);
      const at = `${pointer}/${pointerToken(key)}`;
      if (!memory.some((region) => pfn >= region.pfn && pfn < region.pfn + region.pages)) {
        issues.push({ pointer: at, message: `page ${canonicalHex(key)} is in no memory region` });
      } else if (seen.has(pfn)) {
        issues.push({ pointer: at, message: `page ${canonicalHex(key)} is named twice` });
      }
      seen.add(pfn);
    }
  };
  source.forEach(({ expect_state }, index) => {
    if (expect_state === undefined) return;
    const pointer = `/ops/${index}/expect_state`;
    check(expect_state as Pages, pointer);
    for (const [key, pages] of Object.entries(expect_state)) {
      if (!isPageKey(key)) check(pages as Pages, `${pointer}/${pointerToken(key)}`);
    }
  });
  return issues;
}
