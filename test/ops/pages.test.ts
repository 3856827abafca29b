// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Op } from '../../src/hyp/op.js';
import {
  firstPageOf,
  guestPageOf,
  handleOf,
  mapGuestPage,
  mapPages,
  pageRanges,
  renamePages,
} from '../../src/ops/index.js';
import { listOp, op, shareGuest } from '../support/machines.js';

describe('firstPageOf', () => {
  it.each([
    [op('__pkvm_host_share_hyp', 5), 5],
    [op('__pkvm_init_vcpu', 0x1000, 7, 0, 9), 9],
    [op('__pkvm_init_vm', 5, 1, 7, 9), 5],
    [listOp('ffa_host_share_ranges', [8, 1, 9, 1]), 8],
    [listOp('ffa_host_unshare_ranges', []), -1],
    [op('__pkvm_teardown_vm', 0x1000), -1],
    [op('__pkvm_vcpu_put'), -1],
    [op('__pkvm_host_mkyoung_guest', 5), -1],
    [op('__pkvm_host_unshare_guest', 0x1000, 5), -1],
    [op('__pkvm_host_wrprotect_guest', 0x1000, 5), -1],
    [op('__pkvm_host_test_clear_young_guest', 0x1000, 5, 1), -1],
    [op('__pkvm_host_relax_perms_guest', 5, 6), -1],
    [op('__pkvm_vcpu_load', 0x1000, 0), -1],
    [op('handle_host_mem_abort', 5), 5],
    [op('poke', 5, 0), 5],
  ])('of an operation (%#)', (operation, expected) => {
    expect(firstPageOf(operation)).toBe(expected);
  });
});

describe('guestPageOf and handleOf', () => {
  it('tell what an operation names', () => {
    expect(guestPageOf(op('__pkvm_host_share_guest', 1, 5, 7))).toBe(5);
    expect(guestPageOf(op('__pkvm_host_mkyoung_guest', 5))).toBe(5);
    expect(handleOf(op('__pkvm_host_unshare_guest', 0x1000, 5))).toBe(0x1000);
  });

  it('are -1 where it names none', () => {
    expect(guestPageOf(op('__pkvm_host_share_hyp', 5))).toBe(-1);
    expect(handleOf(op('__pkvm_host_mkyoung_guest', 5))).toBe(-1);
  });
});

/** Ranges as `[start, end)`. */
const rangesOf = (operation: Op) => pageRanges(operation).map(({ start, end }) => [start, end]);

describe('pageRanges', () => {
  it.each<[Op, number[][]]>([
    [op('__pkvm_host_share_hyp', 5), [[5, 6]]],
    [op('__pkvm_host_donate_hyp', 5, 3), [[5, 8]]],
    [op('__pkvm_host_donate_hyp', 5, 0), [[5, 6]]],
    [op('hyp_pin_shared_mem', 5, 9), [[5, 9]]],
    [op('hyp_pin_shared_mem', 5, 4), [[5, 6]]],
    [op('handle_host_mem_abort', 5), [[5, 6]]],
    [
      listOp('ffa_host_share_ranges', [8, 2, 20, 1]),
      [
        [8, 10],
        [20, 21],
      ],
    ],
    [
      shareGuest(5, 1, 7, [8, 11]),
      [
        [5, 6],
        [8, 9],
        [11, 12],
      ],
    ],
    [op('__pkvm_host_unshare_guest', 0x1000, 5), []],
    [op('poke', 5, 0, -1, -1, -1), [[5, 6]]],
  ])('of an operation (%#)', (operation, expected) => {
    expect(rangesOf(operation)).toEqual(expected);
  });

  it('has for a VM what its struct takes: a page, and 8 bytes a vCPU', () => {
    expect(rangesOf(op('__pkvm_init_vm', 5, 512, 10, 20))).toEqual([
      [5, 6],
      [10, 12],
      [20, 22],
    ]);
    expect(rangesOf(op('__pkvm_init_vm', 5, 513, 10, 20))[1]).toEqual([10, 13]);
  });

  it('has for a vCPU the pages of the host’s struct, which may be two, and the pair donated', () => {
    expect(rangesOf(op('__pkvm_init_vcpu', 0x1000, 5, 0, 9, 0, 7))).toEqual([
      [5, 7],
      [9, 11],
    ]);
  });
});

describe('mapPages', () => {
  const further = (page: number) => page + 100;

  it.each<[Op, Op]>([
    [op('__pkvm_host_donate_hyp', 5, 3), op('__pkvm_host_donate_hyp', 105, 3)],
    [op('hyp_pin_shared_mem', 5, 9), op('hyp_pin_shared_mem', 105, 109)],
    [op('__pkvm_init_vm', 5, 1, 7, 9, 2), op('__pkvm_init_vm', 105, 1, 107, 109, 2)],
    [
      op('__pkvm_init_vcpu', 0x1000, 5, 0, 9, 1, 7),
      op('__pkvm_init_vcpu', 0x1000, 105, 0, 109, 1, 107),
    ],
    [shareGuest(5, 1, 7, [8]), shareGuest(105, 1, 7, [108])],
    [listOp('ffa_host_share_ranges', [8, 2]), listOp('ffa_host_share_ranges', [108, 2])],
    [op('__pkvm_host_unshare_guest', 0x1000, 5), op('__pkvm_host_unshare_guest', 0x1000, 5)],
    [op('__pkvm_vcpu_put'), op('__pkvm_vcpu_put')],
  ])('moves what names pages, and nothing else (%#)', (operation, expected) => {
    expect(mapPages(operation, further)).toEqual(expected);
  });

  it('leaves guest pages to mapGuestPage', () => {
    expect(mapGuestPage(shareGuest(5, 1, 7), further)).toEqual(shareGuest(5, 101, 7));
    expect(mapGuestPage(op('__pkvm_host_share_hyp', 5), further)).toEqual(
      op('__pkvm_host_share_hyp', 5),
    );
  });
});

describe('renamePages', () => {
  const reversed = (page: number) => (page >= 5 && page <= 7 ? 12 - page : page);

  it('turns a range round where its pages are turned round', () => {
    expect(renamePages(op('__pkvm_host_donate_hyp', 5, 2), reversed)).toEqual(
      op('__pkvm_host_donate_hyp', 6, 2),
    );
    expect(renamePages(op('hyp_pin_shared_mem', 5, 6), reversed)).toEqual(
      op('hyp_pin_shared_mem', 7, 8),
    );
    expect(renamePages(op('__pkvm_host_share_ffa', 5, 0), reversed)).toEqual(
      op('__pkvm_host_share_ffa', 7, 0),
    );
  });

  it('is undefined where the pages of a range are torn apart', () => {
    const swapped = (page: number) => (page === 5 ? 8 : page === 8 ? 5 : page);
    expect(renamePages(op('__pkvm_host_donate_hyp', 5, 2), swapped)).toBeUndefined();
    expect(renamePages(op('__pkvm_host_donate_hyp', 5, 3), swapped)).toEqual(
      op('__pkvm_host_donate_hyp', 6, 3),
    );
  });
});
