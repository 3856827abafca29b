// SPDX-License-Identifier: GPL-2.0-only
/**
 * What creating a VM does beyond the format: a kernel's structs may take more pages than those of a
 * trace. Such pages get operations of their own, so that they are in the trace what they are on the
 * machine.
 */

import { PKVM_NOPAGE } from '../../hyp/page_state.js';
import { compileOp, pageRanges } from '../../ops/index.js';
import type { PageOwnership } from '../../side/side.js';
import type { TraceOp } from '../../trace/index.js';
import { donation, donationBack, pin, runsOf, unpin } from './opening.js';

/** Pages beyond those of the trace, by what became of them. */
interface Pages {
  readonly donated: number[];
  readonly pinned: number[];
}

export class Surplus {
  readonly #byVm = new Map<string, Pages>();

  /**
   * The operations that stand for what one did beyond the format.
   * @param outcome what it gave
   * @param changed pages whose ownership it changed, and what it is now
   */
  after(op: TraceOp, outcome: number, changed: ReadonlyMap<number, PageOwnership>): TraceOp[] {
    if (op.op === '__pkvm_init_vm' && outcome > 0) {
      return this.#taken(`0x${outcome.toString(16)}`, op, changed);
    }
    if (op.op === '__pkvm_init_vcpu' && outcome === 0) {
      return this.#taken(String(op.vm), op, changed);
    }
    if (op.op === '__pkvm_teardown_vm' && outcome === 0) return this.#givenBack(String(op.vm));
    return [];
  }

  #taken(vm: string, op: TraceOp, changed: ReadonlyMap<number, PageOwnership>): TraceOp[] {
    const named = pageRanges(compileOp(op));
    const isNamed = (pfn: number) => named.some(({ start, end }) => start <= pfn && pfn < end);
    const others = [...changed].filter(([pfn]) => !isNamed(pfn));
    const donated = others.filter(([, { host }]) => host === PKVM_NOPAGE).map(([pfn]) => pfn);
    const pinned = others.filter(([, { refcount }]) => refcount > 0).map(([pfn]) => pfn);
    const all = this.#byVm.get(vm) ?? { donated: [], pinned: [] };
    all.donated.push(...donated);
    all.pinned.push(...pinned);
    this.#byVm.set(vm, all);
    const comment = `more pages of ${op.op} on this kernel`;
    return [
      ...runsOf(donated).map(([pfn, pages]) => donation(pfn, pages, comment)),
      ...runsOf(pinned).map(([pfn, pages]) => pin(pfn, pages, comment)),
    ];
  }

  #givenBack(vm: string): TraceOp[] {
    const { donated, pinned } = this.#byVm.get(vm) ?? { donated: [], pinned: [] };
    this.#byVm.delete(vm);
    const comment = 'the further pages of the VM';
    return [
      ...runsOf(donated).map(([pfn, pages]) => donationBack(pfn, pages, comment)),
      // Two structs may share a page, which is then pinned twice.
      ...pinned.map((pfn) => unpin(pfn, 1, comment)),
    ];
  }
}
