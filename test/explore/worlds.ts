// SPDX-License-Identifier: GPL-2.0-only
/** Worlds of a page or two, small enough to be counted by hand, and machines in them. */

import { Machines } from '../../src/explore/successors/machines.js';
import { DEFAULT_WORLD, type WorldOptions } from '../../src/explore/world/options.js';
import { makeWorld, type World } from '../../src/explore/world/world.js';
import { LEGACY_DIRECT } from './helpers.js';

export const SHARE = '__pkvm_host_share_hyp';
export const UNSHARE = '__pkvm_host_unshare_hyp';
export const PIN = 'hyp_pin_shared_mem';
export const UNPIN = 'hyp_unpin_shared_mem';

/** No guests, and one page unless asked for more. */
export function smallWorld(options: Partial<WorldOptions> = {}): World {
  return makeWorld({ ...DEFAULT_WORLD, pages: 1, gfns: 0, vms: 0, ...options });
}

/** A page that is shared with hyp or not: two states, and four transitions between them. */
export function sharingWorld(pages = 1): World {
  return smallWorld({ pages, ops: [SHARE, UNSHARE] });
}

export function machinesOf(world: World): Machines {
  return new Machines(world, LEGACY_DIRECT, 'exact');
}

/** The number of an action by the name of its operation, and of its page from 0. */
export function actionOf(world: World, op: string, page = 0): number {
  const ofOp = world.actions.flatMap(({ name }, action) => (name === op ? [action] : []));
  if (ofOp[page] === undefined) throw new Error(`no action ${op} on page ${page}`);
  return ofOp[page];
}

/** The first state of a world, with room for all variables. */
export function firstState({ components }: Machines): Int32Array {
  return new Int32Array(components.variables);
}
