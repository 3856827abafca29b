// SPDX-License-Identifier: GPL-2.0-only
/**
 * The parameters of a transition in classes. All that the implementations compute with a page number
 * and a count of pages is listed in `ARITHMETIC`; each line says where its result changes form. Within
 * a class none of them does, so every value of a class goes the same way as its examples. A test holds
 * the list to the source of the implementations.
 */

import type { Operation } from '../branches/index.js';
import { __hyp_va, HYP_VA_END, HYP_VA_OFFSET, PFN_SPACE, wrapVirt } from '../hyp/numbers.js';

/** What an implementation computes with its parameters, and where the result changes form. */
export const ARITHMETIC: readonly { readonly computed: string; readonly turnsAt: string }[] = [
  { computed: '__hyp_va(pfn)', turnsAt: 'pfn = 2^52 - 2^32: the address wraps' },
  { computed: 'wrapVirt(virt + nr_pages)', turnsAt: 'the end reaches 2^64: it wraps' },
  { computed: 'intBytes(unmapped)', turnsAt: '2^19 pages: 2 GiB do not fit in an int' },
  { computed: 'unmapped !== nr_pages', turnsAt: 'all, some, none: an answer, not a parameter' },
];

/** The least number of pages whose bytes do not fit in an int: 2 GiB. */
export const INT_PAGES = 2 ** 19;
/** Pages that a hyp address space of 48 bits has: no walk finds more. */
export const MOST_MAPPED = 2 ** 36;

/** Names of the parts of a class, and their values in the order of size. */
export const PARAMETERS = {
  nr_pages: ['0', '1', '2..2^19-1', '2^19..2^36', '>2^36'],
  address: ['within', 'wraps'],
  end: ['within', 'wraps'],
} as const;

export type Parameter = keyof typeof PARAMETERS;

/** The two parameters of a transition: page number and count of pages; 1 where it takes no count. */
export interface Parameters {
  readonly pfn: number;
  readonly nr_pages: number;
}

/** Values that every implementation treats alike. */
export interface ParameterClass {
  /** The values in one word. */
  readonly name: string;
  readonly values: Readonly<Record<Parameter, string>>;
  /** First, last, and some between. */
  readonly examples: readonly Parameters[];
}

const SINGLE_PAGE: readonly Operation[] = ['__pkvm_host_share_hyp', '__pkvm_host_unshare_hyp'];

export function takesRange(operation: Operation): boolean {
  return !SINGLE_PAGE.includes(operation);
}

/** The values of parameters, and the name of the class they are in. */
export function classOf({ pfn, nr_pages }: Parameters): Omit<ParameterClass, 'examples'> {
  const virt = __hyp_va(pfn);
  const values = {
    nr_pages: PARAMETERS.nr_pages[sizeClass(nr_pages)],
    address: PARAMETERS.address[pfn >= HYP_VA_END ? 1 : 0],
    end: PARAMETERS.end[wrapVirt(virt + nr_pages) === virt + nr_pages ? 0 : 1],
  };
  return { name: Object.values(values).join(' '), values };
}

function sizeClass(nr_pages: number): number {
  if (nr_pages < 2) return nr_pages;
  if (nr_pages < INT_PAGES) return 2;
  return nr_pages <= MOST_MAPPED ? 3 : 4;
}

/** Page numbers at both sides of each turn, and a plain one. */
const PAGES = [0x40100, 0, HYP_VA_END - 1, HYP_VA_END, PFN_SPACE - 1, HYP_VA_END - 2 ** 20];
/** Counts likewise; 300 is more than a byte holds. */
const COUNTS = [
  0,
  1,
  3,
  300,
  INT_PAGES - 1,
  INT_PAGES,
  INT_PAGES + 5,
  2 ** 20 + 7,
  MOST_MAPPED,
  MOST_MAPPED + 1,
  PFN_SPACE - HYP_VA_OFFSET + 3,
  PFN_SPACE - INT_PAGES,
  PFN_SPACE - 1,
];

/** Examples of a class that are tried. */
const EXAMPLES = 3;

/** Every class that an operation's parameters can be in. */
export function classesOf(operation: Operation): ParameterClass[] {
  const found = new Map<string, Omit<ParameterClass, 'examples'> & { examples: Parameters[] }>();
  for (const pfn of PAGES) {
    for (const nr_pages of takesRange(operation) ? COUNTS : [1]) {
      const one = classOf({ pfn, nr_pages });
      const known = found.get(one.name) ?? { ...one, examples: [] };
      found.set(one.name, known);
      known.examples.push({ pfn, nr_pages });
    }
  }
  return [...found.values()].map((one) => ({ ...one, examples: spread(one.examples) }));
}

/** The first, the last and one from the middle. */
function spread(all: readonly Parameters[]): Parameters[] {
  const picked = new Set<Parameters>();
  for (let i = 0; i < EXAMPLES; i++) {
    picked.add(all[Math.round((i * (all.length - 1)) / (EXAMPLES - 1))]);
  }
  return [...picked];
}
