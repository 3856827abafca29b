// SPDX-License-Identifier: GPL-2.0-only
/** Hypercalls of a host as operations of a trace: the handler that got it, and the host's registers. */

import { canonicalHex } from '../../ops/numbers.js';
import type { TraceOp } from '../../trace/index.js';
import type { VmFacts } from '../drive/vm_probes.js';
import type { Ram } from '../emulator/ram.js';
import type { Addresses } from '../machine/addresses.js';

const PAGE = 4096;
const PAGE_MASK = 0xfffffffffffff000n;
/** Registers that a hypercall takes: x0 to x7. */
const REGISTERS = 8;
/** The most pages of a memcache that are followed; a host keeps a few. */
const MOST_PAGES = 64;

/** What a hypercall is: an operation, none of the format's, or one that no trace can hold, and why. */
export type Asked = TraceOp | 'other' | { readonly cannot: string };

/** A vCPU of the host's: its VM, its index, and where its struct kvm_vcpu is, physical bytes. */
interface HostVcpu {
  readonly vm: string;
  readonly index: number;
  readonly struct: number;
}

/** Prefix of the hypervisor's handlers. */
export const HANDLER = 'handle_';

export class CallReader {
  readonly #vcpus: HostVcpu[] = [];
  #loaded: HostVcpu | undefined;

  constructor(
    private readonly ram: Ram,
    private readonly addresses: Pick<Addresses, 'linearPa'>,
    private readonly vms: VmFacts | { readonly none: string },
  ) {}

  /**
   * What is asked for.
   * @param handler name of the handler: `handle___pkvm_host_share_hyp`
   * @param context physical address of the host's registers
   */
  asked(handler: string, context: number): Asked {
    const bytes = this.ram.read(context, 8 * REGISTERS);
    const x = Array.from({ length: REGISTERS }, (_, index) => bytes.readBigUInt64LE(8 * index));
    const name = handler.slice(HANDLER.length);
    switch (name) {
      case '__pkvm_host_share_hyp':
      case '__pkvm_host_unshare_hyp':
        return { op: name, pfn: hex(x[1]) };
      case '__pkvm_init_vm':
        return this.#initVm(x);
      case '__pkvm_init_vcpu':
        return this.#initVcpu(x);
      case '__pkvm_teardown_vm':
        return { op: name, vm: hex(u32(x[1])) };
      case '__pkvm_vcpu_load':
        return { op: name, vm: hex(u32(x[1])), vcpu_idx: Number(u32(x[2])) };
      case '__pkvm_vcpu_put':
        return { op: name };
      default:
        return this.#guestCall(name, x);
    }
  }

  #initVm(x: readonly bigint[]): Asked {
    const { vms } = this;
    if ('none' in vms) return { cannot: vms.none };
    const kvm = this.#linearPa(x[1]);
    if (kvm % PAGE !== 0) return { cannot: 'a struct kvm that is not page-aligned' };
    return {
      op: '__pkvm_init_vm',
      host_kvm: hex(kvm),
      nr_vcpus: this.ram.u32(kvm + vms.createdVcpus),
      vm: hex(this.#linearPa(x[2])),
      pgd: hex(this.#linearPa(x[3])),
    };
  }

  #initVcpu(x: readonly bigint[]): Asked {
    const { vms } = this;
    if ('none' in vms) return { cannot: vms.none };
    const struct = this.#linearPa(x[2]);
    return {
      op: '__pkvm_init_vcpu',
      vm: hex(u32(x[1])),
      host_vcpu: hex(struct),
      vcpu_idx: this.ram.u32(struct + vms.vcpuIdx),
      vcpu: hex(this.#linearPa(x[3])),
    };
  }

  #guestCall(name: string, x: readonly bigint[]): Asked {
    if (!GUEST_CALLS.has(name)) return 'other';
    const { vms } = this;
    const guests = 'none' in vms ? vms : vms.guests;
    if ('none' in guests) return { cannot: guests.none };
    const takesPages = guests.ranged && RANGED.has(name);
    const [first, second, ...rest] = x.slice(1);
    if (takesPages && rest[0] !== 1n) {
      return { cannot: `${name} of ${rest[0]} pages at once: a trace has them one by one` };
    }
    const third = takesPages ? rest[1] : rest[0];
    switch (name) {
      case '__pkvm_host_share_guest': {
        const memcache = this.#memcache(guests.memcache);
        const pages = memcache.length > 0 ? { memcache } : {};
        return { op: name, pfn: hex(first), gfn: hex(second), prot: Number(third), ...pages };
      }
      case '__pkvm_host_unshare_guest':
      case '__pkvm_host_wrprotect_guest':
        return { op: name, vm: hex(u32(first)), gfn: hex(second) };
      case '__pkvm_host_test_clear_young_guest':
        return { op: name, vm: hex(u32(first)), gfn: hex(second), mkold: third !== 0n };
      case '__pkvm_host_relax_perms_guest':
        return { op: name, gfn: hex(first), prot: Number(second) };
      case '__pkvm_host_mkyoung_guest':
        return { op: name, gfn: hex(first) };
      default:
        return 'other';
    }
  }

  /** The pages in the memcache of the host's vCPU that is loaded, head first. */
  #memcache(offset: number): string[] {
    const pages: string[] = [];
    if (!this.#loaded) return pages;
    const at = this.#loaded.struct + offset;
    const count = Math.min(Number(this.ram.u64(at + 8)), MOST_PAGES);
    let link = this.ram.u64(at);
    while (pages.length < count) {
      const page = link & PAGE_MASK;
      pages.push(hex(page >> 12n));
      link = this.ram.u64(Number(page));
    }
    return pages;
  }

  /** Takes note of what an operation did: which vCPU is loaded is not told later. */
  done(op: TraceOp, outcome: number): void {
    if (op.op === '__pkvm_init_vcpu' && outcome === 0) {
      const { vm, host_vcpu } = op;
      const index = this.#vcpus.filter((vcpu) => vcpu.vm === String(vm)).length;
      this.#vcpus.push({ vm: String(vm), index, struct: Number(host_vcpu) });
    }
    if (op.op === '__pkvm_vcpu_load') {
      this.#loaded ??= this.#vcpus.find(
        ({ vm, index }) => vm === op.vm && index === Number(op.vcpu_idx),
      );
    }
    if (op.op === '__pkvm_vcpu_put') this.#loaded = undefined;
    if (op.op === '__pkvm_teardown_vm' && outcome === 0) {
      const left = this.#vcpus.filter(({ vm }) => vm !== op.vm);
      this.#vcpus.splice(0, this.#vcpus.length, ...left);
    }
  }

  #linearPa(va: bigint): number {
    return Number(this.addresses.linearPa(va));
  }
}

/** Calls that newer kernels make with a number of pages behind the guest's page number. */
const RANGED: ReadonlySet<string> = new Set([
  '__pkvm_host_share_guest',
  '__pkvm_host_unshare_guest',
  '__pkvm_host_wrprotect_guest',
  '__pkvm_host_test_clear_young_guest',
]);
const GUEST_CALLS: ReadonlySet<string> = new Set([
  ...RANGED,
  '__pkvm_host_relax_perms_guest',
  '__pkvm_host_mkyoung_guest',
]);

function hex(value: bigint | number): string {
  return canonicalHex(`0x${value.toString(16)}`);
}

function u32(value: bigint): bigint {
  return BigInt.asUintN(32, value);
}
