// SPDX-License-Identifier: GPL-2.0-only
/**
 * Experiments on a kernel that tell how it keeps the state of a page, and how it was built: a page
 * is shared, pinned, donated, and what changes in `struct hyp_page` and in the tables is looked at.
 */

import { SideError } from '../../side/side.js';
import { type HypPageLayout, stateFields } from '../machine/hyp_page.js';
import { isValid, type TableMirror } from '../machine/table_mirror.js';
import { endingText, type Kernel } from './kernel.js';
import { probeVm, type VmFacts } from './vm_probes.js';

const PAGE = 4096;
/** Bytes of vmemmap around an entry that are looked at. */
const WINDOW = 64;
/** Two pages, this many apart, tell the size of an entry. */
const APART = 64;

/** What was found out about a kernel. */
export interface ProbedFacts {
  readonly layout: HypPageLayout;
  /** CONFIG_NVHE_EL2_DEBUG. */
  readonly debug: boolean;
  /** What VMs are made of; or why there are none. */
  readonly vms: VmFacts | { readonly none: string };
}

class Probe {
  readonly #tables: { readonly hyp: TableMirror };

  constructor(private readonly kernel: Kernel) {
    this.#tables = kernel.tables();
  }

  /** Calls a function that has to succeed. */
  async does(name: string, ...args: (bigint | number)[]): Promise<void> {
    const result = await this.result(name, ...args);
    if (result === 0) return;
    throw new SideError(
      `the hypervisor does not do what every one does: ${name} of a page of the host gives ${result}`,
    );
  }

  async result(name: string, ...args: (bigint | number)[]): Promise<number | string> {
    const ending = await this.kernel.call(name, ...args);
    if (ending.kind !== 'returned') return JSON.stringify(endingText(ending));
    return Number(BigInt.asIntN(32, ending.registers.x[0]));
  }

  /** The bytes of vmemmap at an offset that every size of an entry would give. */
  bytesAt(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at++) {
      const va = this.kernel.machine.vmemmap + BigInt(offset + at);
      const { pte } = this.#tables.hyp.leaf(Number(va >> 12n));
      if (isValid(pte)) {
        const address = Number(pte & 0xfffffffff000n) + Number(va & 0xfffn);
        bytes[at] = this.kernel.ram.u8(address);
      }
    }
    return bytes;
  }
}

/** `pages`: the first of some pages that are the host's alone. */
export async function probe(kernel: Kernel, pages: number): Promise<ProbedFacts> {
  const size = await entrySize(kernel, pages);
  const layout = await pageLayout(kernel, pages, size);
  const debug = await isDebug(kernel, pages);
  const vms = await probeVm(kernel, pages, size);
  await kernel.reset();
  const shareCount = 'none' in vms || 'none' in vms.guests ? undefined : vms.guests.shareCount;
  return { layout: { ...layout, shareCount }, debug, vms };
}

/** Bytes of `struct hyp_page` and of its reference count's offset: from what a pin changes. */
async function entrySize(
  kernel: Kernel,
  page: number,
): Promise<{ size: number; refcount: number }> {
  await kernel.reset();
  const probe = new Probe(kernel);
  const fields: { page: number; offset: number }[] = [];
  for (const pfn of [page, page + APART]) {
    await probe.does('__pkvm_host_share_hyp', pfn);
    const sizes = [4, 8, 16, 24, 32];
    const before = sizes.map((size) => probe.bytesAt(pfn * size, Math.min(size, WINDOW)));
    const from = kernel.addresses.hypVa(pfn * PAGE);
    await probe.does('hyp_pin_shared_mem', from, from + BigInt(PAGE));
    const found: { size: number; offset: number }[] = [];
    sizes.forEach((size, index) => {
      const now = probe.bytesAt(pfn * size, Math.min(size, WINDOW));
      const at = now.findIndex((byte, offset) => byte !== before[index][offset]);
      if (at >= 0) found.push({ size, offset: at });
    });
    if (found.length !== 1) {
      throw new SideError('the size of struct hyp_page cannot be made out', [
        `a pin of page 0x${pfn.toString(16)} changes ${found.length} of the places it may be in`,
      ]);
    }
    fields.push({ page: pfn, offset: found[0].size * 256 + found[0].offset });
  }
  const [first, second] = fields;
  if (first.offset !== second.offset) {
    throw new SideError('the size of struct hyp_page cannot be made out: two pages disagree');
  }
  return { size: first.offset >> 8, refcount: first.offset & 255 };
}

async function pageLayout(
  kernel: Kernel,
  page: number,
  { size, refcount }: { size: number; refcount: number },
): Promise<HypPageLayout> {
  await kernel.reset();
  const probe = new Probe(kernel);
  const entry = (pfn: number) => probe.bytesAt(pfn * size, size);
  const owned = entry(page);
  await probe.does('__pkvm_host_share_ffa', page, 1);
  await probe.does('__pkvm_host_share_hyp', page + 1);
  await probe.does('__pkvm_host_donate_hyp', page + 2, 1);
  const fields = stateFields({
    owned,
    sharedFfa: entry(page),
    sharedHyp: entry(page + 1),
    donated: entry(page + 2),
  });
  const { pte } = kernel.tables().host.leaf(page + 2);
  const HYP = 1n;
  const ownerShift = [2, 1, 3, 4, 8, 56].find((shift) => pte >> BigInt(shift) === HYP);
  if (isValid(pte) || ownerShift === undefined) {
    throw new SideError('the owner of a donated page cannot be made out', [
      `its entry in the host's stage 2 is 0x${pte.toString(16)}`,
    ]);
  }
  return { size, refcount, ...fields, shareCount: undefined, ownerShift };
}

/**
 * CONFIG_NVHE_EL2_DEBUG: its selftest is there; or a page that hyp still maps cannot be donated
 * although only the host's state speaks for it, in a kernel that asks for hyp's state in no other case.
 */
async function isDebug(kernel: Kernel, page: number): Promise<boolean> {
  if (kernel.symbols.hasHyp('pkvm_ownership_selftest')) return true;
  await kernel.reset();
  const probe = new Probe(kernel);
  // Kernels that keep hyp's state in struct hyp_page always look at it.
  const layout = await pageLayout(kernel, page, await entrySize(kernel, page));
  if (layout.hypState) return false;
  await kernel.reset();
  const from = kernel.addresses.hypVa(page * PAGE);
  await probe.does('__pkvm_host_share_hyp', page);
  await probe.does('hyp_pin_shared_mem', from, from + BigInt(PAGE));
  await probe.does('__pkvm_host_unshare_ffa', page, 1);
  return (await probe.result('__pkvm_host_donate_hyp', page, 1)) !== 0;
}
