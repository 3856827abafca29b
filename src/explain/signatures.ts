// SPDX-License-Identifier: GPL-2.0-only
/**
 * The kernel functions that are traced, and how their arguments and results are shown. A function of
 * the model that is `static inline` or a macro in C is not one of them.
 */

import { KINDS, OPERATIONS, type Operation } from '../ops/index.js';
import type { ValueKind } from './values.js';

export interface Signature {
  /** The name shown, where it is not the method's. */
  readonly shown: string;
  readonly args: readonly ValueKind[];
  readonly result: ValueKind;
}

/**
 * `name(kinds of the arguments): kind of the result`. `component.name` stands before `name`;
 * `-` leaves an argument out; `= other` is the name shown. The functions that operations stand for are
 * in the table of operations; of sharing with a guest only the pages are shown.
 */
const TABLE = `
check_share(share): errno
__do_share(share): errno
do_share(share): errno
check_unshare(share): errno
__do_unshare(share): errno
do_unshare(share): errno
check_donation(donation): errno
__do_donate(donation): errno
do_donate(donation): errno

host_request_owned_transition(- tx): errno
host_request_unshare(- tx): errno
host_initiate_share(- tx): errno
host_initiate_unshare(- tx): errno
host_initiate_donation(- tx): errno
__host_ack_skip_pgtable_check(tx): bool
__host_ack_transition(phys tx state): errno
host_ack_donation(phys tx): errno
host_complete_donation(phys tx): errno
hyp_request_donation(- tx): errno
hyp_initiate_donation(- tx): errno
__hyp_ack_skip_pgtable_check(tx): bool
hyp_ack_share(virt tx prot): errno
hyp_ack_unshare(virt tx): errno
hyp_ack_donation(virt tx): errno
hyp_complete_share(virt tx prot): errno
hyp_complete_unshare(virt tx): errno
hyp_complete_donation(virt tx): errno

check_range_allowed_memory(phys phys): errno
__host_check_page_state_range(phys size state): errno
__host_set_page_state_range(phys size state): errno
host_stage2_set_owner_locked(phys size owner): errno
__hyp_check_page_state_range(virt size state): errno
kvm_pgtable_hyp_unmap(virt size): size
pkvm_create_mappings_locked(virt virt prot): errno
hyp_page_count(virt): count

host_stage2_idmap_locked(phys size prot): errno
__host_update_page_state(phys size state): void
addr_is_memory(phys): bool
host_stage2_idmap(phys): errno
host_stage2_adjust_range(phys -): errno
__host_stage2_idmap(phys size prot): errno
host_stage2_force_pte_cb(phys phys prot): bool
range_is_memory(phys phys): bool
host_stage2_unmap_dev_all(): errno

kvm_pgtable_hyp_map(virt size phys prot): errno
check_page_state_range(virt size state): errno
stage2.check_page_state_range(pgt input size state): errno = __guest_check_page_state_range
kvm_pgtable_walk(pgt input size): errno
hyp_set_prot_attr(- prot): errno
hyp_map_walker(walkVirt): errno
hyp_map_walker_try_leaf(walkVirt): bool
hyp_unmap_walker(walkVirt): errno

kvm_pgtable_get_leaf(pgt input): errno
kvm_pgtable_stage2_map(pgt input size phys prot): errno
kvm_pgtable_stage2_set_owner(pgt input size owner): errno
kvm_pgtable_stage2_unmap(pgt input size): errno
kvm_pgtable_stage2_wrprotect(pgt input size): errno
kvm_pgtable_stage2_mkyoung(pgt input): void
kvm_pgtable_stage2_relax_perms(pgt input prot): errno
kvm_pgtable_stage2_test_clear_young(pgt input size bool): bool
kvm_pgtable_stage2_destroy(pgt): void
kvm_pgtable_stage2_free_unlinked(pgt page level): void
stage2_map_walk_table_pre(walk): errno
stage2_map_walk_leaf(walk): errno
stage2_map_walker_try_leaf(walk): errno
stage2_try_break_pte(walk): void
stage2_make_pte(walk): void
stage2_set_prot_attr(- - prot): void
stage2_leaf_mapping_allowed(walk): bool
stage2_unmap_walker(walk): errno
stage2_update_leaf_attrs(pgt input size): errno
stage2_attr_walker(walk): errno
stage2_age_walker(walk): errno
stage2_free_walker(walk): errno

hyp_alloc_pages(pool count): page
hyp_split_page(page): void
hyp_get_page(page): void
hyp_put_page(pool page): void
hyp_pool_init(pool pfn count count): void
__hyp_attach_page(pool page): void
__hyp_extract_page(pool page count): void
zalloc_page(pgt): page
push_hyp_memcache(- page): void
pop_hyp_memcache(-): page

__pkvm_host_share_guest(pfn gfn): errno
__check_host_shared_guest(pgt input): errno

get_vm_by_handle(handle): slot
get_pkvm_hyp_vm(handle): slot
put_pkvm_hyp_vm(slot): void
pkvm_get_loaded_hyp_vcpu(): vcpu
insert_vm_table_entry(phys count phys phys): errno
kvm_guest_prepare_stage2(- pfn): void
init_pkvm_hyp_vcpu(slot phys phys count phys): errno
pkvm_refill_memcache(-): errno
reclaim_guest_pages(slot): void
unpin_host_vcpu(slot count): void
map_donated_memory(phys count): bool
map_donated_memory_noclear(phys count): bool
unmap_donated_memory(phys count): void

__ffa_host_share_ranges(- count): count
__ffa_host_unshare_ranges(- count): count
`;

/** Methods that stand for a TLB invalidation. */
export const FLUSHES: ReadonlySet<string> = new Set(['__tlbi_level', '__kvm_tlb_flush_vmid_ipa']);

const LINE = /^(?:(\w+)\.)?(\w+)\(([^)]*)\): (\w+)(?: = (\w+))?$/;

function parse(line: string): [string, Signature] {
  const match = LINE.exec(line);
  if (!match) throw new Error(`no signature: ${line}`);
  const [, component, name, args, result, shown] = match;
  const kinds = args === '' ? [] : (args.split(' ') as ValueKind[]);
  return [
    component === undefined ? name : `${component}.${name}`,
    { shown: shown ?? name, args: kinds, result: result as ValueKind },
  ];
}

function operationSignature({ name, parameters, isVoid }: Operation): [string, Signature] {
  const args = parameters.flatMap(({ kind }) => KINDS[kind].traced);
  return [name, { shown: name, args, result: isVoid ? 'void' : 'errno' }];
}

const SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ...OPERATIONS.filter(({ part }) => part !== '').map(operationSignature),
  ...TABLE.split('\n')
    .filter((line) => line !== '')
    .map(parse),
]);

/** Names of all traced methods. */
export const TRACED_NAMES: readonly string[] = [
  ...new Set([...SIGNATURES.keys()].map((key) => key.replace(/^.*\./, ''))),
];

/** How a method of a component is shown; undefined if it is not traced. */
export function signatureOf(component: string, name: string): Signature | undefined {
  return SIGNATURES.get(`${component}.${name}`) ?? SIGNATURES.get(name);
}
