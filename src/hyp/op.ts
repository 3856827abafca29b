// SPDX-License-Identifier: GPL-2.0-only
/**
 * Operations as the machine runs them: a code and at most six numbers, all of them already
 * reduced to page numbers modulo 2^52 or to the width of the C parameter they stand for.
 */

/** Operation codes, in the order the model text describes the operations. */
export const OpCode = {
  __pkvm_host_share_hyp: 0,
  __pkvm_host_unshare_hyp: 1,
  __pkvm_host_donate_hyp: 2,
  __pkvm_hyp_donate_host: 3,
  __pkvm_host_share_ffa: 4,
  __pkvm_host_unshare_ffa: 5,
  hyp_pin_shared_mem: 6,
  hyp_unpin_shared_mem: 7,
  handle_host_mem_abort: 8,
  ffa_host_share_ranges: 9,
  ffa_host_unshare_ranges: 10,
  __pkvm_init_vm: 11,
  __pkvm_init_vcpu: 12,
  __pkvm_vcpu_load: 13,
  __pkvm_vcpu_put: 14,
  __pkvm_host_share_guest: 15,
  __pkvm_host_unshare_guest: 16,
  __pkvm_host_wrprotect_guest: 17,
  __pkvm_host_test_clear_young_guest: 18,
  __pkvm_host_relax_perms_guest: 19,
  __pkvm_host_mkyoung_guest: 20,
  __pkvm_teardown_vm: 21,
  poke: 22,
} as const;

export type OpName = keyof typeof OpCode;

/** Operation names by code. */
export const OP_NAMES = Object.keys(OpCode) as OpName[];

/** `vmUnaligned` and `pgdUnaligned` of `__pkvm_init_vm`, `vcpuUnaligned` of `__pkvm_init_vcpu`. */
export const UNALIGNED_FIRST = 1;
export const UNALIGNED_SECOND = 2;

/**
 * One operation. "Page" is a page number modulo 2^52, "count" a number of pages modulo 2^52.
 *
 * | operation | a | b | c | d | e | f | list |
 * |---|---|---|---|---|---|---|---|
 * | share_hyp, unshare_hyp | page | | | | | | |
 * | donate_hyp, hyp_donate_host, share_ffa, unshare_ffa | page | count | | | | | |
 * | pin, unpin | first page | page after the last | | | | | |
 * | handle_host_mem_abort | page | | | | | | |
 * | ffa ranges | | | | | | | page, count, page, count, ... |
 * | init_vm | host_kvm page | nr_vcpus (u32) | vm page | pgd page | UNALIGNED_ bits | | |
 * | init_vcpu | handle (u32) | host_vcpu page | vcpu_idx (u32) | vcpu page | UNALIGNED_FIRST or 0 | page after host_vcpu | |
 * | vcpu_load | handle (u32) | vcpu_idx (u32) | | | | | |
 * | share_guest | page | gfn | prot (8 = outside RWX) | | | | memcache pages, head first |
 * | unshare_guest, wrprotect | handle (u32) | gfn | | | | | |
 * | test_clear_young | handle (u32) | gfn | mkold 0 or 1 | | | | |
 * | relax_perms | | gfn | prot (8 = outside RWX) | | | | |
 * | mkyoung | | gfn | | | | | |
 * | teardown_vm | handle (u32) | | | | | | |
 * | poke (-1 = leave alone) | page | host_state | refcount | host_share_guest_count | hyp_state | | |
 */
export class Op {
  constructor(
    readonly code: number,
    readonly a = 0,
    readonly b = 0,
    readonly c = 0,
    readonly d = 0,
    readonly e = 0,
    readonly f = 0,
    readonly list: readonly number[] = NO_LIST,
  ) {}
}

const NO_LIST: readonly number[] = [];

/** One memory region: first page number and length in pages. */
export interface MemoryRegion {
  readonly pfn: number;
  readonly pages: number;
  readonly nomap: boolean;
}

/** What a machine is built from. Page numbers and counts, never bytes. */
export interface MachineConfig {
  readonly nvhe_el2_debug: boolean;
  readonly share_guest_warn: boolean;
  readonly memory: readonly MemoryRegion[];
  readonly carveout: {
    readonly pfn: number;
    readonly hpool_pages: number;
    readonly host_s2_pages: number;
  };
}
