// SPDX-License-Identifier: GPL-2.0-only
/** The pages an operation is about: physical ones, and the guest page it names. */

import type { Op } from '../hyp/op.js';
import { numberAt, operationOf, withList, withNumbers } from './op_numbers.js';
import { LIST, NO_SLOT, OPERATIONS, type Operation, type PlacedParameter } from './slots.js';

/** Kinds of parameters that name physical pages. */
const NAMES_PAGES: ReadonlySet<string> = new Set([
  'page',
  'from',
  'address',
  'aligned',
  'donated',
  'object',
  'pages',
  'ranges',
]);

function slotOfKind({ parameters }: Operation, kind: string): number {
  return parameters.find((parameter) => parameter.kind === kind)?.slot ?? NO_SLOT;
}

const FIRST_PAGE: Int8Array = Int8Array.from(OPERATIONS, ({ parameters, firstPage }) => {
  const first = parameters.find(({ name, kind }) =>
    firstPage === undefined ? NAMES_PAGES.has(kind) : name === firstPage,
  );
  return first?.slot ?? NO_SLOT;
});
const PAGE_NUMBER = Int8Array.from(OPERATIONS, (operation) => slotOfKind(operation, 'page'));
const LISTS_PAGES = Uint8Array.from(OPERATIONS, ({ parameters }) =>
  parameters.some(({ kind }) => kind === 'pages') ? 1 : 0,
);
const HANDLE = Int8Array.from(OPERATIONS, (operation) => slotOfKind(operation, 'handle'));
const FRAME = Int8Array.from(OPERATIONS, (operation) => slotOfKind(operation, 'gfn'));

/** The first physical page an operation is about, or -1. */
export function firstPageOf(op: Op): number {
  const slot = FIRST_PAGE[op.code];
  if (slot === NO_SLOT) return -1;
  if (slot === LIST) return op.list.length > 0 ? op.list[0] : -1;
  return numberAt(op, slot);
}

/** The number written as a page number (not as an address) that an operation has, or -1. */
export function pageNumberOf(op: Op): number {
  const slot = PAGE_NUMBER[op.code];
  return slot === NO_SLOT ? -1 : numberAt(op, slot);
}

/** The page numbers in the list of an operation; none of ranges, which are addresses. */
export function listedPageNumbers(op: Op): readonly number[] {
  return op.list.length > 0 && LISTS_PAGES[op.code] === 1 ? op.list : [];
}

/** The guest page number an operation names, or -1. */
export function guestPageOf(op: Op): number {
  const slot = FRAME[op.code];
  return slot === NO_SLOT ? -1 : numberAt(op, slot);
}

/** The handle of the VM an operation names, or -1: it may be about the loaded vCPU's. */
export function handleOf(op: Op): number {
  const slot = HANDLE[op.code];
  return slot === NO_SLOT ? -1 : numberAt(op, slot);
}

/** Pages [start, end) that an operation is about. */
export interface PageRange {
  readonly start: number;
  readonly end: number;
}

/** At least one page, also where an operation is about none or ends before it starts. */
function range(start: number, pages: number): PageRange {
  return { start, end: start + Math.max(1, pages) };
}

/** Every range of physical pages an operation names, in the order of its parameters. */
export function pageRanges(op: Op): PageRange[] {
  const operation = operationOf(op);
  return operation.parameters.flatMap((parameter) => {
    if (!NAMES_PAGES.has(parameter.kind)) return [];
    if (parameter.kind === 'pages') return op.list.map((page) => range(page, 1));
    if (parameter.kind === 'ranges') {
      return op.list.flatMap((page, i) => (i % 2 === 0 ? [range(page, op.list[i + 1])] : []));
    }
    return [range(numberAt(op, parameter.slot), pagesFrom(op, operation, parameter))];
  });
}

/** How many pages there are from the one that a parameter names on. */
function pagesFrom(op: Op, operation: Operation, { kind, slot, end, pages }: PlacedParameter) {
  if (kind === 'object') return numberAt(op, end) - numberAt(op, slot);
  if (kind === 'from') return numberAt(op, slotOfKind(operation, 'to')) - numberAt(op, slot);
  const sizes = slotOfKind(operation, kind === 'donated' ? 'vcpus' : 'count');
  const size = sizes === NO_SLOT ? 1 : numberAt(op, sizes);
  if (pages !== undefined) return pages(size);
  return kind === 'page' ? size : 1;
}

/** Gives each page another one: of a range, by its first page. */
export type PageMap = (page: number) => number;

/** The operation on other physical pages: of a range, from the image of its first on. */
export function mapPages(op: Op, map: PageMap): Op {
  const operation = operationOf(op);
  const changes: [slot: number, number: number][] = [];
  let { list } = op;
  for (const { kind, slot, end } of operation.parameters) {
    if (!NAMES_PAGES.has(kind)) continue;
    if (slot === LIST) {
      list = kind === 'pages' ? list.map(map) : list.map((n, i) => (i % 2 === 0 ? map(n) : n));
      continue;
    }
    const page = numberAt(op, slot);
    changes.push([slot, map(page)]);
    const after = kind === 'from' ? slotOfKind(operation, 'to') : end;
    if (after !== NO_SLOT) changes.push([after, map(page) + (numberAt(op, after) - page)]);
  }
  const mapped = withNumbers(op, changes);
  return list === op.list ? mapped : withList(mapped, list);
}

/** The operation on another guest page. */
export function mapGuestPage(op: Op, map: PageMap): Op {
  const slot = FRAME[op.code];
  return slot === NO_SLOT ? op : withNumbers(op, [[slot, map(numberAt(op, slot))]]);
}

/**
 * The operation with every page renamed; undefined where the pages of one range are no range any
 * more. A range without pages goes where its first page does.
 */
export function renamePages(op: Op, page: PageMap): Op | undefined {
  const firsts = new Map<number, number>();
  for (const { start, end } of pageRanges(op)) {
    let least = page(start);
    let most = least;
    for (let pfn = start + 1; pfn < end; pfn++) {
      least = Math.min(least, page(pfn));
      most = Math.max(most, page(pfn));
    }
    if (most - least !== end - start - 1) return undefined;
    firsts.set(start, least);
  }
  return mapPages(op, (pfn) => firsts.get(pfn) ?? pfn);
}
