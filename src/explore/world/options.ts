// SPDX-License-Identifier: GPL-2.0-only
/** What a world can be asked to be: how many pages, guest frames and VMs, and which bounds. */

import type { OpName } from '../../hyp/op.js';

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
  /** Operations tried in every state. */
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

/** Guest operations need a VM; without them a world is smaller without one. */
export function needsVms({ vms, gfns, ops }: WorldOptions): boolean {
  return vms > 0 && gfns > 0 && ops.some((op) => op.includes('guest') || op.includes('_vcpu_'));
}
