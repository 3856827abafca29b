// SPDX-License-Identifier: GPL-2.0-only
/**
 * Panics of the hypervisor. At nVHE EL2 a failed WARN_ON, a BUG_ON and a data abort all end the
 * hypervisor (arch/arm64/include/asm/bug.h, hyp/nvhe/host.S: hyp_panic), so each of them leaves
 * the operation at once, with the state as it was.
 */

import { PANIC_BUG, PANIC_FAULT, PANIC_WARN, type PanicCode } from './outcome.js';

/** Thrown inside the model only, caught only where an operation is run. Not an `Error`: no stack. */
export class HypPanic {
  constructor(readonly code: PanicCode) {}
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
