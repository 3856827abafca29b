// SPDX-License-Identifier: GPL-2.0-only
/**
 * A bounded world: the machine, the operations that set it up, the pages and guest frames that are
 * followed, and the actions: every operation, with its parameters, that is tried in every state.
 */

import type { MachineConfig } from '../../hyp/op.js';
import { DEFAULT_MACHINE, type TraceOp } from '../../trace/index.js';
import { actionsOf, type Action } from './actions.js';
import { needsVms, type WorldOptions } from './options.js';
import { setupOf } from './setup.js';

export interface World {
  readonly options: WorldOptions;
  readonly machine: MachineConfig;
  /** Page numbers that are followed. */
  readonly pages: readonly number[];
  /** Guest page numbers, the same in every VM. */
  readonly gfns: readonly number[];
  /** Brings the booted machine to the world's first state. */
  readonly setup: readonly TraceOp[];
  readonly actions: readonly Action[];
}

const NEIGHBOURS = 0x40100;
const NOMAP_PAGE = 0x80000;
const MMIO_PAGE = 0x50000;
/** First guest frame: its index in its table is none that a page of the world has. */
const FIRST_GFN = 0x20;

/**
 * Builds a world on the default machine. Several VMs are loaded in turn; operations that have nothing
 * to work on in this world are left out.
 */
export function makeWorld(given: WorldOptions): World {
  const ops = new Set(given.ops);
  if (given.vms > 1 && needsVms(given)) {
    ops.add('__pkvm_vcpu_load');
    ops.add('__pkvm_vcpu_put');
  }
  const machine: MachineConfig = { ...DEFAULT_MACHINE, nvhe_el2_debug: given.debug };
  const pages = pagesOf(given, machine);
  const gfns = Array.from({ length: given.gfns }, (_, i) => FIRST_GFN + i);
  const actions = actionsOf({ ...given, ops: [...ops] }, pages, gfns, machine);
  const names = new Set(actions.map(({ name }) => name));
  const options = { ...given, ops: [...ops].filter((name) => names.has(name)) };
  return {
    options,
    machine,
    pages,
    gfns,
    setup: setupOf(options, pages),
    actions,
  };
}

function pagesOf({ pages, place }: WorldOptions, machine: MachineConfig): number[] {
  const region = machine.memory[0];
  const first = place === 'edge' ? region.pfn + region.pages - pages : NEIGHBOURS;
  const list = Array.from({ length: pages }, (_, i) => first + i);
  if (place === 'nomap') list[pages - 1] = NOMAP_PAGE;
  if (place === 'mmio') list[pages - 1] = MMIO_PAGE;
  return list;
}
