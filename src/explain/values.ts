// SPDX-License-Identifier: GPL-2.0-only
/**
 * Arguments and results as the kernel has them: addresses and sizes in bytes, in hex. The machine
 * computes with page numbers (hyp/numbers.ts), so three zeros make an address of one.
 */

import {
  HANDLE_OFFSET,
  HOST_S2_POOL,
  HPOOL,
  type Layout,
  VM_TABLE,
  VM_WORDS,
} from '../hyp/layout.js';
import { HYP_VA_OFFSET, PFN_SPACE } from '../hyp/numbers.js';
import { outcomeText } from '../hyp/outcome.js';
import { PAGE_STATE_NAMES, PKVM_ID_FFA, PKVM_ID_HOST, PKVM_ID_HYP } from '../hyp/page_state.js';
import type { KvmPgtable, PgtableWalk } from '../hyp/pgtable.js';

/** What a number or object stands for. */
export type ValueKind =
  | 'pfn'
  | 'gfn'
  | 'phys'
  | 'virt'
  /** A page number in the input space of the page table before it. */
  | 'input'
  | 'size'
  | 'count'
  | 'state'
  | 'prot'
  | 'owner'
  | 'level'
  | 'bool'
  | 'errno'
  | 'handle'
  | 'slot'
  | 'vcpu'
  /** Index of a page among all pages. */
  | 'page'
  | 'pool'
  | 'pgt'
  /** A walk: the input address and the level it has come to. */
  | 'walk'
  | 'walkVirt'
  | 'share'
  | 'donation'
  | 'tx'
  | 'void'
  | '-';

const OWNERS: Readonly<Record<number, string>> = {
  [PKVM_ID_HOST]: 'PKVM_ID_HOST',
  [PKVM_ID_HYP]: 'PKVM_ID_HYP',
  [PKVM_ID_FFA]: 'PKVM_ID_FFA',
};

/** The arguments of a call, without those its kinds leave out. */
export function argsText(
  kinds: readonly ValueKind[],
  args: readonly unknown[],
  layout: Layout,
): string {
  const shown: string[] = [];
  kinds.forEach((kind, i) => {
    if (kind !== '-') shown.push(valueText(kind, args[i], layout, args));
  });
  return shown.join(', ');
}

/** One argument or result. */
export function valueText(
  kind: ValueKind,
  value: unknown,
  layout: Layout,
  args: readonly unknown[] = [],
): string {
  if (typeof value === 'number') return numberText(kind, value, layout, args);
  if (typeof value === 'boolean') return String(value);
  if (kind === 'pgt') return pgtText(value as KvmPgtable);
  if (kind === 'walk') return walkText(value as PgtableWalk, address);
  if (kind === 'walkVirt') return walkText(value as PgtableWalk, hypAddress);
  return kind === 'void' ? '' : `&${kind}`;
}

function numberText(
  kind: ValueKind,
  value: number,
  layout: Layout,
  args: readonly unknown[],
): string {
  switch (kind) {
    case 'pfn':
    case 'gfn':
    case 'handle':
      return hex(value);
    case 'phys':
    case 'size':
      return address(value);
    case 'virt':
      return hypAddress(value);
    case 'input':
      return (args[0] as KvmPgtable).offset === 0 ? address(value) : hypAddress(value);
    case 'page':
      return value < 0 ? 'NULL' : address(layout.pfnOf(value));
    case 'state':
      return PAGE_STATE_NAMES[value] ?? String(value);
    case 'prot':
      return protText(value);
    case 'owner':
      return OWNERS[value] ?? String(value);
    case 'pool':
      return poolText(value);
    case 'level':
      return `level ${value}`;
    case 'slot':
      return value < 0 ? 'NULL' : hex(HANDLE_OFFSET + value);
    case 'vcpu':
      return value === 0 ? 'NULL' : 'vcpu';
    case 'errno':
      return outcomeText(value);
    default:
      return value < 0x1000 ? String(value) : hex(value);
  }
}

/** Any number in hex. */
export function hex(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** The byte address of a page number modulo 2^52. */
export function address(page: number): string {
  if (page === 0) return '0x0';
  return page < 0 ? `-${address(-page)}` : `0x${page.toString(16)}000`;
}

/** The byte address of a hyp virtual page number, which counts from the start of the linear map. */
export function hypAddress(virt: number): string {
  const page = virt + HYP_VA_OFFSET;
  return address(page >= PFN_SPACE ? page - PFN_SPACE : page);
}

/** `RW`, `RW SHARED_BORROWED`: permissions with the page state in their software bits. */
function protText(prot: number): string {
  const rwx = `${prot & 4 ? 'R' : ''}${prot & 2 ? 'W' : ''}${prot & 1 ? 'X' : ''}` || '0';
  const state = (prot >> 8) & 3;
  return state === 0 ? rwx : `${rwx}|${PAGE_STATE_NAMES[state]}`;
}

/** `hpool`, `host_s2_pool`, `VM 0x1000 pool` by the pool's first word. */
export function poolText(pool: number): string {
  if (pool === HPOOL) return '&hpool';
  if (pool === HOST_S2_POOL) return '&host_s2_pool';
  return `&vm ${hex(slotOfWord(pool) + HANDLE_OFFSET)}.pool`;
}

function walkText({ addr, level }: PgtableWalk, text: (page: number) => string): string {
  return `${text(addr)}, level ${level}`;
}

function pgtText(pgt: KvmPgtable): string {
  if (pgt.offset !== 0) return '&pkvm_pgtable';
  return pgt.isHost ? '&host_mmu.pgt' : `&vm ${hex(slotOfWord(pgt.pool) + HANDLE_OFFSET)}.pgt`;
}

/** The VM slot whose record or pool a word belongs to. */
export function slotOfWord(word: number): number {
  return Math.floor((word - VM_TABLE) / VM_WORDS);
}
