// SPDX-License-Identifier: GPL-2.0-only
/**
 * Listens to a host that runs: the CPU stops where the hypervisor begins to handle something of the
 * host's, and where it has done so. Nothing is changed; the host's clock stands still meanwhile.
 */

import { EAGAIN, EPERM, outcomeText } from '../../hyp/outcome.js';
import type { Outcome } from '../../ops/index.js';
import { SideError } from '../../side/side.js';
import type { TraceOp } from '../../trace/index.js';
import type { HypMachine } from '../drive/kernel.js';
import { PanicReader } from '../drive/panic.js';
import type { BreakpointMove, Gdb } from '../emulator/gdb.js';
import type { Registers } from '../emulator/gdb_packets.js';
import type { Ram } from '../emulator/ram.js';
import type { Addresses } from '../machine/addresses.js';
import type { OwnershipReader } from '../machine/ownership_reader.js';
import { isValid, leafInMemory } from '../machine/table_mirror.js';
import { type CallReader, HANDLER } from './calls.js';
import { Surplus } from './surplus.js';

const FAULT = 'handle_host_mem_abort';
const PANIC = 'nvhe_hyp_panic_handler';
/** Where a host that ends comes by. */
const ENDS = ['machine_power_off', 'machine_halt', 'machine_restart'];

/** How a recording ended. */
export type RecordingEnd =
  | { readonly kind: 'off' }
  /** The hypervisor panicked in the last operation. */
  | { readonly kind: 'panic'; readonly at: string }
  /** What came then, no trace can hold. */
  | { readonly kind: 'cannot'; readonly reason: string };

/** What a recorder listens with. */
export interface Ears {
  readonly gdb: Gdb;
  readonly ram: Ram;
  readonly addresses: Addresses;
  readonly machine: HypMachine;
  readonly reader: OwnershipReader;
  readonly calls: CallReader;
  /** Number of HPFAR_EL2 among the debugger's registers. */
  readonly hpfar: number;
  /**
   * The kernel keeps the host's states in its stage 2, so it splits a block to write one, and the host
   * faults again on what was mapped before. What such a fault gives says nothing of other kernels.
   */
  readonly splitsBlocks: boolean;
  /** Moves breakpoints and lets the machine run until it stops; fails if it does not, or has gone. */
  resume(...moves: readonly BreakpointMove[]): Promise<Registers>;
}

export class Recorder {
  readonly ops: TraceOp[] = [];
  /** How many were left out, by name of the hypercall. */
  readonly leftOut = new Map<string, number>();
  readonly #handlers = new Map<bigint, string>();
  readonly #ends: ReadonlySet<bigint>;
  readonly #panic: bigint;
  readonly #surplus = new Surplus();
  /** Breakpoints to be moved before the machine runs again. */
  readonly #moves: BreakpointMove[] = [];

  constructor(private readonly ears: Ears) {
    const { addresses } = ears;
    const { symbols } = addresses;
    for (const name of symbols.hypNames(/^handle___|^handle_host_mem_abort$/)) {
      this.#handlers.set(addresses.hyp(name), name);
    }
    const ends = ENDS.filter((name) => symbols.has(name));
    this.#ends = new Set(ends.map((name) => addresses.kernel(name)));
    this.#panic = addresses.kernel(PANIC);
  }

  /** Listens until the host ends. */
  async run(): Promise<RecordingEnd> {
    const { gdb } = this.ears;
    for (const address of [...this.#handlers.keys(), ...this.#ends, this.#panic]) {
      await gdb.setBreakpoint(address);
    }
    for (;;) {
      const stopped = await this.ears.resume(...this.#moves.splice(0));
      const handler = this.#handlers.get(stopped.pc);
      if (handler !== undefined) {
        const end = await this.#handled(handler, stopped);
        if (end) return end;
      } else if (this.#ends.has(stopped.pc)) {
        return { kind: 'off' };
      } else {
        throw this.#unexpected(stopped, 'outside of any operation');
      }
    }
  }

  async #handled(handler: string, entry: Registers): Promise<RecordingEnd | undefined> {
    const isFault = handler === FAULT;
    const context = Number(this.ears.addresses.hypPa(entry.x[0]));
    const asked = isFault ? await this.#fault() : this.ears.calls.asked(handler, context);
    if (typeof asked === 'object' && 'cannot' in asked) {
      return { kind: 'cannot', reason: asked.cannot };
    }
    const op = asked === 'other' ? undefined : asked;
    const wasMapped = isFault && op !== undefined && this.#isMapped(op);
    const back = await this.#finish(entry);
    if (back.pc === this.#panic) {
      const { outcome, at } = new PanicReader(this.ears.addresses).read(back);
      if (!op) throw this.#unexpected(back, `in ${handler}`);
      this.ops.push({ ...op, expect: outcomeText(outcome) as Outcome });
      return { kind: 'panic', at };
    }
    const changed = this.ears.reader.changes();
    if (!op) {
      const name = handler.slice(HANDLER.length);
      this.leftOut.set(name, (this.leftOut.get(name) ?? 0) + 1);
      if (changed.size === 0) return undefined;
      const reason = `${name} changed who owns ${changed.size} pages, and is no operation of the format`;
      return { kind: 'cannot', reason };
    }
    if (isFault && this.ears.splitsBlocks) {
      this.ops.push(op);
      return undefined;
    }
    const outcome = isFault ? this.#faultOutcome(op, wasMapped) : this.#outcome(op, context);
    this.ops.push({ ...op, expect: outcome }, ...this.#surplus.after(op, outcome, changed));
    this.ears.calls.done(op, outcome);
    return undefined;
  }

  /** Lets a handler run to its end: until it returns, or the hypervisor panics. */
  async #finish(entry: Registers): Promise<Registers> {
    const back = entry.x[30];
    // The breakpoint at the handler would stop the CPU where it is.
    const stopped = await this.ears.resume({ clear: entry.pc, set: back });
    this.#moves.push({ clear: back, set: entry.pc });
    if (stopped.pc === back || stopped.pc === this.#panic) return stopped;
    throw this.#unexpected(stopped, 'within an operation');
  }

  async #fault(): Promise<TraceOp> {
    const hpfar = await this.ears.gdb.register(this.ears.hpfar);
    // FIPA, bits 4 to 43, is the address of the page without its low 12 bits.
    const page = BigInt.asUintN(44, hpfar) >> 4n;
    return { op: FAULT, addr: `0x${(page << 12n).toString(16)}` };
  }

  #isMapped(op: TraceOp): boolean {
    if (op.op !== FAULT) return false;
    const { ram, machine } = this.ears;
    const page = Number(op.addr) / 4096;
    return isValid(leafInMemory(ram, machine.hostRoot, machine.hostLevel, page).pte);
  }

  /** The handler returns nothing: mapped before, mapped now, or refused. */
  #faultOutcome(op: TraceOp, wasMapped: boolean): number {
    if (wasMapped) return -EAGAIN;
    return this.#isMapped(op) ? 0 : -EPERM;
  }

  /** The answer in the host's x1; a load or a put of a vCPU answers nothing. */
  #outcome({ op }: TraceOp, context: number): number {
    if (op === '__pkvm_vcpu_load' || op === '__pkvm_vcpu_put') return 0;
    return this.ears.ram.read(context + 8, 4).readInt32LE(0);
  }

  #unexpected(stopped: Registers, where: string): SideError {
    const { addresses } = this.ears;
    if (stopped.pc === this.#panic) {
      const { outcome, at } = new PanicReader(addresses).read(stopped);
      return new SideError(`the hypervisor panics ${where}: ${outcomeText(outcome)} at ${at}`);
    }
    return new SideError(`the machine stopped ${where}, at ${addresses.describe(stopped.pc)}`);
  }
}
