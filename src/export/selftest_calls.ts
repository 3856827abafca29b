// SPDX-License-Identifier: GPL-2.0-only
/** Operations as calls in pkvm_ownership_selftest(): with its variables for its page, frames and VM. */

import { type Op, OP_NAMES, type OpName } from '../hyp/op.js';
import { argumentOf } from '../ops/index.js';

/** Guest frames that the test looks at: gfn and gfn + 1. */
export const FRAMES = 2;

/** A call, and whether it returns nothing. */
export interface Call {
  readonly name: OpName;
  readonly args: string;
  readonly isVoid: boolean;
}

const FRAME_NAMES = ['gfn', 'gfn + 1'];
const PINNED = 'virt, virt + size';

/** Arguments by operation; what is not here the test cannot call. */
const ARGUMENTS: Partial<Record<OpName, (op: Op, gfn: string) => string>> = {
  __pkvm_host_share_hyp: () => 'pfn',
  __pkvm_host_unshare_hyp: () => 'pfn',
  __pkvm_host_donate_hyp: () => 'pfn, 1',
  __pkvm_hyp_donate_host: () => 'pfn, 1',
  __pkvm_host_share_ffa: () => 'pfn, 1',
  __pkvm_host_unshare_ffa: () => 'pfn, 1',
  hyp_pin_shared_mem: () => PINNED,
  hyp_unpin_shared_mem: () => PINNED,
  __pkvm_host_share_guest: (op, gfn) => `pfn, ${gfn}, vcpu, ${prot(op)}`,
  __pkvm_host_unshare_guest: (_, gfn) => `${gfn}, vm`,
  __pkvm_host_wrprotect_guest: (_, gfn) => `${gfn}, vm`,
  __pkvm_host_test_clear_young_guest: (op, gfn) =>
    `${gfn}, ${argumentOf(op, 'mkold') === 0 ? 'false' : 'true'}, vm`,
  __pkvm_host_relax_perms_guest: (op, gfn) => `${gfn}, vcpu, ${prot(op)}`,
};

/** The call that an operation is, on one of the test's guest frames; undefined if it has none. */
export function callOf(op: Op, frame: number): Call | undefined {
  const name = OP_NAMES[op.code];
  const args = ARGUMENTS[name];
  if (!args || frame >= FRAMES) return undefined;
  const isVoid = name === 'hyp_unpin_shared_mem';
  return { name, args: args(op, FRAME_NAMES[frame]), isVoid };
}

const PROT: readonly (readonly [number, string])[] = [
  [4, 'KVM_PGTABLE_PROT_R'],
  [2, 'KVM_PGTABLE_PROT_W'],
  [1, 'KVM_PGTABLE_PROT_X'],
];

/** Permissions by name; 8 stands for bits outside of these (`KVM_PGTABLE_PROT_DEVICE` is one). */
function prot(op: Op): string {
  const bits = argumentOf(op, 'prot');
  if (bits === 7) return 'prot';
  const names: string[] = PROT.filter(([bit]) => bits & bit).map(([, name]) => name);
  if (bits & 8) names.push('KVM_PGTABLE_PROT_DEVICE');
  return names.join(' | ') || '0';
}
