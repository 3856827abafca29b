// SPDX-License-Identifier: GPL-2.0-only
/**
 * From the numbers the machine runs on back to an operation as a trace writes it: for traces that
 * were made by a program. Compiling what comes out gives the same numbers again.
 */

import { type Op, OpCode, UNALIGNED_FIRST, UNALIGNED_SECOND } from '../hyp/op.js';
import { PAGE_STATE } from './compile.js';
import { canonicalHex, wrapPage } from './numbers.js';
import type { TraceOp } from './trace.js';
import type { FfaRange, Poke } from './types.generated.js';

/** The operation as a trace writes it, in canonical form. */
export function decompileOp(op: Op): TraceOp {
  const hex = canonicalHex;
  switch (op.code) {
    case OpCode.__pkvm_host_share_hyp:
      return { op: '__pkvm_host_share_hyp', pfn: hex(op.a) };
    case OpCode.__pkvm_host_unshare_hyp:
      return { op: '__pkvm_host_unshare_hyp', pfn: hex(op.a) };
    case OpCode.__pkvm_host_donate_hyp:
      return { op: '__pkvm_host_donate_hyp', pfn: hex(op.a), nr_pages: op.b };
    case OpCode.__pkvm_hyp_donate_host:
      return { op: '__pkvm_hyp_donate_host', pfn: hex(op.a), nr_pages: op.b };
    case OpCode.__pkvm_host_share_ffa:
      return { op: '__pkvm_host_share_ffa', pfn: hex(op.a), nr_pages: op.b };
    case OpCode.__pkvm_host_unshare_ffa:
      return { op: '__pkvm_host_unshare_ffa', pfn: hex(op.a), nr_pages: op.b };
    case OpCode.hyp_pin_shared_mem:
      return { op: 'hyp_pin_shared_mem', from: address(op.a), to: address(op.b) };
    case OpCode.hyp_unpin_shared_mem:
      return { op: 'hyp_unpin_shared_mem', from: address(op.a), to: address(op.b) };
    case OpCode.handle_host_mem_abort:
      return { op: 'handle_host_mem_abort', addr: address(op.a) };
    case OpCode.ffa_host_share_ranges:
      return { op: 'ffa_host_share_ranges', ranges: ranges(op.list) };
    case OpCode.ffa_host_unshare_ranges:
      return { op: 'ffa_host_unshare_ranges', ranges: ranges(op.list) };
    case OpCode.poke:
      return decompilePoke(op);
    default:
      return decompileVm(op);
  }
}

function decompileVm(op: Op): TraceOp {
  const hex = canonicalHex;
  switch (op.code) {
    case OpCode.__pkvm_init_vm:
      return {
        op: '__pkvm_init_vm',
        host_kvm: address(op.a),
        nr_vcpus: op.b,
        vm: address(op.c, (op.e & UNALIGNED_FIRST) !== 0),
        pgd: address(op.d, (op.e & UNALIGNED_SECOND) !== 0),
      };
    case OpCode.__pkvm_init_vcpu:
      return {
        op: '__pkvm_init_vcpu',
        vm: op.a,
        host_vcpu: address(op.b, op.f !== wrapPage(op.b + 1)),
        vcpu_idx: op.c,
        vcpu: address(op.d, (op.e & UNALIGNED_FIRST) !== 0),
      };
    case OpCode.__pkvm_vcpu_load:
      return { op: '__pkvm_vcpu_load', vm: op.a, vcpu_idx: op.b };
    case OpCode.__pkvm_vcpu_put:
      return { op: '__pkvm_vcpu_put' };
    case OpCode.__pkvm_host_share_guest: {
      const memcache = op.list.length > 0 ? { memcache: op.list.map(hex) } : {};
      return {
        op: '__pkvm_host_share_guest',
        pfn: hex(op.a),
        gfn: hex(op.b),
        prot: op.c,
        ...memcache,
      };
    }
    case OpCode.__pkvm_host_unshare_guest:
      return { op: '__pkvm_host_unshare_guest', vm: op.a, gfn: hex(op.b) };
    case OpCode.__pkvm_host_wrprotect_guest:
      return { op: '__pkvm_host_wrprotect_guest', vm: op.a, gfn: hex(op.b) };
    case OpCode.__pkvm_host_test_clear_young_guest: {
      const mkold = op.c !== 0;
      return { op: '__pkvm_host_test_clear_young_guest', vm: op.a, gfn: hex(op.b), mkold };
    }
    case OpCode.__pkvm_host_relax_perms_guest:
      return { op: '__pkvm_host_relax_perms_guest', gfn: hex(op.b), prot: op.c };
    case OpCode.__pkvm_host_mkyoung_guest:
      return { op: '__pkvm_host_mkyoung_guest', gfn: hex(op.b) };
    case OpCode.__pkvm_teardown_vm:
      return { op: '__pkvm_teardown_vm', vm: op.a };
    default:
      throw new RangeError(`no operation has the code ${op.code}`);
  }
}

const HYP_STATES = ['OWNED', 'SHARED_BORROWED', 'NOPAGE'] as const;
const HOST_STATES = [...HYP_STATES, 'SHARED_OWNED'] as const;

function stateName<Name extends keyof typeof PAGE_STATE>(
  names: readonly Name[],
  state: number,
): Name {
  const name = names.find((candidate) => PAGE_STATE[candidate] === state);
  if (name === undefined) throw new RangeError(`no page state is ${state}`);
  return name;
}

function decompilePoke(op: Op): Poke {
  return {
    op: 'poke',
    pfn: canonicalHex(op.a),
    ...(op.b < 0 ? {} : { host_state: stateName(HOST_STATES, op.b) }),
    ...(op.c < 0 ? {} : { refcount: op.c }),
    ...(op.d < 0 ? {} : { host_share_guest_count: op.d }),
    ...(op.e < 0 ? {} : { hyp_state: stateName(HYP_STATES, op.e) }),
  };
}

function ranges(list: readonly number[]): FfaRange[] {
  const result: FfaRange[] = [];
  for (let i = 0; i < list.length; i += 2) {
    result.push({ address: address(list[i]), pg_cnt: list[i + 1] });
  }
  return result;
}

/** The byte address of a page, or one within it that no alignment check lets through. */
function address(page: number, unaligned = false): string {
  return canonicalHex(`0x${page.toString(16)}${unaligned ? '008' : '000'}`);
}
