// SPDX-License-Identifier: GPL-2.0-only
/** Holds the pages of a machine to what a trace expects of them. */

import { HANDLE_OFFSET } from '../hyp/layout.js';
import { hostStateOf, hypStateOf } from '../hyp/lookup.js';
import type { Machine } from '../hyp/machine.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';
import { granulePages, kvm_pte_to_phys, kvm_pte_valid } from '../hyp/pte.js';
import type { ExpectedPage, ExpectedState, Frame } from '../trace/expect_state.js';
import { columnsOf } from './decode.js';
import type { Column, Difference } from './divergence.js';
import { forEachGuestLeaf, liveVms } from './ownership.js';

interface Part {
  readonly part: keyof PageNow;
  readonly column: Column;
}

/** What a page is: the parts of it that a trace can expect something of. */
export interface PageNow {
  readonly host: number;
  readonly hyp: number;
  readonly refcount: number;
  readonly shares: number;
  readonly guests: readonly Frame[];
}

/** The parts, as reports name them and in the order they are shown. */
const PARTS = [
  { part: 'host', column: 'host_state' },
  { part: 'hyp', column: 'hyp_s1' },
  { part: 'refcount', column: 'refcount' },
  { part: 'shares', column: 'host_share_guest_count' },
  { part: 'guests', column: 'guest_s2' },
] as const satisfies readonly Part[];

/** A page of a machine. It must be within a memory region. */
export function pageNow(machine: Machine, pfn: number): PageNow {
  const page = machine.layout.pageIndex(pfn);
  return {
    host: hostStateOf(machine, pfn),
    hyp: hypStateOf(machine, pfn),
    refcount: page < 0 ? 0 : machine.vmemmap.refcount(page),
    shares: page < 0 ? 0 : machine.vmemmap.shareCount(page),
    guests: guestFramesOf(machine, pfn),
  };
}

/** Every guest frame that maps a page, by handle and frame. */
function guestFramesOf(machine: Machine, pfn: number): Frame[] {
  const frames: Frame[] = [];
  for (const slot of liveVms(machine)) {
    forEachGuestLeaf(machine, slot, (input, level, lo, hi) => {
      if (!kvm_pte_valid(lo)) return;
      const offset = pfn - kvm_pte_to_phys(lo, hi);
      if (offset < 0 || offset >= granulePages(level)) return;
      frames.push({ vm: HANDLE_OFFSET + slot, gfn: input + offset });
    });
  }
  return frames;
}

/** What is expected of one implementation. */
export function pagesExpectedOf(
  { all, byImplementation }: ExpectedState,
  implementation: string,
): readonly ExpectedPage[] {
  const own = byImplementation.get(implementation);
  return own === undefined ? all : [...all, ...own];
}

/** What is unmet of an expectation of state, of two sides. */
export interface UnmetState {
  /** What was expected of each side that has something else; undefined of one that has not. */
  readonly expected: readonly [string | undefined, string | undefined];
  /** What such a side has instead; of the other the outcome of the operation. */
  readonly outcomes: readonly [string, string];
  readonly columns: readonly Column[];
  /** What the sides have of it. */
  readonly differences: readonly Difference[];
}

/**
 * Holds two machines to an expectation; undefined if both meet it, or are not there.
 * @param outcomes of the operation: told of a side that has what was expected
 */
export function unmetState(
  expected: ExpectedState,
  machines: readonly [Machine | undefined, Machine | undefined],
  names: readonly [string, string],
  outcomes: readonly [string, string],
): UnmetState | undefined {
  const [first, second] = machines.map((machine, side) =>
    machine === undefined ? [] : unmetOf(machine, pagesExpectedOf(expected, names[side])),
  );
  const parts = new Map(
    [...first, ...second].map((unmet) => [`${unmet.pfn} ${unmet.column}`, unmet]),
  );
  if (parts.size === 0) return undefined;
  const differences = [...parts.values()].map(({ pfn, part, column }) => {
    const [has, other] = machines.map((machine) =>
      machine === undefined ? '(ended)' : partText(part, pageNow(machine, pfn)),
    );
    return { column, subject: pageText(pfn), first: has, second: other };
  });
  return {
    expected: [joined(first, 'wanted'), joined(second, 'wanted')],
    outcomes: [joined(first, 'has') ?? outcomes[0], joined(second, 'has') ?? outcomes[1]],
    columns: columnsOf(differences),
    differences,
  };
}

/** A part of a page that is not what it was expected to be. */
interface UnmetPart extends Part {
  readonly pfn: number;
  readonly wanted: string;
  readonly has: string;
}

function unmetOf(machine: Machine, pages: readonly ExpectedPage[]): UnmetPart[] {
  return pages.flatMap((page) => {
    const now = pageNow(machine, page.pfn);
    return unmetParts(machine, page).map((part) => ({
      ...part,
      pfn: page.pfn,
      wanted: `${pageText(page.pfn)}: ${partText(part.part, page)}`,
      has: `${pageText(page.pfn)}: ${partText(part.part, now)}`,
    }));
  });
}

function joined(parts: readonly UnmetPart[], key: 'wanted' | 'has'): string | undefined {
  return parts.length === 0 ? undefined : parts.map((part) => part[key]).join('; ');
}

function pageText(pfn: number): string {
  return `page 0x${pfn.toString(16)}`;
}

function unmetParts(machine: Machine, expected: ExpectedPage): Part[] {
  const now = pageNow(machine, expected.pfn);
  return PARTS.filter(({ part }) => {
    const wanted = expected[part];
    if (wanted === undefined) return false;
    if (typeof wanted === 'number') return wanted !== now[part];
    return framesText(wanted) !== framesText(now.guests);
  });
}

/** `host OWNED`, `refcount 1`, `guests 0x1000:0x10, 0x1000:0x11`. */
function partText(part: keyof PageNow, page: PageNow | ExpectedPage): string {
  const value = page[part];
  if (part === 'guests') return `guests ${framesText(page.guests ?? [])}`;
  if (part === 'shares') return `host_share_guest_count ${value}`;
  return part === 'refcount' ? `refcount ${value}` : `${part} ${PAGE_STATE_NAMES[Number(value)]}`;
}

function framesText(frames: readonly Frame[]): string {
  if (frames.length === 0) return 'none';
  return frames
    .toSorted((a, b) => a.vm - b.vm || a.gfn - b.gfn)
    .map(({ vm, gfn }) => `0x${vm.toString(16)}:0x${gfn.toString(16)}`)
    .join(', ');
}
