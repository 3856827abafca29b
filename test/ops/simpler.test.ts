// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { HANDLE_OFFSET } from '../../src/hyp/layout.js';
import { oddity, simplerForms, sizesOf, sumOfPages } from '../../src/ops/index.js';
import { listOp, op, shareGuest } from '../support/machines.js';

describe('simplerForms', () => {
  it('aligns what is not, makes an object fit a page, and takes the first handle and vCPU', () => {
    expect(simplerForms(op('__pkvm_init_vcpu', 0x1002, 5, 3, 9, 1, 7))).toEqual([
      op('__pkvm_init_vcpu', 0x1002, 5, 3, 9, 0, 7),
      op('__pkvm_init_vcpu', 0x1002, 5, 3, 9, 1, 6),
      op('__pkvm_init_vcpu', HANDLE_OFFSET, 5, 3, 9, 1, 7),
      op('__pkvm_init_vcpu', 0x1002, 5, 0, 9, 1, 7),
    ]);
  });

  it('gives a guest all rights, takes pages off the memcache from its end, and lowers the frame', () => {
    expect(simplerForms(shareGuest(5, 2, 3, [8, 9]))).toEqual([
      shareGuest(5, 2, 7, [8, 9]),
      shareGuest(5, 2, 3, [8]),
      shareGuest(5, 2, 3, [9]),
      shareGuest(5, 0, 3, [8, 9]),
      shareGuest(5, 1, 3, [8, 9]),
    ]);
  });

  it('leaves out a range of an FF-A call', () => {
    expect(simplerForms(listOp('ffa_host_share_ranges', [5, 1, 9, 2]))).toEqual([
      listOp('ffa_host_share_ranges', [5, 1]),
      listOp('ffa_host_share_ranges', [9, 2]),
    ]);
  });

  it('writes one thing less of a page', () => {
    expect(simplerForms(op('poke', 5, 1, 2, 3, 4))).toEqual([
      op('poke', 5, -1, 2, 3, 4),
      op('poke', 5, 1, -1, 3, 4),
      op('poke', 5, 1, 2, -1, 4),
      op('poke', 5, 1, 2, 3, -1),
    ]);
  });

  it('has none of an operation that is a page and a size', () => {
    expect(simplerForms(op('__pkvm_host_donate_hyp', 5, 3))).toEqual([]);
  });
});

describe('sizesOf', () => {
  it.each([
    [op('__pkvm_host_donate_hyp', 5, 3), [3], op('__pkvm_host_donate_hyp', 5, 2)],
    [op('hyp_pin_shared_mem', 5, 9), [4], op('hyp_pin_shared_mem', 5, 7)],
    [op('__pkvm_init_vm', 5, 3, 7, 9), [3], op('__pkvm_init_vm', 5, 2, 7, 9)],
    [
      listOp('ffa_host_share_ranges', [5, 3, 9, 4]),
      [3, 4],
      listOp('ffa_host_share_ranges', [5, 2, 9, 4]),
    ],
  ])('are its counts, and can be changed (%#)', (operation, values, first) => {
    const sizes = sizesOf(operation);
    expect(sizes.map(({ value }) => value)).toEqual(values);
    expect(sizes[0].set(2)).toEqual(first);
  });

  it('are none of an operation on one page, or on a range that ends before it starts', () => {
    expect(sizesOf(op('__pkvm_host_share_hyp', 5))).toEqual([]);
    expect(sizesOf(op('hyp_pin_shared_mem', 5, 4))).toEqual([]);
  });
});

describe('sumOfPages', () => {
  it('adds up physical and guest pages, of a range the first', () => {
    expect(sumOfPages(op('__pkvm_host_donate_hyp', 5, 3))).toBe(5);
    expect(sumOfPages(op('hyp_pin_shared_mem', 5, 9))).toBe(5);
    expect(sumOfPages(shareGuest(5, 2, 7, [8, 9]))).toBe(5 + 2 + 8 + 9);
    expect(sumOfPages(listOp('ffa_host_share_ranges', [5, 3, 9, 4]))).toBe(5 + 9);
    expect(sumOfPages(op('__pkvm_init_vcpu', 0x1000, 5, 3, 9, 1, 7))).toBe(5 + 9);
    expect(sumOfPages(op('__pkvm_teardown_vm', 0x1000))).toBe(0);
  });
});

describe('oddity', () => {
  it('counts what one would not write first', () => {
    expect(oddity(op('__pkvm_init_vcpu', 1, 5, 3, 9, 1, 7))).toBe(1 + 3 + 1 + 2);
    expect(oddity(shareGuest(5, 2, 7, [8]))).toBe(0);
    expect(oddity(shareGuest(5, 2, 3, [8]))).toBe(1);
    expect(oddity(op('__pkvm_host_test_clear_young_guest', 2, 5, 1))).toBe(2 + 1);
    expect(oddity(op('poke', 5, 0, -1, 3, -1))).toBe(2);
    expect(oddity(op('__pkvm_host_donate_hyp', 5, 3))).toBe(0);
  });
});
