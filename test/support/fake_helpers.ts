// SPDX-License-Identifier: GPL-2.0-only
/** Transition helpers that do nothing but write down, in order, how they are called. */

import { __hyp_pa } from '../../src/hyp/numbers.js';
import { HypPanic } from '../../src/hyp/panic.js';
import type { TransitionHelpers } from '../../src/hyp/transitions.js';

type HelperName = Exclude<keyof TransitionHelpers, 'nvheEl2Debug'>;

export const PFN = 0x40100;

const STATES: Readonly<Record<number, string>> = {
  0: 'OWNED',
  1: 'SHARED_OWNED',
  2: 'SHARED_BORROWED',
  4: 'NOPAGE',
};

export class FakeHelpers implements TransitionHelpers {
  /** `name page count what` of every call; a hyp virtual page is `va` and what it maps to. */
  readonly calls: string[] = [];
  /** The hyp virtual page of every call that has one, as it was given. */
  readonly virtual: number[] = [];
  /** What a helper answers instead of success. */
  private readonly answers = new Map<HelperName, number>();

  constructor(readonly nvheEl2Debug = false) {}

  /** Makes a helper answer this whenever it is called. */
  answer(name: HelperName, value: number): this {
    this.answers.set(name, value);
    return this;
  }

  host_lock_component(): void {
    this.calls.push('host_lock');
  }

  host_unlock_component(): void {
    this.calls.push('host_unlock');
  }

  hyp_lock_component(): void {
    this.calls.push('hyp_lock');
  }

  hyp_unlock_component(): void {
    this.calls.push('hyp_unlock');
  }

  __host_check_page_state_range(addr: number, size: number, state: number): number {
    this.calls.push(`host_check ${hex(addr)} ${size} ${STATES[state]}`);
    return this.answers.get('__host_check_page_state_range') ?? 0;
  }

  __host_set_page_state_range(addr: number, size: number, state: number): number {
    this.calls.push(`host_set ${hex(addr)} ${size} ${STATES[state]}`);
    return this.answers.get('__host_set_page_state_range') ?? 0;
  }

  host_stage2_set_owner_locked(addr: number, size: number, ownerId: number): number {
    this.calls.push(`set_owner ${hex(addr)} ${size} ${['HOST', 'HYP', 'FFA'][ownerId]}`);
    return this.answers.get('host_stage2_set_owner_locked') ?? 0;
  }

  __hyp_check_page_state_range(addr: number, size: number, state: number): number {
    this.virtual.push(addr);
    this.calls.push(`hyp_check ${va(addr)} ${size} ${STATES[state]}`);
    return this.answers.get('__hyp_check_page_state_range') ?? 0;
  }

  /** Unmaps all of it unless told otherwise. */
  kvm_pgtable_hyp_unmap(addr: number, size: number): number {
    this.virtual.push(addr);
    this.calls.push(`hyp_unmap ${va(addr)} ${size}`);
    return this.answers.get('kvm_pgtable_hyp_unmap') ?? size;
  }

  pkvm_create_mappings_locked(from: number, to: number, prot: number): number {
    this.virtual.push(from);
    const rights = ['-', 'X', 'W', 'WX', 'R', 'RX', 'RW', 'RWX'][prot & 0xff];
    const wraps = to < from ? ' wrapped' : '';
    this.calls.push(`hyp_map ${va(from)} ${va(to)}${wraps} ${rights} ${STATES[prot >> 8]}`);
    return this.answers.get('pkvm_create_mappings_locked') ?? 0;
  }

  hyp_page_count(addr: number): number {
    this.virtual.push(addr);
    this.calls.push(`page_count ${va(addr)}`);
    return this.answers.get('hyp_page_count') ?? 0;
  }
}

function va(virt: number): string {
  return `va${hex(__hyp_pa(virt))}`;
}

function hex(pfn: number): string {
  return `0x${pfn.toString(16)}`;
}

/** What a call returns, or the name of the panic that ends it. */
export function resultOf(call: () => number): number | string {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof HypPanic)) throw error;
    return panicName(error.code);
  }
}

/** `WARN`, `BUG` or `FAULT`. */
export function panicName(code: number): string {
  return ['WARN', 'BUG', 'FAULT'][code - 0x1_0000_0001];
}
