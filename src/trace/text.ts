// SPDX-License-Identifier: GPL-2.0-only
/**
 * An operation as reports show it.
 */

import { canonicalParameters } from './canonical.js';
import type { TraceOp } from './trace.js';

/**
 * `__pkvm_host_donate_hyp(pfn=0x40100, nr_pages=2)`: page numbers, addresses and VM handles in hex,
 * counts in decimal, FF-A ranges as `address+pages`.
 */
export function opText(op: TraceOp): string {
  const parameters = canonicalParameters(op).map(({ name, text }) => `${name}=${text}`);
  return `${op.op}(${parameters.join(', ')})`;
}
