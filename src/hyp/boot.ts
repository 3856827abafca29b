// SPDX-License-Identifier: GPL-2.0-only
/** What the hypervisor does to its memory before the first operation (nvhe/setup.c). */

import { HOST_S2_POOL, HPOOL } from './layout.js';
import { __hyp_va } from './numbers.js';
import { PAGE_HYP, PKVM_ID_HYP, PKVM_PAGE_OWNED, pkvm_mkstate } from './page_state.js';
import { HypPanic } from './panic.js';
import type { MachineParts } from './parts.js';

/** The machine of a trace cannot boot; the message says what it lacks. */
export class BootError extends Error {}

/**
 * Gives the carve-out to the hypervisor.
 * @throws BootError when a pool is too small for what boot takes from it
 */
export function boot(machine: MachineParts): void {
  try {
    tryBoot(machine);
  } catch (error) {
    if (error instanceof HypPanic) throw new BootError('the hypervisor panics while booting');
    throw error;
  }
}

function tryBoot(machine: MachineParts): void {
  const { pfn, hpool_pages, host_s2_pages } = machine.config.carveout;
  const pages = hpool_pages + host_s2_pages;
  const { alloc, hypPgtable, hostStage2, memProtect } = machine;

  alloc.hyp_pool_init(HPOOL, pfn, hpool_pages, 0);
  const tooSmall = `hpool_pages: ${hpool_pages} pages are too few for the hypervisor's own tables`;
  if (hypPgtable.kvm_pgtable_hyp_init()) throw new BootError(tooSmall);

  memProtect.host_lock_component();
  memProtect.hyp_lock_component();
  const virt = __hyp_va(pfn);
  const prot = pkvm_mkstate(PAGE_HYP, PKVM_PAGE_OWNED);
  if (memProtect.pkvm_create_mappings_locked(virt, virt + pages, prot)) {
    throw new BootError(tooSmall);
  }

  alloc.hyp_pool_init(HOST_S2_POOL, pfn + hpool_pages, host_s2_pages, 0);
  if (!hostStage2.kvm_host_prepare_stage2()) {
    throw new BootError(
      `host_s2_pages: ${host_s2_pages} pages from 0x${(pfn + hpool_pages).toString(16)} hold no ` +
        'aligned pair for the host stage 2 PGD',
    );
  }
  for (let page = pfn; page < pfn + pages; page++) {
    if (memProtect.host_stage2_set_owner_locked(page, 1, PKVM_ID_HYP)) {
      throw new BootError(
        `host_s2_pages: ${host_s2_pages} pages are too few for the host stage 2 of the carve-out`,
      );
    }
  }
  memProtect.hyp_unlock_component();
  memProtect.host_unlock_component();
}
