// SPDX-License-Identifier: GPL-2.0-only
/**
 * A bounded world: the machine, the operations that set it up, the pages and guest frames that are
 * followed, and the alphabet, which is every operation tried in every state.
 */

import type { MachineConfig, OpName } from '../hyp/op.js';
import { DEFAULT_MACHINE, type TraceOp } from '../trace/index.js';
import { alphabetOf, type Letter } from './alphabet.js';
import { needsVms, setupOf } from './setup.js';

/**
 * Where the pages of a world lie:
 * - `neighbours`: side by side in the middle of a memory region
 * - `edge`: the last pages of a region, so that ranges run over its end
 * - `nomap`: neighbours, but the last one is a page of a nomap region
 * - `mmio`: neighbours, but the last one is in no memory region
 */
export type Place = 'neighbours' | 'edge' | 'nomap' | 'mmio';

export const PLACES: readonly Place[] = ['neighbours', 'edge', 'nomap', 'mmio'];

export interface WorldOptions {
  /** Pages that are followed. */
  readonly pages: number;
  /** Guest frames of each VM. */
  readonly gfns: number;
  readonly vms: number;
  /** A page with so many references is not pinned any more. */
  readonly maxPins: number;
  /** Range operations take 0 to so many pages. */
  readonly ranges: number;
  readonly debug: boolean;
  readonly place: Place;
  /** Operations of the alphabet. */
  readonly ops: readonly OpName[];
}

/** What is explored when nothing else is asked for. */
export const DEFAULT_OPS: readonly OpName[] = [
  '__pkvm_host_share_hyp',
  '__pkvm_host_unshare_hyp',
  '__pkvm_host_donate_hyp',
  '__pkvm_hyp_donate_host',
  '__pkvm_host_share_ffa',
  '__pkvm_host_unshare_ffa',
  'hyp_pin_shared_mem',
  'hyp_unpin_shared_mem',
  '__pkvm_host_share_guest',
  '__pkvm_host_unshare_guest',
];

export const DEFAULT_WORLD: WorldOptions = {
  pages: 3,
  gfns: 2,
  vms: 1,
  maxPins: 2,
  ranges: 2,
  debug: false,
  place: 'neighbours',
  ops: DEFAULT_OPS,
};

/** Most pages and guest frames a world may follow. */
export const MAX_PAGES = 16;
export const MAX_GFNS = 16;
export const MAX_VMS = 4;

export interface World {
  readonly options: WorldOptions;
  readonly machine: MachineConfig;
  /** Page numbers that are followed. */
  readonly pages: readonly number[];
  /** Guest page numbers, the same in every VM. */
  readonly gfns: readonly number[];
  /** Brings the booted machine to the world's first state. */
  readonly setup: readonly TraceOp[];
  readonly alphabet: readonly Letter[];
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
  const alphabet = alphabetOf({ ...given, ops: [...ops] }, pages, gfns, machine);
  const names = new Set(alphabet.map(({ name }) => name));
  const options = { ...given, ops: [...ops].filter((name) => names.has(name)) };
  return {
    options,
    machine,
    pages,
    gfns,
    setup: setupOf(options, pages),
    alphabet,
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
