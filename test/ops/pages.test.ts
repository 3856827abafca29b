// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { firstPageOf } from '../../src/ops/index.js';
import { listOp, op } from '../support/machines.js';

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
