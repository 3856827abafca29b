// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { HOST_MMU_PGT } from '../../src/hyp/host_stage2.js';
import type { Machine } from '../../src/hyp/machine.js';
import { resultOf } from '../support/fake_helpers.js';
import { bootMachine, PAGE } from '../support/machines.js';
import { bits, hostS2Entry } from '../support/tables.js';

const RWX = 7;

interface Mapping {
  size?: number;
  phys?: number;
  force?: boolean;
}

function map(machine: Machine, pfn: number, prot: number, mapping: Mapping = {}): number | string {
  const { size = 1, phys = pfn, force = false } = mapping;
  return resultOf(() =>
    machine.stage2.kvm_pgtable_stage2_map(HOST_MMU_PGT, pfn, size, phys, prot, 0, force),
  );
}

function setOwner(machine: Machine, pfn: number, size: number, owner: number): number | string {
  return resultOf(() =>
    machine.stage2.kvm_pgtable_stage2_set_owner(HOST_MMU_PGT, pfn, size, owner),
  );
}

function host(machine: Machine, pfn: number): string {
  return bits(hostS2Entry(machine, pfn));
}

describe('attributes of a leaf', () => {
  const FULL = '00000000401007ff';

  it('wrprotect takes the right to write', () => {
    const machine = bootMachine();
    map(machine, PAGE, RWX, { size: 2 });
    expect(machine.stage2.kvm_pgtable_stage2_wrprotect(HOST_MMU_PGT, PAGE, 1)).toBe(0);
    expect(host(machine, PAGE)).toBe('000000004010077f');
    expect(host(machine, PAGE + 1)).toBe('00000000401017ff');
  });

  it.each([
    [0, '004000004010073f'],
    [1, '000000004010073f'],
    [2, '00400000401007bf'],
    [4, '004000004010077f'],
    [7, FULL],
  ])('relax_perms gives the rights %i', (prot, expected) => {
    const machine = bootMachine();
    map(machine, PAGE, 0);
    expect(host(machine, PAGE)).toBe('004000004010073f');
    expect(machine.stage2.kvm_pgtable_stage2_relax_perms(HOST_MMU_PGT, PAGE, prot)).toBe(0);
    expect(host(machine, PAGE)).toBe(expected);
  });

  it('relax_perms takes no right away', () => {
    const machine = bootMachine();
    map(machine, PAGE, RWX);
    machine.stage2.kvm_pgtable_stage2_relax_perms(HOST_MMU_PGT, PAGE, 0);
    expect(host(machine, PAGE)).toBe(FULL);
  });

  it('test_clear_young sees an access once, and mkyoung makes another', () => {
    const machine = bootMachine();
    const { stage2 } = machine;
    map(machine, PAGE, RWX);
    const young = (mkold: boolean) =>
      stage2.kvm_pgtable_stage2_test_clear_young(HOST_MMU_PGT, PAGE, 1, mkold);
    expect([young(false), young(true)]).toEqual([true, true]);
    expect(host(machine, PAGE)).toBe('00000000401003ff');
    expect([young(true), young(false)]).toEqual([false, false]);
    stage2.kvm_pgtable_stage2_mkyoung(HOST_MMU_PGT, PAGE);
    expect(host(machine, PAGE)).toBe(FULL);
    expect(young(false)).toBe(true);
  });

  it('leave alone what is not valid', () => {
    const machine = bootMachine();
    const { stage2 } = machine;
    setOwner(machine, PAGE, 1, 1);
    const mark = machine.state.journalLength;
    expect(stage2.kvm_pgtable_stage2_wrprotect(HOST_MMU_PGT, PAGE, 2)).toBe(0);
    expect(stage2.kvm_pgtable_stage2_relax_perms(HOST_MMU_PGT, PAGE, RWX)).toBe(0);
    stage2.kvm_pgtable_stage2_mkyoung(HOST_MMU_PGT, PAGE);
    expect(stage2.kvm_pgtable_stage2_test_clear_young(HOST_MMU_PGT, PAGE, 1, true)).toBe(false);
    expect(machine.state.journalLength).toBe(mark);
  });

  it('test_clear_young panics out of range', () => {
    const { stage2 } = bootMachine();
    const call = () =>
      stage2.kvm_pgtable_stage2_test_clear_young(HOST_MMU_PGT, 2 ** 28, 1, true) ? 1 : 0;
    expect(resultOf(call)).toBe('WARN');
  });
});

describe('kvm_pgtable_get_leaf', () => {
  it.each([
    ['a page', PAGE, 3, 0x401007ff],
    ['a block', 0x40205, 2, 0x402007fd],
    ['a hole as large as 2 MiB', 0x40400, 2, 0],
    ['a hole as large as 1 GiB', 0x9000005, 1, 0],
    ['an annotation', 0x40e00, 3, 4],
  ])('finds %s', (_name, pfn, level, lo) => {
    const machine = bootMachine();
    map(machine, PAGE, RWX);
    map(machine, 0x40200, RWX, { size: 512 });
    expect(machine.stage2.kvm_pgtable_get_leaf(HOST_MMU_PGT, pfn)).toBe(0);
    expect([machine.stage2.leafLevel, machine.stage2.leafLo]).toEqual([level, lo]);
  });

  it('is -ERANGE beyond the input space', () => {
    const { stage2 } = bootMachine();
    expect(stage2.kvm_pgtable_get_leaf(HOST_MMU_PGT, 2 ** 28 - 1)).toBe(0);
    expect(stage2.kvm_pgtable_get_leaf(HOST_MMU_PGT, 2 ** 28)).toBe(-34);
  });
});
