// SPDX-License-Identifier: GPL-2.0-only
/**
 * The steps an operation is made of. An effect belongs to the outermost helper it happens in, so that
 * the same step has the same name whichever implementation takes it.
 */

const PHASES: ReadonlyMap<string, string> = new Map([
  ['__host_check_page_state_range', 'host check'],
  ['__hyp_check_page_state_range', 'hyp check'],
  ['hyp_page_count', 'refcount check'],
  ['__guest_check_page_state_range', 'guest check'],
  ['__check_host_shared_guest', 'guest check'],
  ['__host_set_page_state_range', 'host state'],
  ['host_stage2_set_owner_locked', 'host owner'],
  ['pkvm_create_mappings_locked', 'hyp map'],
  ['kvm_pgtable_hyp_unmap', 'hyp unmap'],
  ['host_stage2_idmap_locked', 'host map'],
  ['kvm_pgtable_stage2_map', 'guest map'],
  ['kvm_pgtable_stage2_unmap', 'guest unmap'],
  ['kvm_pgtable_stage2_destroy', 'guest tables'],
  ['hyp_pool_init', 'guest pool'],
]);

/** The step that a function stands for, if it stands for one. */
export function phaseOf(name: string): string | undefined {
  return PHASES.get(name);
}
