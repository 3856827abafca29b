// SPDX-License-Identifier: GPL-2.0-only
/**
 * A small assembler for arm64 (A64): the few instructions that what we run inside the emulator is
 * made of. It saves a cross compiler. Encodings as in the Arm Architecture Reference Manual.
 */

/** Conditions of `b.cond` by name. */
const CONDITIONS = { eq: 0, ne: 1, cs: 2, cc: 3, hi: 8, ls: 9 } as const;
export type Condition = keyof typeof CONDITIONS;

/** The register that reads as zero; as the base of a load or store it is the stack pointer. */
export const XZR = 31;

/** Bytes of a load or store, by the power of two. */
const SIZE = { 1: 0, 2: 1, 4: 2, 8: 3 } as const;
type Bytes = keyof typeof SIZE;

interface Fixup {
  readonly at: number;
  readonly label: string;
  readonly bits: 19 | 26 | 14;
}

/** Collects instructions; labels may be used before they are set. */
export class Assembler {
  readonly #words: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #fixups: Fixup[] = [];

  /** Names the address of the next instruction. */
  label(name: string): this {
    this.#labels.set(name, this.#words.length);
    return this;
  }

  word(word: number): this {
    this.#words.push(word >>> 0);
    return this;
  }

  /** A 64-bit constant, in as many instructions as it takes. */
  mov64(rd: number, value: bigint): this {
    const u64 = BigInt.asUintN(64, value);
    let isFirst = true;
    for (let part = 0; part < 4; part++) {
      const bits = Number((u64 >> BigInt(16 * part)) & 0xffffn);
      if (bits === 0 && !(part === 3 && isFirst)) continue;
      this.word((isFirst ? 0xd2800000 : 0xf2800000) | (part << 21) | (bits << 5) | rd);
      isFirst = false;
    }
    return this;
  }

  mov(rd: number, rm: number): this {
    return this.word(0xaa0003e0 | (rm << 16) | rd);
  }

  /** `add rd, rn, #value`, 0 to 4095; register 31 is the stack pointer. */
  addImmediate(rd: number, rn: number, value: number): this {
    return this.word(0x91000000 | (value << 10) | (rn << 5) | rd);
  }

  subImmediate(rd: number, rn: number, value: number): this {
    return this.word(0xd1000000 | (value << 10) | (rn << 5) | rd);
  }

  /** `add rd, rn, rm, lsl #shift`. */
  add(rd: number, rn: number, rm: number, shift = 0): this {
    return this.word(0x8b000000 | (rm << 16) | (shift << 10) | (rn << 5) | rd);
  }

  sub(rd: number, rn: number, rm: number): this {
    return this.word(0xcb000000 | (rm << 16) | (rn << 5) | rd);
  }

  and(rd: number, rn: number, rm: number): this {
    return this.word(0x8a000000 | (rm << 16) | (rn << 5) | rd);
  }

  /** `lsr rd, rn, rm`: by a register. */
  shiftRight(rd: number, rn: number, rm: number): this {
    return this.word(0x9ac02400 | (rm << 16) | (rn << 5) | rd);
  }

  /** `and rd, rn, #(2^bits - 1)`. */
  andLow(rd: number, rn: number, bits: number): this {
    return this.word(0x92400000 | ((bits - 1) << 10) | (rn << 5) | rd);
  }

  compare(rn: number, rm: number): this {
    return this.word(0xeb00001f | (rm << 16) | (rn << 5));
  }

  compareImmediate(rn: number, value: number): this {
    return this.word(0xf100001f | (value << 10) | (rn << 5));
  }

  /** `cmn rn, #value`: the carry is set if rn is at least -value, unsigned. */
  compareNegative(rn: number, value: number): this {
    return this.word(0xb100001f | (value << 10) | (rn << 5));
  }

  /** A load of 1, 2, 4 or 8 bytes at `rn + offset`; offset in bytes, a multiple of the size. */
  load(bytes: Bytes, rt: number, rn: number, offset = 0): this {
    return this.#memory(0x39400000, bytes, rt, rn, offset);
  }

  store(bytes: Bytes, rt: number, rn: number, offset = 0): this {
    return this.#memory(0x39000000, bytes, rt, rn, offset);
  }

  #memory(opcode: number, bytes: Bytes, rt: number, rn: number, offset: number): this {
    const size = SIZE[bytes];
    return this.word(opcode | (size << 30) | ((offset >> size) << 10) | (rn << 5) | rt);
  }

  branch(label: string): this {
    return this.#toLabel(0x14000000, label, 26);
  }

  branchIf(condition: Condition, label: string): this {
    return this.#toLabel(0x54000000 | CONDITIONS[condition], label, 19);
  }

  branchIfNotZero(rt: number, label: string): this {
    return this.#toLabel(0xb5000000 | rt, label, 19);
  }

  branchIfZero(rt: number, label: string): this {
    return this.#toLabel(0xb4000000 | rt, label, 19);
  }

  /** `tbz rt, #bit, label`: branches if the bit is clear. Bits 0 to 31. */
  branchIfBitClear(rt: number, bit: number, label: string): this {
    return this.#toLabel(0x36000000 | (bit << 19) | rt, label, 14);
  }

  callRegister(rn: number): this {
    return this.word(0xd63f0000 | (rn << 5));
  }

  branchRegister(rn: number): this {
    return this.word(0xd61f0000 | (rn << 5));
  }

  ret(): this {
    return this.word(0xd65f03c0);
  }

  /** `svc #0`: a system call. */
  systemCall(): this {
    return this.word(0xd4000001);
  }

  #toLabel(opcode: number, label: string, bits: Fixup['bits']): this {
    this.#fixups.push({ at: this.#words.length, label, bits });
    return this.word(opcode);
  }

  /** Byte offset of a label. */
  offsetOf(label: string): number {
    const at = this.#labels.get(label);
    if (at === undefined) throw new Error(`no label ${label}`);
    return 4 * at;
  }

  /** The code, little-endian. */
  code(): Buffer {
    const words = [...this.#words];
    for (const { at, label, bits } of this.#fixups) {
      const distance = this.offsetOf(label) / 4 - at;
      const field = distance & (2 ** bits - 1);
      words[at] = (words[at] | (bits === 26 ? field : field << 5)) >>> 0;
    }
    const code = Buffer.alloc(4 * words.length);
    words.forEach((word, index) => {
      code.writeUInt32LE(word, 4 * index);
    });
    return code;
  }
}
