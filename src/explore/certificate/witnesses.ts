// SPDX-License-Identifier: GPL-2.0-only
/**
 * What exploration must have met to mean something: each operation succeeding, and each error it can
 * give. An equivalence where an error was never met says nothing about that error.
 */

import type { OpName } from '../../hyp/op.js';
import type { WorldOptions } from '../world/options.js';
import type { World } from '../world/world.js';

/** Every outcome an operation of a world can have, after the model's text (operations, panics). */
const OUTCOMES: Readonly<Partial<Record<OpName, readonly string[]>>> = {
  __pkvm_host_share_hyp: ['0', '-EPERM'],
  __pkvm_host_unshare_hyp: ['0', '-EPERM', '-EBUSY'],
  __pkvm_host_donate_hyp: ['0', '-EPERM'],
  __pkvm_hyp_donate_host: ['0', '-EPERM'],
  __pkvm_host_share_ffa: ['0', '-EPERM'],
  __pkvm_host_unshare_ffa: ['0', '-EPERM'],
  hyp_pin_shared_mem: ['0', '-EPERM'],
  hyp_unpin_shared_mem: ['0', 'BUG'],
  handle_host_mem_abort: ['0', '-EAGAIN', 'BUG'],
  ffa_host_share_ranges: ['0', '-6'],
  ffa_host_unshare_ranges: ['0', '-6'],
  __pkvm_vcpu_load: ['0'],
  __pkvm_vcpu_put: ['0'],
  __pkvm_host_share_guest: ['0', '-EPERM', 'WARN'],
  __pkvm_host_unshare_guest: ['0', '-EPERM', '-ENOENT', '-E2BIG'],
  __pkvm_host_wrprotect_guest: ['0', '-EPERM', '-ENOENT', '-E2BIG'],
  __pkvm_host_test_clear_young_guest: ['0', '1', '-EPERM', '-ENOENT', '-E2BIG'],
  __pkvm_host_relax_perms_guest: ['0', '-EPERM', '-ENOENT', '-E2BIG'],
  __pkvm_host_mkyoung_guest: ['0', '-EPERM', '-ENOENT', '-E2BIG'],
};

const RANGE_CHECKED: ReadonlySet<OpName> = new Set<OpName>([
  '__pkvm_host_donate_hyp',
  '__pkvm_host_share_ffa',
  '__pkvm_host_unshare_ffa',
]);

const ON_LOADED_VCPU: ReadonlySet<OpName> = new Set<OpName>([
  '__pkvm_host_share_guest',
  '__pkvm_host_relax_perms_guest',
  '__pkvm_host_mkyoung_guest',
]);

/** Outcomes an operation must have had in a world. */
export function expectedOutcomes(op: OpName, options: WorldOptions): string[] {
  const outcomes = [...(OUTCOMES[op] ?? ['0'])];
  if (options.place === 'edge' && options.ranges > 1 && RANGE_CHECKED.has(op)) {
    outcomes.push('-EINVAL');
  }
  if (options.place === 'mmio' && op === 'hyp_unpin_shared_mem') outcomes.push('FAULT');
  if (options.ops.includes('__pkvm_vcpu_put') && ON_LOADED_VCPU.has(op)) outcomes.push('-EINVAL');
  return outcomes;
}

/** What was not met, as `operation: outcome`. */
export function missingWitnesses(
  world: World,
  met: Readonly<Record<string, Readonly<Record<string, number>>>>,
): string[] {
  return world.options.ops.flatMap((op) =>
    expectedOutcomes(op, world.options)
      .filter((outcome) => met[op]?.[outcome] === undefined)
      .map((outcome) => `${op}: ${outcome}`),
  );
}
