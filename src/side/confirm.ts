// SPDX-License-Identifier: GPL-2.0-only
/**
 * Does a side do what one of two implementations does, where the two differ? The trace that shows
 * the difference is run on it up to the operation that differs.
 */

import { outcomeText } from '../hyp/outcome.js';
import type { Trace } from '../trace/index.js';
import type { Placement, Side, SideStep } from './side.js';
import { samePages } from './side_difference.js';

/** What came of it. */
export type Confirmation =
  /** The side does what the first implementation does there, and not what the second does. */
  | { readonly kind: 'confirmed'; readonly outcome: string }
  /** It does something else, which is what happened instead. */
  | {
      readonly kind: 'not confirmed';
      readonly outcome: string;
      readonly like: 'second' | 'neither';
    }
  | { readonly kind: 'not tried'; readonly reason: string };

/**
 * @param first what is to be confirmed: a side that does what the first implementation does
 * @param second the one that the difference is to
 * @param opIndex the operation that differs
 * @throws BootError when the trace's machine is too small to boot
 */
export async function confirm(
  trace: Trace,
  opIndex: number,
  first: Side,
  second: Side,
  real: Side,
): Promise<Confirmation> {
  const own: Placement = { trace, original: (pfn) => pfn };
  const place = real.place?.(trace) ?? own;
  if ('notCompared' in place) return { kind: 'not tried', reason: place.notCompared };
  const { machine, ops } = place.trace;
  if (machine.nvhe_el2_debug !== trace.machine.nvhe_el2_debug) {
    const setting = machine.nvhe_el2_debug ? 'on' : 'off';
    return { kind: 'not tried', reason: `it is built with NVHE_EL2_DEBUG ${setting}` };
  }
  const wanted = ops.slice(0, opIndex + 1);
  for (let index = 0; index <= opIndex; index++) {
    const reason = place.without?.get(index);
    if (reason !== undefined) return { kind: 'not tried', reason };
  }
  const run = await real.run(machine, wanted);
  const step = run.steps[opIndex];
  if (!step) {
    const reason = run.stopped ?? `it ends at operation ${run.steps.length - 1} already`;
    return { kind: 'not tried', reason };
  }
  const [a, b] = await Promise.all([first.run(machine, wanted), second.run(machine, wanted)]);
  const outcome = outcomeText(step.outcome);
  if (isLike(step, a.steps[opIndex])) return { kind: 'confirmed', outcome };
  const like = isLike(step, b.steps[opIndex]) ? 'second' : 'neither';
  return { kind: 'not confirmed', outcome, like };
}

function isLike(step: SideStep, other: SideStep | undefined): boolean {
  return other !== undefined && step.outcome === other.outcome && samePages(step, other);
}
