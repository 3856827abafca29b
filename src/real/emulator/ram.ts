// SPDX-License-Identifier: GPL-2.0-only
/** The memory of the emulated machine, which is a file that the emulator shares with us. */

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/** Bytes read at a time where a whole file is gone through. */
const CHUNK = 1 << 20;

export class Ram {
  readonly #fd: number;

  /** `base`: the physical address of the first byte. */
  constructor(
    path: string,
    readonly base: number,
  ) {
    this.#fd = openSync(path, 'r+');
  }

  /** Reads at a physical address, bytes. */
  read(address: number, length: number): Buffer {
    return this.readInto(Buffer.allocUnsafe(length), address);
  }

  readInto(buffer: Buffer, address: number): Buffer {
    const read = readSync(this.#fd, buffer, 0, buffer.length, address - this.base);
    if (read < buffer.length) buffer.fill(0, Math.max(read, 0));
    return buffer;
  }

  write(address: number, data: Buffer): void {
    writeSync(this.#fd, data, 0, data.length, address - this.base);
  }

  u8(address: number): number {
    return this.read(address, 1)[0];
  }

  u32(address: number): number {
    return this.read(address, 4).readUInt32LE(0);
  }

  u64(address: number): bigint {
    return this.read(address, 8).readBigUInt64LE(0);
  }

  /** Whether an address is within the file. */
  has(address: number): boolean {
    return address >= this.base && address < this.base + fstatSync(this.#fd).size;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Bytes of a block in a packed copy: what is zero is left out block by block. */
const BLOCK = 64 * 1024;

/** A part of memory, physical bytes. */
export interface RamPart {
  readonly address: number;
  readonly length: number;
}

/**
 * Copies those parts of a machine's memory that are not zero to a file: the number of blocks, the
 * address of each, then the blocks.
 */
export function packRam(ram: Ram, parts: readonly RamPart[], file: string): void {
  const zeros = Buffer.alloc(BLOCK);
  const addresses: number[] = [];
  const buffer = Buffer.allocUnsafe(CHUNK);
  forEachBlock(ram, parts, buffer, (block, address) => {
    if (!block.equals(zeros)) addresses.push(address);
  });
  const header = Buffer.alloc(8 * (addresses.length + 1));
  header.writeDoubleLE(addresses.length, 0);
  addresses.forEach((address, index) => {
    header.writeDoubleLE(address, 8 * (index + 1));
  });
  const target = openSync(file, 'wx');
  try {
    writeSync(target, header);
    const block = Buffer.allocUnsafe(BLOCK);
    for (const address of addresses) writeSync(target, ram.readInto(block, address));
  } finally {
    closeSync(target);
  }
}

function forEachBlock(
  ram: Ram,
  parts: readonly RamPart[],
  buffer: Buffer,
  visit: (block: Buffer, address: number) => void,
): void {
  for (const { address, length } of parts) {
    const first = Math.floor(address / BLOCK) * BLOCK;
    for (let at = first; at < address + length; at += CHUNK) {
      ram.readInto(buffer, at);
      for (let block = 0; block < CHUNK && at + block < address + length; block += BLOCK) {
        visit(buffer.subarray(block, block + BLOCK), at + block);
      }
    }
  }
}

/** Makes the memory of a machine from a packed copy: a file of `bytes` bytes from `base`. */
export function unpackRam(packed: string, file: string, base: number, bytes: number): void {
  const source = openSync(packed, 'r');
  const target = openSync(file, 'wx');
  try {
    const count = Buffer.alloc(8);
    readSync(source, count, 0, 8, 0);
    const header = Buffer.alloc(8 * count.readDoubleLE(0));
    readSync(source, header, 0, header.length, 8);
    ftruncateSync(target, bytes);
    const block = Buffer.allocUnsafe(BLOCK);
    for (let at = 0; at < header.length; at += 8) {
      if (readSync(source, block, 0, BLOCK, 8 + header.length + (at / 8) * BLOCK) < BLOCK)
        throw new RangeError(`${packed} ends early`);
      writeSync(target, block, 0, BLOCK, header.readDoubleLE(at) - base);
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}
