// SPDX-License-Identifier: GPL-2.0-only
/** Arguments of helpers by name: what they are of the transition's parameters, not their numbers. */

import { type Helper, stepText } from '../branches/index.js';
import { __hyp_va, wrapVirt } from '../hyp/numbers.js';
import type { Parameters } from './parameters.js';

/** Words a number is from a parameter when it is named after it. */
const NEAR = 2;

/** A use of a helper on a transition's own range, whatever the numbers: `set host OWNED`. */
export function callLabel(
  helper: Helper,
  args: readonly number[],
  { pfn, nr_pages }: Parameters,
): string {
  const step = stepText({ helper, args });
  const virt = __hyp_va(pfn);
  const isHost = helper.includes('host_');
  const start = isHost ? pfn : virt;
  const parts: string[] = [];
  if (args[0] !== start) parts.push(`from ${near(args[0], start, isHost ? 'pfn' : 'virt')}`);
  if (helper === 'pkvm_create_mappings_locked') {
    const end = wrapVirt(virt + nr_pages);
    if (args[1] !== end) parts.push(`to ${near(args[1], end, 'end')}`);
  } else if (helper !== 'hyp_page_count' && args[1] !== nr_pages) {
    parts.push(`of ${near(args[1], nr_pages, 'nr_pages')}`);
  }
  const rest = restOf(helper, args);
  if (rest !== undefined) parts.push(rest);
  return parts.length === 0 ? step : `${step} (${parts.join(', ')})`;
}

function near(value: number, parameter: number, name: string): string {
  const by = value - parameter;
  if (Math.abs(by) <= NEAR) return `${name} ${by < 0 ? '-' : '+'} ${Math.abs(by)}`;
  return `0x${value.toString(16)}`;
}

/** The state, owner or permissions, where the step's name does not tell all of them. */
function restOf(helper: Helper, args: readonly number[]): string | undefined {
  if (helper === 'hyp_page_count' || helper === 'kvm_pgtable_hyp_unmap') return undefined;
  return NAMED[helper]?.includes(args[2]) ? undefined : `with 0x${args[2].toString(16)}`;
}

/** Last arguments that the name of a step stands for, and nothing else. */
const NAMED: Readonly<Partial<Record<Helper, readonly number[]>>> = {
  __host_check_page_state_range: [0, 1, 2, 4],
  __hyp_check_page_state_range: [0, 1, 2, 4],
  __host_set_page_state_range: [0, 1, 2, 4],
  host_stage2_set_owner_locked: [0, 1],
  pkvm_create_mappings_locked: [0x006, 0x106, 0x206],
};
