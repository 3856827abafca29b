// SPDX-License-Identifier: GPL-2.0-only
/** Where things are: physical addresses, the host's virtual ones, and the hypervisor's. */

import { SideError } from '../../side/side.js';
import type { Ram } from '../emulator/ram.js';
import type { Symbols } from '../image/symbols.js';

const HVC_0 = 0xd4000002;
/** `ldr x0, [x0]`. */
const LDR_X0 = 0xf9400000;
/** PAGE_OFFSET for 48 and for 52 bits of virtual address. */
const PAGE_OFFSETS = [0xffff000000000000n, 0xfff0000000000000n];

export class Addresses {
  /** Virtual minus physical address of the kernel image. */
  readonly #kimageVoffset: bigint;
  /** Physical minus hyp virtual address (`hyp_physvirt_offset`). */
  readonly #physvirtOffset: bigint;
  readonly #linearOffset: bigint;
  /** Host virtual address of an `hvc #0`. */
  readonly hypercall: bigint;
  /** Host virtual address of an `ldr x0, [x0]`. */
  readonly hostLoad: bigint;

  /** `image`: physical address of the kernel image. */
  constructor(
    private readonly ram: Ram,
    readonly symbols: Symbols,
    private readonly image: number,
  ) {
    this.#kimageVoffset = ram.u64(this.physical('kimage_voffset'));
    this.#physvirtOffset = ram.u64(this.physical('__kvm_nvhe_hyp_physvirt_offset'));
    const memstart = BigInt.asIntN(64, ram.u64(this.physical('memstart_addr')));
    // The host's linear map: the one of the two that gives canonical addresses of the upper half.
    const offset = PAGE_OFFSETS.find((candidate) => {
      const address = BigInt.asUintN(64, BigInt(image) - memstart + candidate);
      return address >= candidate && (candidate === PAGE_OFFSETS[1] || address >> 47n === 0x1fffen);
    });
    if (offset === undefined) throw new SideError('the linear map of the host cannot be made out');
    this.#linearOffset = offset - memstart;
    this.hypercall = this.#find('__arm_smccc_hvc', 64, HVC_0);
    this.hostLoad = this.#find('_text', symbols.offset('_etext'), LDR_X0, 0x10000);
  }

  #find(symbol: string, length: number, word: number, from = 0): bigint {
    const start = this.physical(symbol) + from;
    const bytes = this.ram.read(start, Math.max(0, length - from));
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      if (bytes.readUInt32LE(at) === word) return BigInt(start + at) + this.#kimageVoffset;
    }
    throw new SideError(`no instruction 0x${word.toString(16)} near ${symbol} of the kernel`);
  }

  /** Physical address of a symbol of the image. */
  physical(name: string): number {
    return this.image + this.symbols.offset(name);
  }

  hypPhysical(name: string): number {
    return this.image + this.symbols.hypOffset(name);
  }

  /** Virtual address of a symbol in the host. */
  kernel(name: string): bigint {
    return BigInt.asUintN(64, BigInt(this.physical(name)) + this.#kimageVoffset);
  }

  /** Hyp virtual address of a symbol of the hypervisor. */
  hyp(name: string): bigint {
    return this.hypVa(this.hypPhysical(name));
  }

  /** Hyp virtual address of a physical one; wraps like the C. */
  hypVa(physical: number | bigint): bigint {
    return BigInt.asUintN(64, BigInt(physical) - this.#physvirtOffset);
  }

  /** Physical address of a hyp virtual one. */
  hypPa(va: bigint): bigint {
    return BigInt.asUintN(64, va + this.#physvirtOffset);
  }

  /** Address in the linear map of the host. */
  linear(physical: number | bigint): bigint {
    return BigInt.asUintN(64, BigInt(physical) + this.#linearOffset);
  }

  /** Physical address of one in the linear map of the host. */
  linearPa(va: bigint): bigint {
    return BigInt.asUintN(64, va - this.#linearOffset);
  }

  /** The name of what is at an address of either map of the kernel image. */
  describe(va: bigint): string {
    const kernel = Number(BigInt.asIntN(64, va - this.#kimageVoffset)) - this.image;
    const hyp = Number(BigInt.asIntN(64, this.hypPa(va))) - this.image;
    const end = this.symbols.offset('_end');
    const offset = [kernel, hyp].find((candidate) => candidate >= 0 && candidate < end);
    return offset === undefined ? `0x${va.toString(16)}` : this.symbols.describe(offset);
  }

  readPhysical(physical: number, length: number): Buffer {
    return this.ram.read(physical, length);
  }

  describePhysical(physical: bigint): string {
    return this.symbols.describe(Number(physical) - this.image);
  }
}
