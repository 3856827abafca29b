// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { compileOp, opOf } from '../../src/ops/index.js';

describe('an operation made by name', () => {
  it('is the one that a trace writes with the same names', () => {
    expect(
      opOf('__pkvm_init_vm', { host_kvm: 0x40100, nr_vcpus: 2, vm: 0x40200, pgd: 0x40300 }),
    ).toEqual(
      compileOp({
        op: '__pkvm_init_vm',
        host_kvm: '0x40100000',
        nr_vcpus: 2,
        vm: '0x40200000',
        pgd: '0x40300000',
      }),
    );
    expect(opOf('__pkvm_host_donate_hyp', { pfn: 0x40100, nr_pages: 3 })).toEqual(
      compileOp({ op: '__pkvm_host_donate_hyp', pfn: '0x40100', nr_pages: 3 }),
    );
  });

  it.each([
    ['vm', { vm: '0x40200008' }],
    ['pgd', { pgd: '0x40300008' }],
  ] as const)('has %s unaligned when told so', (unaligned, written) => {
    const numbers = { host_kvm: 0x40100, nr_vcpus: 1, vm: 0x40200, pgd: 0x40300 };
    expect(opOf('__pkvm_init_vm', numbers, { unaligned })).toEqual(
      compileOp({
        op: '__pkvm_init_vm',
        host_kvm: '0x40100000',
        nr_vcpus: 1,
        vm: '0x40200000',
        pgd: '0x40300000',
        ...written,
      }),
    );
  });

  it.each([
    ['a page number in the middle', 0x40100, '0x40100ff8', 2],
    ['the last of all page numbers', 2 ** 52 - 1, '0xfffffffffffffff8', 2],
    ['one page', 0x40100, '0x40100000', 1],
  ])('has an object in as many pages as told: %s', (_what, host_vcpu, address, pagesOfObject) => {
    const numbers = { vm: 0x1000, host_vcpu, vcpu_idx: 0, vcpu: 0x40200 };
    expect(opOf('__pkvm_init_vcpu', numbers, { pagesOfObject })).toEqual(
      compileOp({
        op: '__pkvm_init_vcpu',
        vm: 0x1000,
        host_vcpu: address,
        vcpu_idx: 0,
        vcpu: '0x40200000',
      }),
    );
  });

  it('takes a list, and leaves alone what is left out', () => {
    expect(opOf('__pkvm_host_share_guest', { pfn: 1, gfn: 2, prot: 7, memcache: [3, 4] })).toEqual(
      compileOp({ op: '__pkvm_host_share_guest', pfn: 1, gfn: 2, prot: 7, memcache: [3, 4] }),
    );
    expect(opOf('poke', { pfn: 1, refcount: 3 })).toEqual(
      compileOp({ op: 'poke', pfn: 1, refcount: 3 }),
    );
  });
});
