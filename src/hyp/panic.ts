// SPDX-License-Identifier: GPL-2.0-only
/**
 * Panics of the hypervisor. At nVHE EL2 a failed WARN_ON, a BUG_ON and a data abort all end the
 * hypervisor (arch/arm64/include/asm/bug.h, hyp/nvhe/host.S: hyp_panic), so each of them leaves
 * the operation at once, with the state as it was.
 */

import { PANIC_BUG, PANIC_FAULT, PANIC_WARN, type PanicCode, UNDEFINED } from './outcome.js';

/** Thrown inside the model only, caught only where an operation is run. Not an `Error`: no stack. */
export class HypPanic {
  constructor(readonly code: PanicCode | typeof UNDEFINED) {}
}

/** The end of what the model knows: a page is read as one thing and was last written as another. */
export class Undefined extends HypPanic {
  constructor(
    /** Page number. */
    readonly pfn: number,
    /** What it is read as, and what is in it. */
    readonly readAs: string,
    readonly holds: string,
  ) {
    super(UNDEFINED);
  }

  /** `page 0x40101 is used as table of VM 0x1001, but holds page of a free list` */
  get text(): string {
    return `page 0x${this.pfn.toString(16)} is used as ${this.readAs}, and is ${this.holds}`;
  }
}

const WARN = new HypPanic(PANIC_WARN);
const BUG = new HypPanic(PANIC_BUG);
const FAULT = new HypPanic(PANIC_FAULT);

export function WARN_ON(condition: boolean): void {
  if (condition) throw WARN;
}

export function BUG_ON(condition: boolean): void {
  if (condition) throw BUG;
}

/** A data abort: an access to an address that has no `hyp_page` or no contents. */
export function dataAbort(): never {
  throw FAULT;
}
