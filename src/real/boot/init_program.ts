// SPDX-License-Identifier: GPL-2.0-only
/**
 * The first program of user space, without a compiler: a static ELF file whose code walks a table
 * of system calls. What it does is data written here; a call may use what an earlier one returned.
 */

import { Assembler } from './asm.js';

const BASE = 0x400000n;
const ELF_HEADERS = 0x40 + 0x38;
const STDOUT = 1n;
const SYS_WRITE = 64n;
const SYS_PPOLL = 73n;
/** A system call of the table: number, six arguments, and what follows. */
const ENTRY_BYTES = 88;
/** With a length of 0 the message is the entry that is next when the call fails. */
const ENTRY = { mask: 56, slot: 64, message: 72, messageLength: 80 } as const;
/** Marks the end of the table. */
const END = 0xffffn;

/** An argument: a number, an address in the program's data, or what an earlier call returned. */
export type Argument = bigint | { readonly data: number } | { readonly result: number };

interface Call {
  readonly number: bigint;
  readonly args: readonly Argument[];
  /**
   * When the call fails: a text that is printed, and nothing runs after it; or the index of the call
   * that is next then.
   */
  readonly failure: { readonly data: number; readonly length: number } | { next: number };
}

/** Collects the system calls of a program. */
export class InitProgram {
  readonly #calls: Call[] = [];
  readonly #data: Buffer[] = [];
  #dataLength = 0;

  /** Puts bytes into the program's data, 8-aligned, and gives an argument that points at them. */
  bytes(data: Buffer): { readonly data: number } {
    const at = this.#dataLength;
    const padding = Buffer.alloc(-data.length & 7);
    this.#data.push(data, padding);
    this.#dataLength += data.length + padding.length;
    return { data: at };
  }

  text(text: string): { readonly data: number } {
    return this.bytes(Buffer.from(`${text}\0`, 'latin1'));
  }

  /** Adds a call; `what` names it on the console should it fail. Gives its result as an argument. */
  call(what: string, number: bigint, ...args: readonly Argument[]): { readonly result: number } {
    const message = `tracediff: failed: ${what}\n`;
    const failure = { ...this.text(message), length: message.length };
    this.#calls.push({ number, args, failure });
    return { result: this.#calls.length - 1 };
  }

  /** Adds a call that may fail, and those that `then` adds, which are done only if it does not. */
  attempt(
    number: bigint,
    args: readonly Argument[],
    then: (result: { readonly result: number }) => void,
  ): void {
    const failure = { next: 0 };
    this.#calls.push({ number, args, failure });
    then({ result: this.#calls.length - 1 });
    failure.next = this.#calls.length;
  }

  print(line: string): void {
    const text = `${line}\n`;
    this.call('write', SYS_WRITE, STDOUT, this.text(text), BigInt(text.length));
  }

  /** The ELF file: does the calls, then sleeps for ever. */
  elf(): Buffer {
    const code = interpreter(0n).length;
    const tableAt = BASE + BigInt(ELF_HEADERS + code);
    const slotsAt = tableAt + BigInt(ENTRY_BYTES * (this.#calls.length + 1));
    const dataAt = slotsAt + BigInt(8 * this.#calls.length);
    const valueOf = (argument: Argument): bigint => {
      if (typeof argument === 'bigint') return BigInt.asUintN(64, argument);
      if ('data' in argument) return dataAt + BigInt(argument.data);
      return slotsAt + BigInt(8 * argument.result);
    };
    const table = Buffer.alloc(ENTRY_BYTES * (this.#calls.length + 1));
    this.#calls.forEach(({ number, args, failure }, index) => {
      const entry = table.subarray(ENTRY_BYTES * index);
      let mask = 0n;
      entry.writeBigUInt64LE(number, 0);
      args.forEach((argument, position) => {
        if (typeof argument === 'object' && 'result' in argument) mask |= 1n << BigInt(position);
        entry.writeBigUInt64LE(valueOf(argument), 8 * (position + 1));
      });
      entry.writeBigUInt64LE(mask, ENTRY.mask);
      entry.writeBigUInt64LE(slotsAt + BigInt(8 * index), ENTRY.slot);
      const isOptional = 'next' in failure;
      const next = isOptional ? tableAt + BigInt(ENTRY_BYTES * failure.next) : 0n;
      const message = isOptional ? next : dataAt + BigInt(failure.data);
      entry.writeBigUInt64LE(message, ENTRY.message);
      entry.writeBigUInt64LE(isOptional ? 0n : BigInt(failure.length), ENTRY.messageLength);
    });
    table.writeBigUInt64LE(END, ENTRY_BYTES * this.#calls.length);
    const slots = Buffer.alloc(8 * this.#calls.length);
    const body = Buffer.concat([interpreter(tableAt), table, slots, ...this.#data]);
    return Buffer.concat([elfHeaders(body.length), body]);
  }
}

/** Walks the table: x19 the entry, x20 which arguments are to be fetched. */
function interpreter(tableAt: bigint): Buffer {
  const asm = new Assembler();
  // The address is always built in two instructions, so that the code's length is known before it.
  asm.word(0xd2800000 | (Number((tableAt >> 16n) & 0xffffn) << 5) | (1 << 21) | 19);
  asm.word(0xf2800000 | (Number(tableAt & 0xffffn) << 5) | 19);
  asm.label('next').load(8, 8, 19, 0);
  asm.mov64(9, END).compare(8, 9).branchIf('eq', 'sleep');
  asm.load(8, 20, 19, ENTRY.mask);
  for (let position = 0; position < 6; position++) {
    asm.load(8, position, 19, 8 * (position + 1));
    asm.branchIfBitClear(20, position, `plain${position}`);
    asm.load(8, position, position, 0).label(`plain${position}`);
  }
  asm.systemCall().load(8, 9, 19, ENTRY.slot).store(8, 0, 9, 0);
  // Errors are -4095 to -1.
  asm.compareNegative(0, 4095).branchIf('cs', 'failed');
  asm.addImmediate(19, 19, ENTRY_BYTES).branch('next');
  asm.label('failed').load(8, 1, 19, ENTRY.message).load(8, 2, 19, ENTRY.messageLength);
  asm.branchIfNotZero(2, 'stop').addImmediate(19, 1, 0).branch('next');
  asm.label('stop').mov64(0, STDOUT).mov64(8, SYS_WRITE).systemCall();
  asm.label('sleep');
  for (let register = 0; register < 5; register++) asm.mov64(register, 0n);
  asm.mov64(8, SYS_PPOLL).systemCall().branch('sleep');
  return asm.code();
}

/** An executable with one segment that is read, written and run. */
function elfHeaders(bodyLength: number): Buffer {
  const headers = Buffer.alloc(ELF_HEADERS);
  headers.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  headers.writeUInt16LE(2, 16);
  headers.writeUInt16LE(183, 18);
  headers.writeUInt32LE(1, 20);
  headers.writeBigUInt64LE(BASE + BigInt(ELF_HEADERS), 24);
  headers.writeBigUInt64LE(0x40n, 32);
  headers.writeUInt16LE(0x40, 52);
  headers.writeUInt16LE(0x38, 54);
  headers.writeUInt16LE(1, 56);
  const segment = headers.subarray(0x40);
  segment.writeUInt32LE(1, 0);
  segment.writeUInt32LE(7, 4);
  segment.writeBigUInt64LE(BASE, 16);
  segment.writeBigUInt64LE(BASE, 24);
  segment.writeBigUInt64LE(BigInt(ELF_HEADERS + bodyLength), 32);
  segment.writeBigUInt64LE(BigInt(ELF_HEADERS + bodyLength), 40);
  segment.writeBigUInt64LE(0x1000n, 48);
  return headers;
}
