// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  formatRegisters,
  frame,
  PacketReader,
  parseRegister,
  parseRegisters,
  unescaped,
} from '../../src/real/emulator/gdb_packets.js';

/** An answer to `g`: x0 to x30 hold their number; then sp, pc and the state of the processor. */
const REGISTERS = [
  ...Array.from({ length: 31 }, (_, i) => `${i.toString(16).padStart(2, '0')}00000000000000`),
  'ff8000800080ffff',
  'c48402800080ffff',
  'c5030060',
].join('');

describe('frame', () => {
  it('adds the sum of the characters modulo 256', () => {
    expect(frame('OK')).toBe('$OK#9a');
    expect(frame('qSupported')).toBe('$qSupported#37');
    expect(frame('')).toBe('$#00');
  });
});

describe('PacketReader', () => {
  it('puts packets together that come in pieces, and drops what is between them', () => {
    const reader = new PacketReader();
    expect(reader.push('+$T05thr')).toEqual([]);
    expect(reader.push('ead:01;#07+$O')).toEqual(['T05thread:01;']);
    expect(reader.push('K#9a')).toEqual(['OK']);
    expect(reader.push('+++')).toEqual([]);
  });

  it('gives several packets of one piece in order', () => {
    expect(new PacketReader().push('$OK#9a$S05#b8')).toEqual(['OK', 'S05']);
  });
});

describe('unescaped', () => {
  it('takes back the bytes that are announced by a brace', () => {
    expect(unescaped('a}\x03b}]')).toBe('a#b}');
  });
});

describe('registers', () => {
  it('are read little-endian, the state of the processor in four bytes', () => {
    const registers = parseRegisters(REGISTERS);
    expect(registers.x[30]).toBe(30n);
    expect(registers.pc).toBe(0xffff8000800284c4n);
    expect(registers.cpsr).toBe(0x600003c5);
  });

  it('are written as they are read', () => {
    expect(formatRegisters(parseRegisters(REGISTERS))).toBe(REGISTERS);
  });

  it('of four bytes and of eight are told apart', () => {
    expect(parseRegister('c5030060')).toBe(0x600003c5n);
    expect(parseRegister('0010000000000000')).toBe(0x1000n);
  });
});
