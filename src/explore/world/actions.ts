// SPDX-License-Identifier: GPL-2.0-only
/** The actions of a world: every operation on every page, range, guest frame and VM it follows. */

import type { MachineConfig, Op, OpName } from '../../hyp/op.js';
import { compileOp } from '../../ops/index.js';
import { opText, type TraceOp } from '../../trace/index.js';
import { needsVms, type WorldOptions } from './options.js';
import { vmHandle } from './setup.js';

/** One operation with its parameters. */
export interface Action {
  readonly source: TraceOp;
  readonly op: Op;
  readonly name: OpName;
  readonly text: string;
  /** Pages whose references must be below the world's limit for the action to be tried. */
  readonly pins: readonly number[];
}

/** Rights of a guest's pages. */
const GUEST_PROT = 7;
const READ_ONLY = 4;

type Range = readonly [pfn: number, pages: number];

export function actionsOf(
  options: WorldOptions,
  pages: readonly number[],
  gfns: readonly number[],
  machine: MachineConfig,
): Action[] {
  const ranges = rangesOf(options.ranges, pages, machine);
  const handles = Array.from({ length: options.vms }, (_, i) => vmHandle(i));
  const guests = needsVms(options) ? gfns : [];
  return options.ops.flatMap((name) => actionsOfOp(name, pages, ranges, guests, handles));
}

/** Operations whose actions `actionsOf` can make. */
export const EXPLORABLE_OPS: readonly OpName[] = [
  '__pkvm_host_share_hyp',
  '__pkvm_host_unshare_hyp',
  '__pkvm_host_donate_hyp',
  '__pkvm_hyp_donate_host',
  '__pkvm_host_share_ffa',
  '__pkvm_host_unshare_ffa',
  'hyp_pin_shared_mem',
  'hyp_unpin_shared_mem',
  'handle_host_mem_abort',
  'ffa_host_share_ranges',
  'ffa_host_unshare_ranges',
  '__pkvm_vcpu_load',
  '__pkvm_vcpu_put',
  '__pkvm_host_share_guest',
  '__pkvm_host_unshare_guest',
  '__pkvm_host_wrprotect_guest',
  '__pkvm_host_test_clear_young_guest',
  '__pkvm_host_relax_perms_guest',
  '__pkvm_host_mkyoung_guest',
];

function actionsOfOp(
  name: OpName,
  pages: readonly number[],
  ranges: readonly Range[],
  gfns: readonly number[],
  handles: readonly number[],
): Action[] {
  const perGuestPage = handles.flatMap((vm) => gfns.map((gfn) => [vm, gfn] as const));
  switch (name) {
    case '__pkvm_host_share_hyp':
    case '__pkvm_host_unshare_hyp':
      return pages.map((pfn) => action({ op: name, pfn }));
    case '__pkvm_host_donate_hyp':
    case '__pkvm_hyp_donate_host':
    case '__pkvm_host_share_ffa':
    case '__pkvm_host_unshare_ffa':
      return ranges.map(([pfn, nr_pages]) => action({ op: name, pfn, nr_pages }));
    case 'hyp_pin_shared_mem':
      return pages.map((pfn) => action({ op: name, from: pfn * 4096, to: (pfn + 1) * 4096 }, pfn));
    case 'hyp_unpin_shared_mem':
      return pages.map((pfn) => action({ op: name, from: pfn * 4096, to: (pfn + 1) * 4096 }));
    case 'handle_host_mem_abort':
      return pages.map((pfn) => action({ op: name, addr: pfn * 4096 }));
    case 'ffa_host_share_ranges':
    case 'ffa_host_unshare_ranges':
      return pairsOf(pages).map(([a, b]) =>
        action({
          op: name,
          ranges: [
            { address: a * 4096, pg_cnt: 1 },
            { address: b * 4096, pg_cnt: 1 },
          ],
        }),
      );
    case '__pkvm_vcpu_load':
      return handles.map((vm) => action({ op: name, vm, vcpu_idx: 0 }));
    case '__pkvm_vcpu_put':
      return [action({ op: name })];
    case '__pkvm_host_share_guest':
      return pages.flatMap((pfn) =>
        gfns.map((gfn) => action({ op: name, pfn, gfn, prot: GUEST_PROT })),
      );
    case '__pkvm_host_unshare_guest':
    case '__pkvm_host_wrprotect_guest':
      return perGuestPage.map(([vm, gfn]) => action({ op: name, vm, gfn }));
    case '__pkvm_host_test_clear_young_guest':
      return perGuestPage.map(([vm, gfn]) => action({ op: name, vm, gfn, mkold: true }));
    case '__pkvm_host_relax_perms_guest':
      return gfns.map((gfn) => action({ op: name, gfn, prot: READ_ONLY | 2 }));
    case '__pkvm_host_mkyoung_guest':
      return gfns.map((gfn) => action({ op: name, gfn }));
    default:
      return [];
  }
}

function action(source: TraceOp, ...pins: number[]): Action {
  return { source, op: compileOp(source), name: source.op, text: opText(source), pins };
}

/** Ranges that start at a page of the world and hold nothing else that is memory. */
function rangesOf(longest: number, pages: readonly number[], machine: MachineConfig): Range[] {
  const followed = new Set(pages);
  const isMemory = (pfn: number) =>
    machine.memory.some((region) => pfn >= region.pfn && pfn < region.pfn + region.pages);
  const ranges: Range[] = [];
  for (const pfn of pages) {
    for (let nr = 0; nr <= longest; nr++) {
      const last = pfn + nr - 1;
      if (nr > 1 && !followed.has(last) && isMemory(last)) break;
      ranges.push([pfn, nr]);
    }
  }
  return ranges;
}

function pairsOf(pages: readonly number[]): [number, number][] {
  return pages.flatMap((a) => pages.filter((b) => b !== a).map((b) => [a, b] as [number, number]));
}
