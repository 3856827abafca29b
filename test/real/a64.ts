// SPDX-License-Identifier: GPL-2.0-only
/**
 * An interpreter of the few arm64 instructions that our code at EL2 is made of, decoded as the Arm
 * Architecture Reference Manual has them (C4.1), to run that code without an emulator.
 */

/** What the code sees beyond its registers. */
export interface World {
  read(address: bigint): bigint;
  write(address: bigint, value: bigint): void;
  /** A call of an address outside of the code: x0 to x7 as they are; gives x0, or ends the run. */
  call(address: bigint, x: readonly bigint[]): bigint | 'never returns';
}

/** Runs code from an offset until it returns to its caller, or calls what never returns. */
export function runCode(code: Buffer, start: number, argument: bigint, world: World): void {
  const HOME = -4;
  const x = Array.from({ length: 32 }, () => 0n);
  x[0] = argument;
  x[30] = BigInt(HOME);
  let pc = start;
  let [less, equal] = [false, false];
  const get = (register: number) => (register === 31 ? 0n : x[register]);
  const set = (register: number, value: bigint) => {
    if (register !== 31) x[register] = BigInt.asUintN(64, value);
  };
  const signed = (value: number, bits: number) => (value << (32 - bits)) >> (32 - bits);
  const compare = (a: bigint, b: bigint) => {
    less = a < b;
    equal = a === b;
  };
  for (let steps = 0; pc !== HOME; steps++) {
    if (steps > 100_000) throw new Error('the code never ends');
    const word = code.readUInt32LE(pc);
    const rd = word & 31;
    const rn = (word >>> 5) & 31;
    const rm = (word >>> 16) & 31;
    const imm12 = BigInt((word >>> 10) & 0xfff);
    const is = (mask: number, value: number) => (word & mask) >>> 0 === value >>> 0;
    let next = pc + 4;
    if (is(0xffe0ffe0, 0xaa0003e0)) set(rd, get(rm));
    else if (is(0xff800000, 0xd2800000) || is(0xff800000, 0xf2800000)) {
      const shift = BigInt(16 * ((word >>> 21) & 3));
      const kept = is(0xff800000, 0xd2800000) ? 0n : get(rd) & ~(0xffffn << shift);
      set(rd, kept | (BigInt((word >>> 5) & 0xffff) << shift));
    } else if (is(0xffc00000, 0x91000000)) set(rd, get(rn) + imm12);
    else if (is(0xffc00000, 0xd1000000)) set(rd, get(rn) - imm12);
    else if (is(0xffc0001f, 0xf100001f)) compare(get(rn), imm12);
    else if (is(0xffe00000, 0x8b000000)) set(rd, get(rn) + (get(rm) << (imm12 & 63n)));
    else if (is(0xffe0001f, 0xeb00001f)) compare(get(rn), get(rm));
    else if (is(0xffe0fc00, 0xcb000000)) set(rd, get(rn) - get(rm));
    else if (is(0xffe0fc00, 0x8a000000)) set(rd, get(rn) & get(rm));
    else if (is(0xffe0fc00, 0x9ac02400)) set(rd, get(rn) >> (get(rm) & 63n));
    else if (is(0xffff0000, 0x92400000)) set(rd, get(rn) & ((2n << (imm12 & 63n)) - 1n));
    else if (is(0xffc00000, 0xf9400000)) set(rd, world.read(get(rn) + 8n * imm12));
    else if (is(0xffc00000, 0xf9000000)) world.write(get(rn) + 8n * imm12, get(rd));
    else if (is(0xfc000000, 0x14000000)) next = pc + 4 * signed(word & 0x3ffffff, 26);
    else if (is(0xff000010, 0x54000000)) {
      const holds = [equal, !equal, !less][word & 15];
      if (holds === undefined) throw new Error(`condition ${word & 15}`);
      if (holds) next = pc + 4 * signed((word >>> 5) & 0x7ffff, 19);
    } else if (is(0xff000000, 0xb4000000)) {
      if (get(rd) === 0n) next = pc + 4 * signed((word >>> 5) & 0x7ffff, 19);
    } else if (is(0xfffffc1f, 0xd63f0000)) {
      const result = world.call(get(rn), x.slice(0, 8));
      if (result === 'never returns') return;
      // What a C function may leave in the registers that are not its caller's.
      for (let register = 1; register < 19; register++) x[register] = 0xdead_dead_dead_deadn;
      [x[0], x[30]] = [result, BigInt(next)];
    } else if (word >>> 0 === 0xd65f03c0) next = Number(BigInt.asIntN(64, x[30]));
    else throw new Error(`0x${(word >>> 0).toString(16)} is no instruction of ours`);
    pc = next;
  }
}
