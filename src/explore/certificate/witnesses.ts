// SPDX-License-Identifier: GPL-2.0-only
/**
 * What exploration must have met to mean something: each operation succeeding, and each error it can
 * give. An equivalence where an error was never met says nothing about that error.
 */

import { OpCode, type OpName } from '../../hyp/op.js';
import { OPERATIONS } from '../../ops/index.js';
import type { WorldOptions } from '../world/options.js';
import type { World } from '../world/world.js';

/** Outcomes an operation must have had in a world. */
export function expectedOutcomes(op: OpName, options: WorldOptions): string[] {
  const { explored = '0', checksRange, parameters } = OPERATIONS[OpCode[op]];
  const outcomes = explored.split(' ');
  const kinds = parameters.map(({ kind }) => kind);
  const isOnLoadedVcpu = kinds.includes('gfn') && !kinds.includes('handle');
  if (options.place === 'edge' && options.ranges > 1 && checksRange) outcomes.push('-EINVAL');
  if (options.place === 'mmio' && op === 'hyp_unpin_shared_mem') outcomes.push('FAULT');
  if (options.ops.includes('__pkvm_vcpu_put') && isOnLoadedVcpu) outcomes.push('-EINVAL');
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
