// SPDX-License-Identifier: GPL-2.0-only
/**
 * What each helper reads and writes, by columns of the machine's state, and which helpers are therefore
 * independent: neither writes what the other touches, so they can change places. `watch.ts` holds
 * this table to real executions.
 */

import type { Helper } from '../branches/index.js';

/**
 * - `host_state`: `hyp_page.host_state` of any page
 * - `host_s2`: the host's stage 2, its pool, and the pages of both
 * - `hyp_s1`: hyp's stage 1, its pool, and the pages of both
 * - `refcount`: references on pages that belong to no pool
 */
export type StateColumn = 'host_state' | 'host_s2' | 'hyp_s1' | 'refcount';

export interface Footprint {
  readonly reads: readonly StateColumn[];
  readonly writes: readonly StateColumn[];
}

export const FOOTPRINTS: Readonly<Record<Helper, Footprint>> = {
  __host_check_page_state_range: { reads: ['host_state'], writes: [] },
  __hyp_check_page_state_range: { reads: ['hyp_s1'], writes: [] },
  hyp_page_count: { reads: ['refcount'], writes: [] },
  __host_set_page_state_range: {
    reads: ['host_state', 'host_s2'],
    writes: ['host_state', 'host_s2'],
  },
  host_stage2_set_owner_locked: {
    reads: ['host_state', 'host_s2'],
    writes: ['host_state', 'host_s2'],
  },
  kvm_pgtable_hyp_unmap: { reads: ['hyp_s1'], writes: ['hyp_s1'] },
  pkvm_create_mappings_locked: { reads: ['hyp_s1'], writes: ['hyp_s1'] },
};

/** A helper that only answers. */
export function isCheck(helper: Helper): boolean {
  return FOOTPRINTS[helper].writes.length === 0;
}

/** Does one write what the other reads or writes? */
export function areDependent(a: Helper, b: Helper): boolean {
  return writesWhat(a, b) || writesWhat(b, a);
}

function writesWhat(a: Helper, b: Helper): boolean {
  const { reads, writes } = FOOTPRINTS[b];
  return FOOTPRINTS[a].writes.some((column) => reads.includes(column) || writes.includes(column));
}
