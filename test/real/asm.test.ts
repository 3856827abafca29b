// SPDX-License-Identifier: GPL-2.0-only
/** Expected words are what GNU as 2.40 makes of the instruction in each comment. */
import { describe, expect, it } from 'vitest';
import { Assembler, XZR } from '../../src/real/boot/asm.js';

function words(asm: Assembler): string[] {
  const code = asm.code();
  return Array.from({ length: code.length / 4 }, (_, i) =>
    code
      .readUInt32LE(4 * i)
      .toString(16)
      .padStart(8, '0'),
  );
}

describe('an instruction', () => {
  it.each([
    ['mov x3, x7', (asm: Assembler) => asm.mov(3, 7), 'aa0703e3'],
    ['add x1, x2, #88', (asm: Assembler) => asm.addImmediate(1, 2, 88), '91016041'],
    ['sub sp, sp, #32', (asm: Assembler) => asm.subImmediate(XZR, XZR, 32), 'd10083ff'],
    ['add x1, x2, x3, lsl #3', (asm: Assembler) => asm.add(1, 2, 3, 3), '8b030c41'],
    ['sub x1, x2, x3', (asm: Assembler) => asm.sub(1, 2, 3), 'cb030041'],
    ['and x1, x2, x3', (asm: Assembler) => asm.and(1, 2, 3), '8a030041'],
    ['lsr x1, x2, x3', (asm: Assembler) => asm.shiftRight(1, 2, 3), '9ac32441'],
    ['and x1, x2, #0x1ff', (asm: Assembler) => asm.andLow(1, 2, 9), '92402041'],
    ['cmp x1, x2', (asm: Assembler) => asm.compare(1, 2), 'eb02003f'],
    ['cmp x1, #5', (asm: Assembler) => asm.compareImmediate(1, 5), 'f100143f'],
    ['cmn x0, #4095', (asm: Assembler) => asm.compareNegative(0, 4095), 'b13ffc1f'],
    ['ldr x1, [x2, #16]', (asm: Assembler) => asm.load(8, 1, 2, 16), 'f9400841'],
    ['ldr w1, [x2, #16]', (asm: Assembler) => asm.load(4, 1, 2, 16), 'b9401041'],
    ['ldrh w1, [x2, #2]', (asm: Assembler) => asm.load(2, 1, 2, 2), '79400441'],
    ['strb w1, [x2, #3]', (asm: Assembler) => asm.store(1, 1, 2, 3), '39000c41'],
    ['str x1, [x2]', (asm: Assembler) => asm.store(8, 1, 2), 'f9000041'],
    ['br x4', (asm: Assembler) => asm.branchRegister(4), 'd61f0080'],
    ['blr x4', (asm: Assembler) => asm.callRegister(4), 'd63f0080'],
    ['svc #0', (asm: Assembler) => asm.systemCall(), 'd4000001'],
    ['ret', (asm: Assembler) => asm.ret(), 'd65f03c0'],
  ])('%s', (_text, assemble, expected) => {
    expect(words(assemble(new Assembler()))).toEqual([expected]);
  });

  it('that builds a constant takes one word for each part that is not zero', () => {
    // movz x0, #0x5678; movk x0, #0x4000, lsl #48
    expect(words(new Assembler().mov64(0, 0x4000000000005678n))).toEqual(['d28acf00', 'f2e80000']);
    // movz x0, #0, lsl #48
    expect(words(new Assembler().mov64(0, 0n))).toEqual(['d2e00000']);
  });
});

describe('a branch', () => {
  it('goes forwards and backwards by words', () => {
    const asm = new Assembler().label('start').branch('end').branchIf('ne', 'start');
    asm.branchIfZero(3, 'start').branchIfBitClear(5, 2, 'end').label('end');
    asm.branchIfNotZero(5, 'end');
    // b +16; b.ne -4; cbz x3, -8; tbz w5, #2, +4; cbnz x5, +0
    expect(words(asm)).toEqual(['14000004', '54ffffe1', 'b4ffffc3', '36100025', 'b5000005']);
  });

  it('to nowhere is a mistake of ours', () => {
    expect(() => new Assembler().branch('nowhere').code()).toThrow('nowhere');
  });
});
