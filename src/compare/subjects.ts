// SPDX-License-Identifier: GPL-2.0-only
/**
 * What an operation is about: pages, guest frames, a VM, the vCPU that is loaded. If an operation did
 * not do what was expected of it, those that come later and are about the same may go wrong for that
 * alone.
 */

import type { Op } from '../hyp/op.js';
import { OpCode } from '../hyp/op.js';
import { guestPageOf, handleOf, type PageRange, pageRanges } from '../ops/index.js';

/** The vCPU that is loaded. */
export const LOADED = 'vcpu';

export interface Subjects {
  readonly pages: readonly PageRange[];
  /** Guest frames: `gfn 0x5`. */
  readonly frames: readonly string[];
  /** VMs it needs: `vm 0x1000`; and the loaded vCPU, if it needs that. */
  readonly needs: readonly string[];
  /** VMs it makes, changes or ends, and the loaded vCPU, if it changes that. */
  readonly changes: readonly string[];
}

/** A VM by its handle. */
export function vmName(handle: number): string {
  return `vm 0x${handle.toString(16)}`;
}

/** What an operation is about; of `__pkvm_init_vm` without the VM it makes. */
export function subjectsOf(op: Op): Subjects {
  const frame = guestPageOf(op);
  return { pages: pageRanges(op), frames: frame < 0 ? [] : [`gfn ${frame}`], ...objectsOf(op) };
}

function objectsOf(op: Op): Pick<Subjects, 'needs' | 'changes'> {
  const handle = handleOf(op);
  const vms = handle < 0 ? [] : [vmName(handle)];
  switch (op.code) {
    case OpCode.__pkvm_init_vcpu:
    case OpCode.__pkvm_teardown_vm:
      return { needs: vms, changes: vms };
    case OpCode.__pkvm_vcpu_load:
    case OpCode.__pkvm_vcpu_put:
      return { needs: [...vms, LOADED], changes: [LOADED] };
    case OpCode.__pkvm_host_share_guest:
    case OpCode.__pkvm_host_relax_perms_guest:
    case OpCode.__pkvm_host_mkyoung_guest:
      return { needs: [LOADED], changes: [] };
    default:
      return { needs: vms, changes: [] };
  }
}
