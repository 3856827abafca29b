// SPDX-License-Identifier: GPL-2.0-only
/**
 * Misuse: a page that the hypervisor keeps a table or a free list in is given away or shared. From
 * there on the helpers are not independent any more (assumption 5), and nothing is claimed.
 */

import type { MachineConfig } from '../hyp/op.js';
import type { TraceOp } from '../trace/index.js';
import type { ObservedRun } from './observed.js';

/** Did a transition change pages of the carve-out? */
export function touchesCarveout(
  { carveout }: MachineConfig,
  { parameters, changes }: Pick<ObservedRun, 'parameters' | 'changes'>,
): boolean {
  const { pfn, nr_pages } = parameters;
  const end = endOf(carveout);
  return changes.length > 0 && pfn < end && pfn + nr_pages > carveout.pfn;
}

/** Does a poke change a page of the carve-out? */
export function pokesCarveout({ carveout }: MachineConfig, op: TraceOp): boolean {
  if (op.op !== 'poke') return false;
  const pfn = Number(op.pfn);
  return pfn >= carveout.pfn && pfn < endOf(carveout);
}

function endOf({ pfn, hpool_pages, host_s2_pages }: MachineConfig['carveout']): number {
  return pfn + hpool_pages + host_s2_pages;
}
