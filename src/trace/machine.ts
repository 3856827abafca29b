// SPDX-License-Identifier: GPL-2.0-only
/**
 * The machine of a trace: defaults for each part that is left out, and the checks the schema
 * cannot express.
 */

import type { MachineConfig, MemoryRegion } from '../hyp/op.js';
import type { Issue } from '../input/problem.js';
import { approximate, canonicalHex, pageOfAddress } from '../ops/numbers.js';
import type { Machine } from './types.generated.js';

/** The machine a trace gets that does not say otherwise. */
export const DEFAULT_MACHINE: MachineConfig = {
  nvhe_el2_debug: false,
  share_guest_warn: true,
  memory: [
    { pfn: 0x40000, pages: 8192, nomap: false },
    { pfn: 0x80000, pages: 1024, nomap: true },
  ],
  carveout: { pfn: 0x40e00, hpool_pages: 536, host_s2_pages: 552 },
};

/** Page numbers below 2^40 bytes. */
const HIGHEST_PAGE = 2 ** 28;
/** HYP_MEMBLOCK_REGIONS of the kernel (asm/kvm_pkvm.h): it boots with no more. */
const MOST_REGIONS = 128;
/** 32 GiB of memory: replaying costs some 100 bytes a page before anything is done with it. */
const MOST_PAGES = 2 ** 23;

/** The configuration a trace asks for, with defaults filled in; not yet checked. */
export function machineConfig(machine: Machine | undefined): MachineConfig {
  if (machine === undefined) return DEFAULT_MACHINE;
  const { carveout } = DEFAULT_MACHINE;
  const given = machine.hyp_carveout ?? {};
  return {
    nvhe_el2_debug: machine.nvhe_el2_debug ?? DEFAULT_MACHINE.nvhe_el2_debug,
    share_guest_warn: machine.share_guest_warn ?? DEFAULT_MACHINE.share_guest_warn,
    memory:
      machine.memory?.map(({ base, pages, nomap }) => ({
        pfn: pageOfAddress(base),
        pages: approximate(pages),
        nomap: nomap ?? false,
      })) ?? DEFAULT_MACHINE.memory,
    carveout: {
      pfn: approximate(given.pfn ?? carveout.pfn),
      hpool_pages: approximate(given.hpool_pages ?? carveout.hpool_pages),
      host_s2_pages: approximate(given.host_s2_pages ?? carveout.host_s2_pages),
    },
  };
}

/** What is wrong with a machine, by pointer into the trace. */
export function machineIssues(config: MachineConfig): Issue[] {
  const issues = memoryIssues(config.memory);
  const isMemoryFine = issues.length === 0;
  return [...issues, ...carveoutIssues(config, isMemoryFine)];
}

function memoryIssues(memory: readonly MemoryRegion[]): Issue[] {
  const issues: Issue[] = [];
  memory.forEach((region, index) => {
    const pointer = `/machine/memory/${index}`;
    if (region.pages === 0) {
      issues.push({ pointer: `${pointer}/pages`, message: 'an empty memory region' });
    }
    if (region.pfn + region.pages > HIGHEST_PAGE) {
      issues.push({ pointer, message: 'the memory region ends beyond 2^40' });
    }
    if (index === 0) return;
    const before = memory[index - 1];
    if (region.pfn >= before.pfn + before.pages) return;
    const sorted = region.pfn >= before.pfn;
    const overlapping = sorted || region.pfn + region.pages > before.pfn;
    const message = overlapping
      ? `the memory region overlaps the one before it (${regionText(before)})`
      : `memory regions must be sorted: the one before it is higher (${regionText(before)})`;
    issues.push({ pointer, message });
  });
  if (issues.length === 0) issues.push(...amountIssues(memory));
  return issues;
}

function amountIssues(memory: readonly MemoryRegion[]): Issue[] {
  const pointer = '/machine/memory';
  if (memory.length > MOST_REGIONS) {
    const message = `${memory.length} memory regions: the kernel takes at most ${MOST_REGIONS}`;
    return [{ pointer, message }];
  }
  const pages = memory.reduce((sum, region) => sum + region.pages, 0);
  if (pages <= MOST_PAGES) return [];
  return [
    { pointer, message: `${pages} pages of memory: at most ${MOST_PAGES} (32 GiB) are simulated` },
  ];
}

function carveoutIssues({ memory, carveout }: MachineConfig, isMemoryFine: boolean): Issue[] {
  const issues: Issue[] = [];
  const pointer = '/machine/hyp_carveout';
  for (const key of ['hpool_pages', 'host_s2_pages'] as const) {
    if (carveout[key] < 1) {
      issues.push({ pointer: `${pointer}/${key}`, message: `\`${key}\` must be at least 1` });
    }
  }
  const pages = carveout.hpool_pages + carveout.host_s2_pages;
  if (isMemoryFine && !isCovered(memory, carveout.pfn, carveout.pfn + pages)) {
    const text = regionText({ pfn: carveout.pfn, pages });
    issues.push({ pointer, message: `the hypervisor's carve-out (${text}) is not within memory` });
  }
  return issues;
}

/** Whether every page from `start` up to `end` is in some region (of sorted ones). */
function isCovered(memory: readonly MemoryRegion[], start: number, end: number): boolean {
  let next = start;
  for (const { pfn, pages } of memory) {
    if (pfn <= next && next < pfn + pages) next = pfn + pages;
  }
  return next >= end;
}

function regionText({ pfn, pages }: { pfn: number; pages: number }): string {
  return `pages ${canonicalHex(pfn)} to ${canonicalHex(pfn + pages - 1)}`;
}
