// SPDX-License-Identifier: GPL-2.0-only
/** Packets of the gdb remote serial protocol, and registers of arm64 as QEMU's stub orders them. */

/** x0 to x30, sp, pc and cpsr. */
export interface Registers {
  readonly x: BigUint64Array;
  sp: bigint;
  pc: bigint;
  cpsr: number;
}

const X_REGISTERS = 31;

export function frame(payload: string): string {
  let sum = 0;
  for (let i = 0; i < payload.length; i++) sum = (sum + payload.charCodeAt(i)) & 255;
  return `$${payload}#${sum.toString(16).padStart(2, '0')}`;
}

/** Cuts packets out of a stream. */
export class PacketReader {
  #rest = '';

  /** The payloads completed by these bytes. */
  push(text: string): string[] {
    this.#rest += text;
    const payloads: string[] = [];
    for (;;) {
      const start = this.#rest.indexOf('$');
      if (start < 0) {
        this.#rest = '';
        return payloads;
      }
      const end = this.#rest.indexOf('#', start);
      if (end < 0 || this.#rest.length < end + 3) {
        this.#rest = this.#rest.slice(start);
        return payloads;
      }
      payloads.push(this.#rest.slice(start + 1, end));
      this.#rest = this.#rest.slice(end + 3);
    }
  }
}

/** Binary data: `}` announces a byte that is sent xor 0x20. */
export function unescaped(payload: string): string {
  return payload.replace(/}([\s\S])/g, (_, byte: string) =>
    String.fromCharCode(byte.charCodeAt(0) ^ 0x20),
  );
}

export function parseRegisters(payload: string): Registers {
  const bytes = Buffer.from(payload.slice(0, 2 * (8 * (X_REGISTERS + 2) + 4)), 'hex');
  const x = new BigUint64Array(X_REGISTERS);
  for (let i = 0; i < X_REGISTERS; i++) x[i] = bytes.readBigUInt64LE(8 * i);
  return {
    x,
    sp: bytes.readBigUInt64LE(8 * X_REGISTERS),
    pc: bytes.readBigUInt64LE(8 * (X_REGISTERS + 1)),
    cpsr: bytes.readUInt32LE(8 * (X_REGISTERS + 2)),
  };
}

export function formatRegisters({ x, sp, pc, cpsr }: Registers): string {
  const bytes = Buffer.alloc(8 * (X_REGISTERS + 2) + 4);
  x.forEach((value, i) => {
    bytes.writeBigUInt64LE(value, 8 * i);
  });
  bytes.writeBigUInt64LE(sp, 8 * X_REGISTERS);
  bytes.writeBigUInt64LE(pc, 8 * (X_REGISTERS + 1));
  bytes.writeUInt32LE(cpsr >>> 0, 8 * (X_REGISTERS + 2));
  return bytes.toString('hex');
}

export function copyRegisters(registers: Registers): Registers {
  return { ...registers, x: registers.x.slice() };
}

/** One register: 4 or 8 bytes, little-endian. */
export function parseRegister(payload: string): bigint {
  const bytes = Buffer.from(payload, 'hex');
  return bytes.length === 4 ? BigInt(bytes.readUInt32LE(0)) : bytes.readBigUInt64LE(0);
}
