// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
} from '../../../src/hyp/page_state.js';
import { Surplus } from '../../../src/real/record/surplus.js';
import type { PageOwnership } from '../../../src/side/side.js';

const rest = { owner: 0, shareCount: 0, guests: [] };
const GIVEN: PageOwnership = { ...rest, host: PKVM_NOPAGE, hyp: PKVM_PAGE_OWNED, refcount: 0 };
const PINNED: PageOwnership = {
  ...rest,
  host: PKVM_PAGE_SHARED_OWNED,
  hyp: PKVM_PAGE_SHARED_BORROWED,
  refcount: 1,
};
const INIT_VM = {
  op: '__pkvm_init_vm',
  host_kvm: '0x40100000',
  nr_vcpus: 1,
  vm: '0x40200000',
  pgd: '0x40300000',
} as const;

describe('pages that a kernel’s structs take beyond those of a trace', () => {
  it('are donated and pinned by operations of their own, and given back with the VM', () => {
    const surplus = new Surplus();
    // One page for 4096 + 8 bytes would be too few: the trace has two of the VM, two of its tables.
    const changed = new Map([
      ...[0x40100, 0x40101].map((pfn) => [pfn, PINNED] as const),
      ...[0x40200, 0x40201, 0x40202, 0x40203, 0x40300, 0x40301].map((pfn) => [pfn, GIVEN] as const),
    ]);
    expect(surplus.after(INIT_VM, 0x1000, changed)).toEqual([
      expect.objectContaining({ op: '__pkvm_host_donate_hyp', pfn: '0x40202', nr_pages: 2 }),
      expect.objectContaining({ op: 'hyp_pin_shared_mem', from: '0x40101000', to: '0x40102000' }),
    ]);
    const teardown = { op: '__pkvm_teardown_vm', vm: '0x1000' } as const;
    expect(surplus.after(teardown, 0, new Map())).toEqual([
      expect.objectContaining({ op: '__pkvm_hyp_donate_host', pfn: '0x40202', nr_pages: 2 }),
      expect.objectContaining({ op: 'hyp_unpin_shared_mem', from: '0x40101000', to: '0x40102000' }),
    ]);
    expect(surplus.after(teardown, 0, new Map())).toEqual([]);
  });

  it('are none of a VM that is refused', () => {
    expect(new Surplus().after(INIT_VM, -12, new Map([[0x40101, PINNED]]))).toEqual([]);
  });

  it('of a vCPU go back with its VM', () => {
    const surplus = new Surplus();
    const vcpu = {
      op: '__pkvm_init_vcpu',
      vm: '0x1001',
      host_vcpu: '0x40400000',
      vcpu_idx: 0,
      vcpu: '0x40500000',
    } as const;
    const changed = new Map([
      [0x40400, PINNED],
      [0x40401, PINNED],
    ]);
    expect(surplus.after(vcpu, 0, changed)).toHaveLength(1);
    expect(surplus.after({ op: '__pkvm_teardown_vm', vm: '0x1000' }, 0, new Map())).toEqual([]);
    expect(surplus.after({ op: '__pkvm_teardown_vm', vm: '0x1001' }, 0, new Map())).toHaveLength(1);
  });
});
