// SPDX-License-Identifier: GPL-2.0-only
/** A client of QEMU's gdb stub: registers, memory, breakpoints, and letting the CPU run. */

import { connect, type Socket } from 'node:net';
import {
  formatRegisters,
  frame,
  PacketReader,
  parseRegister,
  parseRegisters,
  type Registers,
  unescaped,
} from './gdb_packets.js';

/** The stub has gone, or answers what it should not. */
export class GdbError extends Error {
  override readonly name = 'GdbError';
}

interface Waiter {
  resolve(payload: string): void;
  reject(error: Error): void;
}

/** A breakpoint that is taken from one address and put at another. */
export interface BreakpointMove {
  readonly clear: bigint;
  readonly set: bigint;
}

/** Milliseconds that the packet of a stop upon connecting may take to come. */
const SETTLE_MS = 100;
/** How often a CPU that runs is looked at for having run too long, milliseconds. */
const LOOK_MS = 250;

export class Gdb {
  readonly #socket: Socket;
  readonly #reader = new PacketReader();
  readonly #waiters: Waiter[] = [];
  #closed: GdbError | undefined;
  #isAnswering = false;

  /** Connects to the stub's socket, which stops the CPU. */
  static connect(path: string): Promise<Gdb> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      const gdb = new Gdb(socket);
      socket.once('error', reject);
      socket.once('connect', () => {
        setTimeout(() => {
          gdb.#isAnswering = true;
          resolve(gdb);
        }, SETTLE_MS);
      });
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data) => this.#receive(data.toString('latin1')));
    socket.on('error', () => this.#fail());
    socket.on('close', () => this.#fail());
  }

  #receive(text: string): void {
    // Nothing is acknowledged: the next packet does it for QEMU, while an acknowledgement that
    // comes when the CPU already runs again stops it, as any byte does.
    for (const payload of this.#reader.push(text)) {
      if (this.#isAnswering) this.#waiters.shift()?.resolve(payload);
    }
  }

  #fail(): void {
    this.#closed ??= new GdbError('the emulator closed its debugger connection');
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#closed);
  }

  /** Sends packets one behind the other and waits for the answer to each. */
  #send(...payloads: readonly string[]): Promise<string[]> {
    if (this.#closed) return Promise.reject(this.#closed);
    const answers = payloads.map(
      () => new Promise<string>((resolve, reject) => this.#waiters.push({ resolve, reject })),
    );
    this.#socket.write(payloads.map(frame).join(''));
    return Promise.all(answers);
  }

  async #command(payload: string): Promise<string> {
    const [answer] = await this.#send(payload);
    return answer;
  }

  async #ok(payload: string): Promise<void> {
    const answer = await this.#command(payload);
    if (answer !== 'OK')
      throw new GdbError(`the emulator answers ${answer} to ${payload.slice(0, 24)}`);
  }

  /** A file of the description of the CPU: `target.xml`. */
  async features(annex: string): Promise<string> {
    let text = '';
    for (;;) {
      const at = text.length.toString(16);
      const answer = await this.#command(`qXfer:features:read:${annex}:${at},ffb`);
      text += unescaped(answer.slice(1));
      if (answer[0] === 'l') return text;
      if (answer[0] !== 'm') throw new GdbError(`no description of the CPU: ${answer}`);
    }
  }

  async negotiate(): Promise<void> {
    await this.#command('qSupported:xmlRegisters=aarch64');
  }

  async registers(): Promise<Registers> {
    return parseRegisters(await this.#command('g'));
  }

  setRegisters(registers: Registers): Promise<void> {
    return this.#ok(`G${formatRegisters(registers)}`);
  }

  async register(number: number): Promise<bigint> {
    return parseRegister(await this.#command(`p${number.toString(16)}`));
  }

  setBreakpoint(address: bigint): Promise<void> {
    return this.#ok(`Z1,${address.toString(16)},4`);
  }

  clearBreakpoint(address: bigint): Promise<void> {
    return this.#ok(`z1,${address.toString(16)},4`);
  }

  async readMemory(address: bigint, length: number): Promise<Buffer> {
    const answer = await this.#command(`m${address.toString(16)},${length.toString(16)}`);
    const bytes = Buffer.from(answer, 'hex');
    if (bytes.length !== length) throw new GdbError(`no memory at 0x${address.toString(16)}`);
    return bytes;
  }

  /** One instruction. */
  async step(): Promise<void> {
    await this.#command('s');
  }

  /**
   * Sets the registers if given, lets the CPU run, and gives the registers where it stopped; or
   * undefined if it did not stop within the limit, with the CPU stopped where it was then.
   * @param limitMs milliseconds
   * @param clock the clock they are counted on
   * @param breakpoints those that are moved before it runs
   */
  async run(
    registers: Registers | undefined,
    limitMs: number,
    clock: () => number = () => performance.now(),
    breakpoints: readonly BreakpointMove[] = [],
  ): Promise<Registers | undefined> {
    const moves = breakpoints.flatMap(({ clear, set }) => [
      `z1,${clear.toString(16)},4`,
      `Z1,${set.toString(16)},4`,
    ]);
    const all = registers ? [...moves, `G${formatRegisters(registers)}`] : moves;
    const stop = this.#send(...all, 'c');
    const started = clock();
    let isLate = false;
    const timer = setInterval(
      () => {
        if (isLate || clock() - started < limitMs) return;
        isLate = true;
        this.interrupt();
      },
      Math.min(limitMs, LOOK_MS),
    );
    try {
      const refused = (await stop).slice(0, -1).find((answer) => answer !== 'OK');
      if (refused !== undefined) throw new GdbError(`the emulator answers ${refused} before a run`);
    } finally {
      clearInterval(timer);
    }
    return isLate ? undefined : this.registers();
  }

  /** Stops a CPU that runs; the command that made it run ends. */
  interrupt(): void {
    this.#socket.write('\x03');
  }

  close(): void {
    this.#socket.destroy();
  }
}
