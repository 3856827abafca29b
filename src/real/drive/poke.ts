// SPDX-License-Identifier: GPL-2.0-only
/** `poke`: a state of a page that is written down without any check. */

import type { Op } from '../../hyp/op.js';
import { PAGE_HYP, PKVM_NOPAGE } from '../../hyp/page_state.js';
import { argumentOf } from '../../ops/index.js';
import type { HypPageLayout, StateField } from '../machine/hyp_page.js';
import type { OwnershipReader } from '../machine/ownership_reader.js';
import { isValid, leafInMemory } from '../machine/table_mirror.js';
import type { Ending } from './cpu.js';
import type { Kernel } from './kernel.js';

const PAGE = 4096;
const RWX = 7n;
const PKVM_ID_HYP = 1;
/** A page state among the permissions of a mapping: KVM_PGTABLE_PROT_SW0 and SW1. */
const STATE_SHIFT = 55n;
/** An invalid entry that is not zero and names no owner. */
const NOBODYS = 1n << 12n;

export class Poke {
  constructor(
    private readonly kernel: Kernel,
    private readonly reader: OwnershipReader,
    private readonly layout: HypPageLayout,
  ) {}

  /** Writes a state; undefined when it was written, or why it cannot be. */
  async run(op: Op): Promise<string | undefined> {
    const pfn = argumentOf(op, 'pfn');
    const host = argumentOf(op, 'host_state');
    const refcount = argumentOf(op, 'refcount');
    const shareCount = argumentOf(op, 'host_share_guest_count');
    const hyp = argumentOf(op, 'hyp_state');
    const { layout } = this;
    const entry = this.reader.entryAddress(pfn);
    if (entry === undefined) return 'a page of no memory has no state to write';
    if (hyp >= 0) {
      const problem = await this.#setHyp(pfn, hyp);
      if (problem !== undefined) return problem;
    }
    if (host >= 0) {
      const problem = await this.#setHost(pfn, host);
      if (problem !== undefined) return problem;
    }
    if (refcount >= 0) {
      const bytes = Buffer.alloc(2);
      bytes.writeUInt16LE(refcount);
      this.kernel.ram.write(entry + layout.refcount, bytes);
    }
    if (shareCount > 0 && !layout.shareCount) {
      return 'the kernel keeps no count of guest mappings, or it was not found';
    }
    if (shareCount >= 0 && layout.shareCount) {
      const bytes = Buffer.alloc(layout.shareCount.bytes);
      bytes.writeUIntLE(shareCount, 0, bytes.length);
      this.kernel.ram.write(entry + layout.shareCount.offset, bytes);
    }
    return undefined;
  }

  async #setHyp(pfn: number, state: number): Promise<string | undefined> {
    const { kernel, layout } = this;
    const va = kernel.addresses.hypVa(BigInt(pfn) * BigInt(PAGE));
    const needed = ['kvm_pgtable_hyp_unmap', 'pkvm_create_mappings', 'pkvm_pgtable'];
    const missing = needed.filter((name) => !kernel.symbols.hasHyp(name));
    if (missing.length > 0) return `the kernel has no ${missing.join(', no ')}`;
    const prot = BigInt(PAGE_HYP) | (layout.hypState ? 0n : BigInt(state) << STATE_SHIFT);
    const pgtable = kernel.addresses.hyp('pkvm_pgtable');
    const ending =
      state === PKVM_NOPAGE
        ? await kernel.call('kvm_pgtable_hyp_unmap', pgtable, va, PAGE)
        : await kernel.call('pkvm_create_mappings', va, va + BigInt(PAGE), prot);
    if (ending.kind !== 'returned') return failed(ending);
    return layout.hypState ? this.#setField(pfn, layout.hypState, state) : undefined;
  }

  async #setHost(pfn: number, state: number): Promise<string | undefined> {
    const { kernel, layout } = this;
    if (layout.hostState) return this.#setField(pfn, layout.hostState, state);
    // The state is in the entry of the host's stage 2, which has to be a page's own for it.
    const address = BigInt(pfn) * BigInt(PAGE);
    if (!kernel.symbols.hasHyp('host_stage2_set_owner_locked')) {
      return 'the kernel has no host_stage2_set_owner_locked';
    }
    const owned = await kernel.call('host_stage2_set_owner_locked', address, PAGE, PKVM_ID_HYP);
    if (owned.kind !== 'returned') return failed(owned);
    if (state === PKVM_NOPAGE) {
      const { hostRoot, hostLevel } = kernel.machine;
      const { at, pte } = leafInMemory(kernel.ram, hostRoot, hostLevel, pfn);
      if (isValid(pte) || pte === 0n) return 'the host gives no entry for the page';
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(NOBODYS);
      kernel.ram.write(at, bytes);
      return undefined;
    }
    if (!kernel.symbols.hasHyp('host_stage2_idmap_locked')) {
      return 'the kernel has no host_stage2_idmap_locked';
    }
    const prot = RWX | (BigInt(state) << STATE_SHIFT);
    const mapped = await kernel.call('host_stage2_idmap_locked', address, PAGE, prot);
    return mapped.kind === 'returned' ? undefined : failed(mapped);
  }

  #setField(pfn: number, field: StateField, state: number): string | undefined {
    const found = Object.entries(field.states).find(([, known]) => known === state);
    if (!found) return 'how the kernel writes that state is not known';
    const at = this.reader.entryAddress(pfn);
    if (at === undefined) return 'a page of no memory has no state to write';
    const address = at + field.offset;
    const byte = (this.kernel.ram.u8(address) & ~field.mask) | Number(found[0]);
    this.kernel.ram.write(address, Buffer.from([byte & 0xff]));
    return undefined;
  }
}

function failed(ending: Ending): string {
  return `writing the state ended in a ${ending.kind}`;
}
