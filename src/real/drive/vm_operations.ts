// SPDX-License-Identifier: GPL-2.0-only
/**
 * The operations on VMs. What the host keeps for the hypervisor to read, struct kvm and struct
 * kvm_vcpu, is written into the trace's pages as far as the hypervisor reads it.
 */

import { OP_NAMES, type Op, OpCode } from '../../hyp/op.js';
import { PKVM_NOPAGE } from '../../hyp/page_state.js';
import { argumentOf, isAligned, type PageRange, pageRanges } from '../../ops/index.js';
import type { Symbols } from '../image/symbols.js';
import type { GuestTables } from '../machine/guest_tables.js';
import type { OwnershipReader } from '../machine/ownership_reader.js';
import type { Ending } from './cpu.js';
import { hypercall } from './hypercalls.js';
import type { Kernel } from './kernel.js';
import { fillMemcache, UNALIGNED_OFFSET, type VmFacts } from './vm_probes.js';

const PAGE = 4096;
/** Page numbers from here on have no address in the host's linear map. */
const END_OF_LINEAR = 2 ** 34;

/** A vCPU that the hypervisor has taken: where its struct of the host is. */
interface Vcpu {
  /** Physical address. */
  readonly struct: number;
}

export class VmOperations {
  readonly #vms = new Map<number, Vcpu[]>();
  #loaded: Vcpu | undefined;
  /** The `struct pkvm_hyp_vcpu` that is loaded where a kernel has no hypercall for it; 0: none. */
  #taken = 0n;
  /** Pages that a struct of this kernel takes beyond those of the trace. */
  readonly extra = new Set<number>();

  constructor(
    private readonly kernel: Kernel,
    private readonly reader: OwnershipReader,
    private readonly guests: GuestTables,
    private readonly facts: VmFacts,
    private readonly ops: readonly Op[],
  ) {}

  /** Does one, or says why it cannot be done here. */
  async run(op: Op): Promise<Ending | { readonly cannot: string }> {
    switch (op.code) {
      case OpCode.__pkvm_init_vm:
        return this.#initVm(op);
      case OpCode.__pkvm_init_vcpu:
        return this.#initVcpu(op);
      case OpCode.__pkvm_teardown_vm: {
        const handle = argumentOf(op, 'vm');
        const ending = await this.kernel.call(OP_NAMES[op.code], handle);
        if (valueOf(ending) === 0) {
          this.#vms.delete(handle);
          this.guests.remove(handle);
        }
        return ending;
      }
      case OpCode.__pkvm_vcpu_load:
      case OpCode.__pkvm_vcpu_put:
        return loadsWithin(this.kernel.symbols) ? this.#loadWithin(op) : this.#guestCall(op);
      default:
        return this.#guestCall(op);
    }
  }

  /** A load or a put by the function that later kernels call for it, once the host is known to have one. */
  async #loadWithin(op: Op): Promise<Ending | { readonly cannot: string }> {
    const { kernel } = this;
    const isLoad = op.code === OpCode.__pkvm_vcpu_load;
    if (isLoad === (this.#taken !== 0n)) return kernel.callOwn(kernel.code.nothing);
    if (isLoad) {
      const args = [argumentOf(op, 'vm'), argumentOf(op, 'vcpu_idx')];
      const ending = await kernel.call(LOAD, ...args);
      if (ending.kind === 'returned') [this.#taken] = ending.registers.x;
      return ending;
    }
    const taken = this.#taken;
    this.#taken = 0n;
    return kernel.call(PUT, taken);
  }

  async #initVm(op: Op): Promise<Ending | { readonly cannot: string }> {
    const { kernel, facts } = this;
    const host = argumentOf(op, 'host_kvm');
    const vm = argumentOf(op, 'vm');
    const pgd = argumentOf(op, 'pgd');
    if (vm >= END_OF_LINEAR || pgd >= END_OF_LINEAR) return { cannot: NO_LINEAR };
    const struct = Buffer.alloc(PAGE);
    struct.writeUInt32LE(argumentOf(op, 'nr_vcpus') >>> 0, facts.createdVcpus);
    this.#write(host, struct);
    const ending = await kernel.call(
      OP_NAMES[op.code],
      kernel.addresses.hypVa(BigInt(host) * BigInt(PAGE)),
      this.#linear(op, 'vm'),
      this.#linear(op, 'pgd'),
    );
    const handle = valueOf(ending);
    if (handle !== undefined && handle > 0) {
      this.#vms.set(handle, []);
      this.guests.add(handle, pgd);
    }
    return ending;
  }

  #linear(op: Op, name: string): bigint {
    const address = BigInt(argumentOf(op, name)) * BigInt(PAGE);
    return this.kernel.addresses.linear(address) + (isAligned(op, name) ? 0n : 8n);
  }

  async #initVcpu(op: Op): Promise<Ending | { readonly cannot: string }> {
    const { kernel, facts } = this;
    if (argumentOf(op, 'vcpu') >= END_OF_LINEAR) return { cannot: NO_LINEAR };
    const first = argumentOf(op, 'host_vcpu');
    const traced = structRange(op, first);
    const isWhole = traced.end - traced.start === 1;
    const pages = facts.vcpuPages[isWhole ? 0 : 1];
    const problem = await this.#takeExtra(traced, pages);
    if (problem !== undefined) return { cannot: problem };
    const offset = isWhole ? 0 : UNALIGNED_OFFSET;
    const struct = Buffer.alloc(PAGE - offset);
    struct.writeUInt32LE(argumentOf(op, 'vcpu_idx') >>> 0, facts.vcpuIdx);
    this.#write(first, struct, offset);
    const handle = argumentOf(op, 'vm');
    const ending = await kernel.call(
      OP_NAMES[op.code],
      handle,
      kernel.addresses.hypVa(BigInt(first) * BigInt(PAGE) + BigInt(offset)),
      this.#linear(op, 'vcpu'),
    );
    if (valueOf(ending) === 0) this.#vms.get(handle)?.push({ struct: first * PAGE + offset });
    return ending;
  }

  /**
   * A struct kvm_vcpu of this kernel may take more pages than in the trace. Those behind are shared
   * for it beforehand, if the trace leaves them alone.
   */
  async #takeExtra({ start, end }: PageRange, pages: number): Promise<string | undefined> {
    if (this.reader.of(start).host === PKVM_NOPAGE) return undefined;
    for (let pfn = end; pfn < start + pages; pfn++) {
      if (this.extra.has(pfn)) continue;
      const isUsed = this.ops.some((op) =>
        pageRanges(op).some((used) => used.start <= pfn && pfn < used.end),
      );
      if (isUsed || !this.reader.entry(pfn)) {
        return `a struct kvm_vcpu takes ${pages} pages of this kernel, and the trace uses the one behind its first`;
      }
      await this.kernel.call('__pkvm_host_share_hyp', pfn);
      this.extra.add(pfn);
    }
    return undefined;
  }

  async #guestCall(op: Op): Promise<Ending | { readonly cannot: string }> {
    const { guests } = this.facts;
    if ('none' in guests) return { cannot: guests.none };
    const args = guestArguments(op, guests.ranged);
    if (op.code === OpCode.__pkvm_host_share_guest && this.#loaded) {
      const struct = Buffer.alloc(guests.memcache + 16);
      const isHosts = (pfn: number) => this.#isHosts(pfn);
      fillMemcache(this.kernel, op.list, struct, guests.memcache, isHosts);
      const head = struct.subarray(guests.memcache);
      this.kernel.ram.write(this.#loaded.struct + guests.memcache, head);
    }
    const ending = await hypercall(this.kernel, `handle_${OP_NAMES[op.code]}`, args);
    if (op.code === OpCode.__pkvm_vcpu_load && ending.kind === 'returned') {
      this.#loaded ??= this.#vms.get(argumentOf(op, 'vm'))?.[argumentOf(op, 'vcpu_idx')];
    }
    if (op.code === OpCode.__pkvm_vcpu_put && ending.kind === 'returned') this.#loaded = undefined;
    return ending;
  }

  /** Whether the host may write to a page, so that we may in its stead. */
  #isHosts(pfn: number): boolean {
    return this.reader.entry(pfn) !== undefined && this.reader.of(pfn).host !== PKVM_NOPAGE;
  }

  #write(pfn: number, bytes: Buffer, offset = 0): void {
    if (this.#isHosts(pfn)) this.kernel.ram.write(pfn * PAGE + offset, bytes);
  }
}

const LOAD = 'pkvm_load_hyp_vcpu';
const PUT = 'pkvm_put_hyp_vcpu';

/** A kernel that loads a vCPU within the run of a guest, not by a hypercall of its own. */
export function loadsWithin(symbols: Symbols): boolean {
  return !symbols.hasHyp('handle___pkvm_vcpu_load') && [LOAD, PUT].every((f) => symbols.hasHyp(f));
}

const NO_LINEAR = 'an address that no host can name';

function valueOf(ending: Ending): number | undefined {
  if (ending.kind !== 'returned') return undefined;
  return Number(BigInt.asIntN(32, ending.registers.x[0]));
}

/** The pages of the host's struct in the trace. */
function structRange(op: Op, first: number): PageRange {
  return pageRanges(op).find(({ start }) => start === first) ?? { start: first, end: first + 1 };
}

/** x1, x2, ... of a guest call. */
function guestArguments(op: Op, isRanged: boolean): bigint[] {
  const argument = (name: string) => BigInt(argumentOf(op, name));
  const one = isRanged ? [1n] : [];
  switch (op.code) {
    case OpCode.__pkvm_vcpu_load:
      return [argument('vm'), argument('vcpu_idx'), 0n];
    case OpCode.__pkvm_host_share_guest:
      return [argument('pfn'), argument('gfn'), ...one, argument('prot')];
    case OpCode.__pkvm_host_unshare_guest:
    case OpCode.__pkvm_host_wrprotect_guest:
      return [argument('vm'), argument('gfn'), ...one];
    case OpCode.__pkvm_host_test_clear_young_guest:
      return [argument('vm'), argument('gfn'), ...one, argument('mkold')];
    case OpCode.__pkvm_host_relax_perms_guest:
      return [argument('gfn'), argument('prot')];
    case OpCode.__pkvm_host_mkyoung_guest:
      return [argument('gfn')];
    default:
      return [];
  }
}
