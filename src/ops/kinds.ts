// SPDX-License-Identifier: GPL-2.0-only
/**
 * Kinds of parameters: how a trace writes them, which number they become, and what they mean. Like
 * the table of operations this is read by scripts/generate.mjs and so imports nothing at run time.
 */

type Traced = 'pfn' | 'gfn' | 'count' | 'phys' | 'handle' | 'prot' | 'bool' | '-';

/** How a parameter of a kind is written, read and shown. */
export interface KindOfParameter {
  /** The JSON Schema of the parameter as a trace writes it. */
  readonly schema: object;
  /** The function that makes a number of it: of numbers.ts or read.ts. */
  readonly read: string;
  /** How canonical form writes the number. */
  readonly form: 'hex' | 'count' | 'plain';
  /** How `explain` shows the arguments that the C function gets for it. */
  readonly traced: readonly Traced[];
}

function kind(
  schema: string | object,
  read: string,
  form: KindOfParameter['form'],
  ...traced: Traced[]
): KindOfParameter {
  const definition = typeof schema === 'string' ? { $ref: `#/$defs/${schema}` } : schema;
  return { schema: definition, read, form, traced };
}

const listOf = (items: string) => ({ type: 'array', items: { $ref: `#/$defs/${items}` } });

export const KINDS = {
  /** A physical page number; of several pages, the first. */
  page: kind('pageNumber', 'pageNumber', 'hex', 'pfn'),
  /** A guest page number. */
  gfn: kind('pageNumber', 'pageNumber', 'hex', 'gfn'),
  /** How many pages there are from `page` on. */
  count: kind('pageCount', 'pageNumber', 'count', 'count'),
  /** The byte address that a range of pages starts at: the page it is in. */
  from: kind('address', 'pageOfAddress', 'hex', 'phys'),
  /** The byte address that the range ends before: the page after the last. */
  to: kind('address', 'pageAfterAddress', 'hex', 'phys'),
  /** A byte address: the page it is in. */
  address: kind('address', 'pageOfAddress', 'hex', 'phys'),
  /** The page-aligned byte address of something of the host's. */
  aligned: kind('pageAddress', 'pageOfAddress', 'hex', 'phys'),
  /** The byte address of pages given to the hypervisor; whether it is aligned is a bit beside it. */
  donated: kind('address', 'pageOfAddress', 'hex', 'phys'),
  /** The byte address of something of the host's that may lie in two pages: the first, and beside it the page after the last. */
  object: kind('address', 'pageOfAddress', 'hex', 'phys', 'phys'),
  handle: kind('unsignedInt', 'unsignedInt', 'count', 'handle'),
  /** The index of a vCPU. */
  index: kind('unsignedInt', 'unsignedInt', 'count', 'count'),
  /** How many vCPUs there are. */
  vcpus: kind('unsignedInt', 'unsignedInt', 'count', 'count'),
  /** Access rights: 0 to 7, or 8 for any with a bit outside RWX. */
  prot: kind('protection', 'protection', 'count', 'prot'),
  /** True or false: 1 or 0. */
  flag: kind({ type: 'boolean' }, 'flag', 'plain', 'bool'),
  /** The host's, or hyp's, state of a page; -1: left alone. */
  hostState: kind(
    { enum: ['OWNED', 'SHARED_OWNED', 'SHARED_BORROWED', 'NOPAGE'] },
    'pageState',
    'plain',
    '-',
  ),
  hypState: kind({ enum: ['OWNED', 'SHARED_BORROWED', 'NOPAGE'] }, 'pageState', 'plain', '-'),
  /** A number to write; -1: left alone. */
  u16: kind('u16', 'optionalInt', 'count', '-'),
  u32: kind('u32', 'optionalInt', 'count', '-'),
  /** Physical page numbers: the list. */
  pages: kind(listOf('pageNumber'), 'pageList', 'plain', '-'),
  /** FF-A ranges: the list, as page, count, page, count, ... */
  ranges: kind(listOf('ffaRange'), 'rangeList', 'plain', '-'),
} satisfies Record<string, KindOfParameter>;

export type Kind = keyof typeof KINDS;

/** One parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly kind: Kind;
  /** What it is, for the schema and the documentation. */
  readonly about: string;
  /** A trace may leave it out. */
  readonly isOptional?: true;
  /** Of a donated address: how many pages, given how many vCPUs the operation announces. */
  readonly pages?: (vcpus: number) => number;
  /** The one value that exploration tries, of a parameter that is no page, frame or VM. */
  readonly tried?: number;
}
