// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { InitProgram } from '../../src/real/boot/init_program.js';

/** Bytes of an entry of the table of calls, and of what a call returned. */
const ENTRY = 88;
const SLOT = 8;
/** Where a program is loaded. */
const BASE = 0x400000n;

/** The table of a program of `calls` calls with `data` bytes of data: what stands before its end. */
function tableOf(elf: Buffer, calls: number, data: number): { at: bigint; bytes: Buffer } {
  const start = elf.length - data - SLOT * calls - ENTRY * (calls + 1);
  return { at: BASE + BigInt(start), bytes: elf.subarray(start) };
}

describe('a program of system calls', () => {
  it('goes on behind the calls that depend on one that may fail', () => {
    const program = new InitProgram();
    program.attempt(56n, [1n], (file) => {
      program.attempt(57n, [file], () => {});
    });
    program.attempt(64n, [], () => {});
    const { at, bytes } = tableOf(program.elf(), 3, 0);
    const message = (call: number) => bytes.readBigUInt64LE(ENTRY * call + 72);
    const length = (call: number) => bytes.readBigUInt64LE(ENTRY * call + 80);
    expect([0, 1, 2].map(length)).toEqual([0n, 0n, 0n]);
    expect([0, 1, 2].map((call) => message(call) - at)).toEqual([176n, 176n, 264n]);
  });

  it('stops with a text at a call that has to succeed', () => {
    const program = new InitProgram();
    program.call('open', 56n);
    // "tracediff: failed: open\n" and a zero are 25 bytes, 32 when they are 8-aligned.
    const { at, bytes } = tableOf(program.elf(), 1, 32);
    const dataAt = at + BigInt(2 * ENTRY + SLOT);
    expect(bytes.readBigUInt64LE(72)).toBe(dataAt);
    expect(bytes.readBigUInt64LE(80)).toBe(24n);
    expect(bytes.toString('latin1', 2 * ENTRY + SLOT, 2 * ENTRY + SLOT + 24)).toBe(
      'tracediff: failed: open\n',
    );
  });
});

/** ELF header and one program header (System V ABI, gabi 4.1). */
const HEADERS = 64 + 56;

describe('the first program', () => {
  const program = new InitProgram();
  program.print('ready');
  const elf = program.elf();

  it('is a static executable for arm64 with one segment', () => {
    expect(elf.toString('latin1', 0, 4)).toBe('\x7fELF');
    // ELFCLASS64, little-endian, ET_EXEC, EM_AARCH64
    expect([elf[4], elf[5], elf.readUInt16LE(16), elf.readUInt16LE(18)]).toEqual([2, 1, 2, 183]);
    expect(Number(elf.readBigUInt64LE(24))).toBe(Number(BASE) + HEADERS);
    // PT_LOAD of the whole file at its address
    expect(elf.readUInt32LE(64)).toBe(1);
    expect(Number(elf.readBigUInt64LE(64 + 16))).toBe(Number(BASE));
    expect(Number(elf.readBigUInt64LE(64 + 32))).toBe(elf.length);
  });

  it('has its calls in a table that points at their arguments: write(1, "ready\\n", 6)', () => {
    const table = elf.indexOf(Buffer.from([64, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]));
    const word = (index: number) => Number(elf.readBigUInt64LE(table + 8 * index));
    expect([word(0), word(1), word(3)]).toEqual([64, 1, 6]);
    const text = word(2) - Number(BASE);
    expect(elf.toString('latin1', text, text + 6)).toBe('ready\n');
    // No argument is fetched from an earlier result.
    expect(word(7)).toBe(0);
  });
});
