// SPDX-License-Identifier: GPL-2.0-only
/** Each operation of a trace as it is done to a real hypervisor. */

import { OP_NAMES, type Op, OpCode } from '../../hyp/op.js';
import { EAGAIN, EPERM, HUNG } from '../../hyp/outcome.js';
import { argumentOf, firstPageOf } from '../../ops/index.js';
import type { OwnershipReader } from '../machine/ownership_reader.js';
import { isValid } from '../machine/table_mirror.js';
import type { Ending } from './cpu.js';
import type { Kernel } from './kernel.js';

const PAGE_SHIFT = 12n;
/** struct ffa_mem_region_addr_range: address, pg_cnt, reserved. */
const FFA_RANGE_BYTES = 16;
/** A translation fault of the host at level 3, by a load: ESR_EL2. */
const DATA_ABORT_LOWER = (0x24n << 26n) | (1n << 25n) | 0x07n;

/** What was done: an outcome, or why it cannot be done on this kernel. */
export type Done = { readonly outcome: number; readonly at?: string } | { readonly cannot: string };

/** Drives operations on one kernel. */
export class Operations {
  constructor(
    private readonly kernel: Kernel,
    private readonly reader: OwnershipReader,
  ) {}

  /** Why this kernel cannot be asked for an operation; undefined where it can. */
  missing(code: number): string | undefined {
    const needed = FUNCTIONS[code];
    if (needed === undefined) return `${OP_NAMES[code]} is not driven on a real kernel`;
    const absent = needed.filter((name) => !this.kernel.symbols.hasHyp(name));
    if (absent.length === 0) return undefined;
    return `the kernel has no ${absent.join(', no ')}`;
  }

  async run(op: Op): Promise<Done> {
    const missing = this.missing(op.code);
    if (missing !== undefined) return { cannot: missing };
    const isMappedBefore =
      isFault(op) && isValid(this.reader.tables.host.leaf(firstPageOf(op)).pte);
    const ending = await this.#drive(op);
    switch (ending.kind) {
      case 'returned':
        return { outcome: this.#returned(op, intOf(ending.registers.x[0]), isMappedBefore) };
      case 'panic':
        return { outcome: ending.outcome, at: ending.at };
      case 'injected':
        return { outcome: -EPERM };
      case 'hung':
        return { outcome: HUNG, at: ending.at };
    }
  }

  /**
   * The outcome of what came back. A function that returns nothing gives 0; but a fault on a page
   * that the host's stage 2 maps, which another CPU might have had mapped meanwhile, is -EAGAIN
   * inside of the handler, and no fault for a load.
   */
  #returned(op: Op, value: number, isMappedBefore: boolean): number {
    if (isFault(op)) return isMappedBefore ? -EAGAIN : 0;
    return op.code === OpCode.hyp_unpin_shared_mem ? 0 : value;
  }

  #drive(op: Op): Promise<Ending> {
    const { kernel } = this;
    const name = OP_NAMES[op.code];
    const address = (pfn: number) => kernel.addresses.hypVa(BigInt(pfn) << PAGE_SHIFT);
    switch (op.code) {
      case OpCode.__pkvm_host_share_hyp:
      case OpCode.__pkvm_host_unshare_hyp:
        return kernel.call(name, argumentOf(op, 'pfn'));
      case OpCode.hyp_pin_shared_mem:
      case OpCode.hyp_unpin_shared_mem:
        return kernel.call(name, address(argumentOf(op, 'from')), address(argumentOf(op, 'to')));
      case OpCode.handle_host_mem_abort:
        return this.#hostFault(argumentOf(op, 'addr'));
      case OpCode.ffa_host_share_ranges:
      case OpCode.ffa_host_unshare_ranges:
        return this.#ffaRanges(name, op.list);
      default:
        return kernel.call(name, argumentOf(op, 'pfn'), argumentOf(op, 'nr_pages'));
    }
  }

  /**
   * A fault of the host. On memory that the host's own tables map it is a real load at EL1; on
   * anything else the handler is called with the registers that the fault would have left.
   */
  #hostFault(pfn: number): Promise<Ending> {
    const { kernel } = this;
    const { memory } = kernel.machine;
    const isMapped = memory.some(
      (region) => !region.nomap && pfn >= region.pfn && pfn < region.pfn + region.pages,
    );
    const address = BigInt(pfn) << PAGE_SHIFT;
    if (isMapped) {
      const { hostLoad } = kernel.addresses;
      return kernel.cpu.hostInstruction(hostLoad, [kernel.addresses.linear(address)]);
    }
    const handler = kernel.addresses.hyp('handle_host_mem_abort');
    const context = kernel.cpu.parking.hyp.x[0];
    const hpfar = BigInt(pfn) << 4n;
    const args = [context, handler, hpfar, DATA_ABORT_LOWER, address];
    return kernel.callOwn(kernel.code.abort, ...args);
  }

  #ffaRanges(name: string, list: readonly number[]): Promise<Ending> {
    const { kernel } = this;
    const ranges = Buffer.alloc(Math.max(1, (list.length / 2) * FFA_RANGE_BYTES));
    for (let i = 0; i < list.length; i += 2) {
      const at = (i / 2) * FFA_RANGE_BYTES;
      ranges.writeBigUInt64LE(BigInt.asUintN(64, BigInt(list[i]) << PAGE_SHIFT), at);
      ranges.writeUInt32LE(list[i + 1] >>> 0, at + 8);
    }
    kernel.ram.write(kernel.data, ranges);
    return kernel.call(name, kernel.addresses.hypVa(kernel.data), list.length / 2);
  }
}

/** The functions of the hypervisor that an operation needs. */
const FUNCTIONS: Readonly<Record<number, readonly string[]>> = {
  [OpCode.__pkvm_host_share_hyp]: ['__pkvm_host_share_hyp'],
  [OpCode.__pkvm_host_unshare_hyp]: ['__pkvm_host_unshare_hyp'],
  [OpCode.__pkvm_host_donate_hyp]: ['__pkvm_host_donate_hyp'],
  [OpCode.__pkvm_hyp_donate_host]: ['__pkvm_hyp_donate_host'],
  [OpCode.__pkvm_host_share_ffa]: ['__pkvm_host_share_ffa'],
  [OpCode.__pkvm_host_unshare_ffa]: ['__pkvm_host_unshare_ffa'],
  [OpCode.hyp_pin_shared_mem]: ['hyp_pin_shared_mem'],
  [OpCode.hyp_unpin_shared_mem]: ['hyp_unpin_shared_mem'],
  [OpCode.handle_host_mem_abort]: ['handle_host_mem_abort'],
  [OpCode.ffa_host_share_ranges]: ['ffa_host_share_ranges'],
  [OpCode.ffa_host_unshare_ranges]: ['ffa_host_unshare_ranges'],
};

function isFault({ code }: Op): boolean {
  return code === OpCode.handle_host_mem_abort;
}

/** The return value of a C function that gives an `int`. */
function intOf(register: bigint): number {
  return Number(BigInt.asIntN(32, register));
}
