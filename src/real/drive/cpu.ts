// SPDX-License-Identifier: GPL-2.0-only
/**
 * The one CPU of the machine, stopped at one of two places: in the host at EL1, on an instruction
 * of ours; or in the hypervisor at EL2, at the first instruction of handle_trap(). The exception
 * level is only ever changed by the CPU itself: by a hypercall, and by the return from one.
 */

import type { Gdb } from '../emulator/gdb.js';
import { copyRegisters, type Registers } from '../emulator/gdb_packets.js';
import type { Addresses } from '../machine/addresses.js';
import { PanicReader } from './panic.js';

/** What became of code that was let run. */
export type Ending =
  | { readonly kind: 'returned'; readonly registers: Registers }
  | { readonly kind: 'panic'; readonly outcome: number; readonly at: string }
  /** The host got an exception of its own: the hypervisor handed a fault back to it. */
  | { readonly kind: 'injected' }
  | { readonly kind: 'hung'; readonly at: string };

/** Interrupts masked: D, A, I and F of PSTATE. */
const MASKED = 0x3c0;
/** Any hypercall will do to get to EL2: what it asks for is never done. */
const SOME_HYPERCALL = 0xc6000001n;
/** Offset of the vector that a host's own synchronous exceptions go to. */
const SYNC_VECTOR = 0x200n;

/** Registers of a CPU that is parked at each place. */
export interface Parking {
  readonly host: Registers;
  readonly hyp: Registers;
}

export class Cpu {
  #at: 'host' | 'hyp' = 'host';
  /**
   * The hypervisor's stack where it is parked. A panic leaves it deeper, for ever: nobody is to come
   * back from one. We do, and after some of them there would be no stack left.
   */
  #stack: bigint | undefined;
  readonly #panics: PanicReader;
  readonly #breakpoints = new Set<bigint>();
  /** How long code may run, milliseconds of the emulator's processor time. */
  limitMs = 10_000;

  constructor(
    readonly gdb: Gdb,
    readonly addresses: Addresses,
    public parking: Parking,
    private readonly clock: () => number,
  ) {
    this.#panics = new PanicReader(addresses);
  }

  /** Breakpoints where the CPU is caught: at the park, in the panic handler, at a fault's vector. */
  async arm(): Promise<void> {
    for (const address of this.#catches()) await this.#break(address);
  }

  #catches(): bigint[] {
    const { addresses } = this;
    return [
      addresses.hyp('handle_trap'),
      addresses.kernel('nvhe_hyp_panic_handler'),
      addresses.kernel('vectors') + SYNC_VECTOR,
      addresses.hypercall + 4n,
      addresses.hostLoad + 4n,
    ];
  }

  async #break(address: bigint): Promise<void> {
    if (this.#breakpoints.has(address)) return;
    this.#breakpoints.add(address);
    await this.gdb.setBreakpoint(address);
  }

  /** After the state of the machine was replaced by one that is parked at EL2. */
  nowAtHyp(): void {
    this.#at = 'hyp';
    this.#stack = this.parking.hyp.sp;
  }

  /** From EL1 to EL2; `host` is where the CPU is afterwards when it returns. */
  async enterHyp(): Promise<void> {
    if (this.#at === 'hyp') return;
    const registers = copyRegisters(this.parking.host);
    registers.x[0] = SOME_HYPERCALL;
    registers.pc = this.addresses.hypercall;
    registers.cpsr |= MASKED;
    const stopped = await this.gdb.run(registers, this.limitMs, this.clock);
    if (stopped?.pc !== this.addresses.hyp('handle_trap')) {
      throw new Error(`the CPU did not get to EL2: pc 0x${stopped?.pc.toString(16)}`);
    }
    this.#stack ??= stopped.sp;
    this.parking = { ...this.parking, hyp: { ...stopped, sp: this.#stack } };
    this.#at = 'hyp';
  }

  /** Back to the host, by the return of the hypercall that led here. */
  async leaveHyp(): Promise<void> {
    if (this.#at === 'host') return;
    const registers = copyRegisters(this.parking.hyp);
    // The breakpoint at the park would stop the CPU where it is.
    const trap = this.addresses.hyp('handle_trap');
    await this.gdb.clearBreakpoint(trap);
    const stopped = await this.gdb.run(registers, this.limitMs, this.clock);
    await this.gdb.setBreakpoint(trap);
    if (stopped?.pc !== this.addresses.hypercall + 4n) {
      throw new Error(`the CPU did not get back to EL1: pc 0x${stopped?.pc.toString(16)}`);
    }
    this.#at = 'host';
  }

  /**
   * Calls code at EL2.
   * @param pc hyp virtual address
   * @param stackBytes bytes of the stack above the call that are left alone
   */
  async call(pc: bigint, args: readonly bigint[], stackBytes = 0): Promise<Ending> {
    await this.enterHyp();
    const { hyp } = this.parking;
    const registers = copyRegisters(hyp);
    args.forEach((value, index) => {
      registers.x[index] = BigInt.asUintN(64, value);
    });
    const trap = this.addresses.hyp('handle_trap');
    registers.x[30] = trap;
    registers.pc = pc;
    registers.sp -= BigInt(stackBytes);
    const sp = registers.sp;
    const stopped = await this.gdb.run(registers, this.limitMs, this.clock);
    if (stopped?.pc === trap && stopped.sp === sp) return { kind: 'returned', registers: stopped };
    return this.#otherwise(stopped);
  }

  /** Runs one instruction of the host at EL1: the hypercall or the load. */
  async hostInstruction(pc: bigint, args: readonly bigint[]): Promise<Ending> {
    await this.leaveHyp();
    const registers = copyRegisters(this.parking.host);
    args.forEach((value, index) => {
      registers.x[index] = BigInt.asUintN(64, value);
    });
    registers.pc = pc;
    registers.cpsr |= MASKED;
    const trap = this.addresses.hyp('handle_trap');
    await this.gdb.clearBreakpoint(trap);
    const stopped = await this.gdb.run(registers, this.limitMs, this.clock);
    await this.gdb.setBreakpoint(trap);
    if (stopped?.pc === pc + 4n) return { kind: 'returned', registers: stopped };
    return this.#otherwise(stopped);
  }

  async #otherwise(stopped: Registers | undefined): Promise<Ending> {
    const { addresses } = this;
    if (!stopped) {
      const { pc } = await this.gdb.registers();
      return { kind: 'hung', at: addresses.describe(pc) };
    }
    // A panic ends at EL1, in the host's handler of it.
    this.#at = 'host';
    if (stopped.pc === addresses.kernel('nvhe_hyp_panic_handler')) {
      return { kind: 'panic', ...this.#panics.read(stopped) };
    }
    if (stopped.pc === addresses.kernel('vectors') + SYNC_VECTOR) return { kind: 'injected' };
    throw new Error(`the CPU stopped where it should not: 0x${stopped.pc.toString(16)}`);
  }
}
