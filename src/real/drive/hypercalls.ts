// SPDX-License-Identifier: GPL-2.0-only
/** Hypercalls by their handlers at EL2: what a host asks, without the way there and back. */

import type { Ending } from './cpu.js';
import type { Kernel } from './kernel.js';

/** Bytes of a context of the host that handlers read and write: struct kvm_cpu_context and more. */
const CONTEXT_BYTES = 4096;
const REGISTER_BYTES = 8;

/**
 * Calls a handler with x1, x2, ... of the host; what it answers, x1, comes back as if it had
 * returned it.
 */
export async function hypercall(
  kernel: Kernel,
  handler: string,
  args: readonly bigint[],
): Promise<Ending> {
  const context = Buffer.alloc(CONTEXT_BYTES);
  args.forEach((value, index) => {
    context.writeBigUInt64LE(BigInt.asUintN(64, value), REGISTER_BYTES * (index + 1));
  });
  // Behind what other calls put into our pages.
  const at = kernel.data + kernel.dataBytes - CONTEXT_BYTES;
  kernel.ram.write(at, context);
  const ending = await kernel.call(handler, kernel.addresses.hypVa(at));
  if (ending.kind === 'returned') ending.registers.x[0] = kernel.ram.u64(at + REGISTER_BYTES);
  return ending;
}
