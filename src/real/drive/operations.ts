// SPDX-License-Identifier: GPL-2.0-only
/** Each operation of a trace as it is done to a real hypervisor. */

import { OP_NAMES, type Op, OpCode } from '../../hyp/op.js';
import { EAGAIN, EPERM, HUNG } from '../../hyp/outcome.js';
import { argumentOf, firstPageOf, OPERATIONS, pageRanges } from '../../ops/index.js';
import type { Symbols } from '../image/symbols.js';
import type { GuestTables } from '../machine/guest_tables.js';
import type { OwnershipReader } from '../machine/ownership_reader.js';
import { isValid } from '../machine/table_mirror.js';
import type { SideStep } from '../../side/side.js';
import { Batch, CALL_DATA_AT, type Call, MOST_CALLS, MOST_WATCHED } from './batch.js';
import type { Ending } from './cpu.js';
import type { Kernel } from './kernel.js';
import { Poke } from './poke.js';
import type { ProbedFacts } from './probes.js';
import { loadsWithin, VmOperations } from './vm_operations.js';
import { GUEST_HANDLERS } from './vm_probes.js';

const PAGE = 4096;
const PAGE_SHIFT = 12n;
/** Operations that are worth a batch. */
const FEWEST_CALLS = 2;
/** Most pages of an operation in a batch. */
const MOST_PAGES = 128;
/** How long an operation may take, and for each of its pages; processor time, milliseconds. */
const LIMIT_MS = 10_000;
const LIMIT_OF_PAGE_MS = 0.1;
/** struct ffa_mem_region_addr_range: address, pg_cnt, reserved. */
const FFA_RANGE_BYTES = 16;
/** A translation fault of the host at level 3, by a load: ESR_EL2. */
const DATA_ABORT_LOWER = (0x24n << 26n) | (1n << 25n) | 0x07n;

/** What was done: an outcome, or why it cannot be done on this kernel. */
export type Done = { readonly outcome: number; readonly at?: string } | { readonly cannot: string };

/** Drives the operations of one trace on one kernel. */
export class Operations {
  readonly #poke: Poke;
  readonly #vms: VmOperations | { readonly none: string };

  constructor(
    private readonly kernel: Kernel,
    private readonly reader: OwnershipReader,
    guests: GuestTables,
    { layout, vms }: ProbedFacts,
    ops: readonly Op[],
  ) {
    this.#poke = new Poke(kernel, reader, layout);
    this.#vms = 'none' in vms ? vms : new VmOperations(kernel, reader, guests, vms, ops);
  }

  /** Pages that are no concern of the trace's: of a struct that takes more of them here. */
  get extra(): ReadonlySet<number> {
    return 'none' in this.#vms ? NO_PAGES : this.#vms.extra;
  }

  async run(op: Op): Promise<Done> {
    if (op.code === OpCode.poke) {
      const problem = await this.#poke.run(op);
      return problem === undefined ? { outcome: 0 } : { cannot: problem };
    }
    const missing = missingFunctions(this.kernel.symbols, op.code);
    if (missing !== undefined) return { cannot: missing };
    const isMappedBefore =
      isFault(op) && isValid(this.reader.tables.host.leaf(firstPageOf(op)).pte);
    this.kernel.cpu.limitMs = LIMIT_MS + LIMIT_OF_PAGE_MS * pagesOf(op);
    const ending = await this.#drive(op);
    if ('cannot' in ending) return ending;
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
    // A load or a put of a vCPU answers nothing: what it was asked with is still there.
    const answersNothing =
      op.code === OpCode.__pkvm_vcpu_load || op.code === OpCode.__pkvm_vcpu_put;
    return answersNothing || VOID.has(op.code) ? 0 : value;
  }

  async #drive(op: Op): Promise<Ending | { readonly cannot: string }> {
    const { kernel } = this;
    const call = this.#callOf(op, kernel.data);
    if (call) return kernel.cpu.call(call.pc, call.args);
    if (isFault(op)) return this.#hostFault(argumentOf(op, 'addr'));
    return 'none' in this.#vms ? { cannot: this.#vms.none } : this.#vms.run(op);
  }

  /**
   * An operation that is one call and nothing else.
   * @param data physical address at which it may put what the call reads
   */
  #callOf(op: Op, data: number): Omit<Call, 'pages'> | undefined {
    const { addresses } = this.kernel;
    const of = (...args: readonly (number | bigint)[]) => ({
      pc: addresses.hyp(OP_NAMES[op.code]),
      args: args.map(BigInt),
    });
    const address = (pfn: number) => addresses.hypVa(BigInt(pfn) << PAGE_SHIFT);
    switch (op.code) {
      case OpCode.__pkvm_host_share_hyp:
      case OpCode.__pkvm_host_unshare_hyp:
        return of(argumentOf(op, 'pfn'));
      case OpCode.hyp_pin_shared_mem:
      case OpCode.hyp_unpin_shared_mem:
        return of(address(argumentOf(op, 'from')), address(argumentOf(op, 'to')));
      case OpCode.ffa_host_share_ranges:
      case OpCode.ffa_host_unshare_ranges:
        this.kernel.ram.write(data, ffaRanges(op.list));
        return of(addresses.hypVa(data), op.list.length / 2);
      case OpCode.__pkvm_host_donate_hyp:
      case OpCode.__pkvm_hyp_donate_host:
      case OpCode.__pkvm_host_share_ffa:
      case OpCode.__pkvm_host_unshare_ffa:
        return of(argumentOf(op, 'pfn'), argumentOf(op, 'nr_pages'));
      default:
        return undefined;
    }
  }

  /**
   * Runs operations from one on in a batch, as many as it takes and not beyond `end`. `alone` when the
   * first is none for a batch; `again` when what the batch did has to be found out one by one.
   */
  async batch(
    ops: readonly Op[],
    from: number,
    end: number,
  ): Promise<readonly SideStep[] | 'alone' | 'again'> {
    const calls = this.#calls(ops.slice(0, Math.min(end, ops.length)), from);
    if (calls.length < FEWEST_CALLS) return 'alone';
    this.kernel.cpu.limitMs = LIMIT_MS;
    for (const { pages } of calls) this.kernel.cpu.limitMs += LIMIT_OF_PAGE_MS * pages.length;
    const run = await new Batch(this.kernel, this.reader).run(calls);
    if (!run) return 'again';
    const steps: SideStep[] = run.steps.map(({ x0, pages }, index) => ({
      outcome: this.#returned(ops[from + index], intOf(x0), false),
      pages,
    }));
    if (run.ended) {
      const { ending, pages } = run.ended;
      if (ending.kind !== 'panic' && ending.kind !== 'hung') return 'again';
      steps.push({ outcome: ending.kind === 'panic' ? ending.outcome : HUNG, pages });
    }
    return steps;
  }

  /** The calls that operations from one on are, up to the first that is more than a call. */
  #calls(ops: readonly Op[], from: number): Call[] {
    const calls: Call[] = [];
    const watched = new Set<number>();
    let data = this.kernel.data + CALL_DATA_AT;
    const end = this.kernel.data + this.kernel.dataBytes - PAGE;
    for (let at = from; at < ops.length && calls.length < MOST_CALLS; at++) {
      const op = ops[at];
      const pages = this.#memoryPages(op);
      if (!pages || data + FFA_RANGE_BYTES * (op.list.length + 1) > end) break;
      if (missingFunctions(this.kernel.symbols, op.code) !== undefined) break;
      for (const page of pages) watched.add(page);
      if (watched.size > MOST_WATCHED) break;
      const call = this.#callOf(op, data);
      if (!call) break;
      data += FFA_RANGE_BYTES * op.list.length;
      calls.push({ ...call, pages });
    }
    return calls;
  }

  /** The pages of memory that an operation names; undefined where they are many. */
  #memoryPages(op: Op): number[] | undefined {
    const pages: number[] = [];
    for (const { start, end } of pageRanges(op)) {
      for (const { pfn, pages: count } of this.kernel.machine.memory) {
        const last = Math.min(end, pfn + count);
        if (last - Math.max(start, pfn) > MOST_PAGES) return undefined;
        for (let page = Math.max(start, pfn); page < last; page++) pages.push(page);
      }
    }
    return pages;
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
}

/** struct ffa_mem_region_addr_range, one for each range of a list. */
function ffaRanges(list: readonly number[]): Buffer {
  const ranges = Buffer.alloc(Math.max(1, (list.length / 2) * FFA_RANGE_BYTES));
  for (let i = 0; i < list.length; i += 2) {
    const at = (i / 2) * FFA_RANGE_BYTES;
    ranges.writeBigUInt64LE(BigInt.asUintN(64, BigInt(list[i]) << PAGE_SHIFT), at);
    ranges.writeUInt32LE(list[i + 1] >>> 0, at + 8);
  }
  return ranges;
}

const NO_PAGES: ReadonlySet<number> = new Set();

/** Operations whose function returns nothing. */
const VOID: ReadonlySet<number> = new Set(
  OPERATIONS.filter(({ isVoid }) => isVoid).map(({ code }) => code),
);

/** The first guest call: it and those behind it are hypercalls, called by their handlers. */
const HANDLED: ReadonlySet<string> = new Set(GUEST_HANDLERS);

/** Why a kernel cannot be asked for an operation; undefined where it can. */
export function missingOperation(
  symbols: Symbols,
  vms: ProbedFacts['vms'],
  code: number,
): string | undefined {
  const missing = missingFunctions(symbols, code);
  if (missing !== undefined || !VM_OPERATIONS.has(code)) return missing;
  if ('none' in vms) return vms.none;
  if (LOADS.has(code) && loadsWithin(symbols)) return undefined;
  return HANDLED.has(OP_NAMES[code]) && 'none' in vms.guests ? vms.guests.none : undefined;
}

const VM_OPERATIONS: ReadonlySet<number> = new Set(
  OPERATIONS.filter(({ part }) => part === 'pkvm' || part === 'hypMain').map(({ code }) => code),
);

/** A load and a put of a vCPU. */
const LOADS: ReadonlySet<number> = new Set([OpCode.__pkvm_vcpu_load, OpCode.__pkvm_vcpu_put]);

function missingFunctions(symbols: Symbols, code: number): string | undefined {
  if (code === OpCode.poke) return undefined;
  if (LOADS.has(code) && loadsWithin(symbols)) return undefined;
  const name = OP_NAMES[code];
  const needed = HANDLED.has(name) ? `handle_${name}` : name;
  return symbols.hasHyp(needed) ? undefined : `the kernel has no ${needed}`;
}

/** The pages of an operation, as far as there can be memory for them. */
function pagesOf(op: Op): number {
  return pageRanges(op).reduce((sum, { start, end }) => sum + Math.min(end - start, 2 ** 21), 0);
}

function isFault({ code }: Op): boolean {
  return code === OpCode.handle_host_mem_abort;
}

/** The return value of a C function that gives an `int`. */
function intOf(register: bigint): number {
  return Number(BigInt.asIntN(32, register));
}
