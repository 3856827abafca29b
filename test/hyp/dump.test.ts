// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { dumpState } from '../../src/hyp/dump.js';
import { dumpStage2, stage1Perms, stage2Perms } from '../../src/hyp/dump_tables.js';
import { HOST_MMU_PGT } from '../../src/hyp/host_stage2.js';
import type { Machine } from '../../src/hyp/machine.js';
import { bootMachine, HYP_PAGE, op, PAGE, poke, run, shareGuest } from '../support/machines.js';
import { hostS2Entry, hypEntry } from '../support/tables.js';
import { bootWithVcpu, HANDLE, MEMCACHE, PGD } from '../support/vms.js';

/** FNV-1a over 64-bit values with BigInt, as the format says: descriptor, then its address. */
function fnv64(entries: readonly (readonly [bigint, bigint])[]): string {
  let h = 14695981039346656037n;
  for (const value of entries.flat()) h = ((h ^ value) * 1099511628211n) % 2n ** 64n;
  return h.toString(16).padStart(16, '0');
}

/** Address of the entry of index `index` in a table page. */
function at(table: number, index: number): bigint {
  return BigInt(table) * 4096n + 8n * BigInt(index);
}

function table(pfn: number): bigint {
  return BigInt(pfn) * 4096n + 3n;
}

describe('dumpState after boot', () => {
  const machine = bootMachine();
  const dump = dumpState(machine);

  it('has runs of equal pages, broken at regions', () => {
    expect(dump.vmemmap.filter(([pfn]) => !/^40e[0-4]/.test(pfn))).toEqual([
      ['40000', 3584, 'OWNED', 0, 0, 0],
      ['40e50', 432, 'OWNED', 0, 0, 0],
      ['80000', 16, 'OWNED', 0, 0, 0],
      ['90000', 64, 'OWNED', 0, 0, 0],
    ]);
    // Free: a block of 32 pages; then three tables, the last one full, and 4 pages free.
    expect(dump.vmemmap.slice(1, 7)).toEqual([
      ['40e00', 1, 'NOPAGE', 0, 5, 0],
      ['40e01', 31, 'NOPAGE', 0, 255, 0],
      ['40e20', 3, 'NOPAGE', 2, 0, 0],
      ['40e23', 1, 'NOPAGE', 81, 0, 0],
      ['40e24', 1, 'NOPAGE', 0, 2, 0],
      ['40e25', 3, 'NOPAGE', 0, 255, 0],
    ]);
  });

  it('has the carve-out in hyp’s and the host’s tables', () => {
    expect(dump.hyp_s1).toEqual([['100040e00', 80, 3, '40e00', 'rw-', 'OWNED']]);
    expect(dump.host_s2).toEqual([['40e00', 80, 3, 'owner', 1]]);
    expect(dump.free).toEqual({ hpool: 36, host_s2: 36 });
    expect(dump.vms).toEqual([]);
    expect('loaded' in dump).toBe(false);
  });

  it('hashes descriptors and the addresses they lie at, depth first', () => {
    const [pgd, level2, level3] = hostS2Entry(machine, HYP_PAGE).path;
    const host = [
      [table(level2), at(pgd, 1)],
      [table(level3), at(level2, 7)],
      ...Array.from({ length: 80 }, (_, i) => [4n, at(level3, (0x40e00 % 512) + i)]),
    ] as [bigint, bigint][];
    expect(dump.host_s2_hash).toBe(fnv64(host));
    const path = hypEntry(machine, HYP_PAGE).path;
    const hyp = [
      [table(path[1]), at(path[0], 32)],
      [table(path[2]), at(path[1], 1)],
      [table(path[3]), at(path[2], 7)],
      ...Array.from({ length: 80 }, (_, i) => [
        0x0040000000000743n | (BigInt(HYP_PAGE + i) << 12n),
        at(path[3], (0x40e00 % 512) + i),
      ]),
    ] as [bigint, bigint][];
    expect(dump.hyp_s1_hash).toBe(fnv64(hyp));
  });
});

describe('an empty table', () => {
  it('has no leaves and the start value for a hash', () => {
    const none = { leaves: [], hash: 'cbf29ce484222325' };
    expect(dumpStage2(bootMachine(), 0, 2)).toEqual(none);
    expect(dumpStage2(bootMachine(), PAGE + 1, 2)).toEqual(none);
  });
});

describe('leaves', () => {
  const host = (machine: Machine) =>
    dumpState(machine).host_s2.filter((leaf) => leaf[0] !== '40e00');

  function map(machine: Machine, pfn: number, size: number, phys: number, prot: number): void {
    machine.stage2.kvm_pgtable_stage2_map(HOST_MMU_PGT, pfn, size, phys, prot, 0, false);
  }

  it('merge when input, output, level and attributes go on', () => {
    const machine = bootMachine();
    map(machine, 0x401fe, 2, 0x401fe, 7);
    map(machine, 0x40200, 1, 0x40200, 7);
    expect(host(machine)).toEqual([['401fe', 3, 3, '401fe', 'rwx', 'OWNED']]);
  });

  it.each([
    ['input', 0x40102, 0x40101, 7],
    ['output', 0x40101, 0x40102, 7],
    ['permissions', 0x40101, 0x40101, 6],
    ['software state', 0x40101, 0x40101, 7 | 0x100],
  ])('do not merge over a gap in the %s', (_name, pfn, phys, prot) => {
    const machine = bootMachine();
    map(machine, 0x40100, 1, 0x40100, 7);
    map(machine, pfn, 1, phys, prot);
    expect(host(machine)).toHaveLength(2);
  });

  it('do not merge over levels', () => {
    const machine = bootMachine();
    map(machine, 0x40200, 512, 0x40200, 7);
    map(machine, 0x40400, 1, 0x40400, 7);
    expect(host(machine)).toEqual([
      ['40200', 512, 2, '40200', 'rwx', 'OWNED'],
      ['40400', 1, 3, '40400', 'rwx', 'OWNED'],
    ]);
  });

  it('merge annotations of one owner', () => {
    const machine = bootMachine();
    const { stage2 } = machine;
    stage2.kvm_pgtable_stage2_set_owner(HOST_MMU_PGT, 0x40100, 2, 2);
    stage2.kvm_pgtable_stage2_set_owner(HOST_MMU_PGT, 0x40102, 1, 1);
    expect(host(machine)).toEqual([
      ['40100', 2, 3, 'owner', 2],
      ['40102', 1, 3, 'owner', 1],
    ]);
  });

  it('of the second PGD page have their own input pages', () => {
    const machine = bootMachine();
    run(machine, op('handle_host_mem_abort', 0x9000000));
    expect(host(machine)).toEqual([['9000000', 2 ** 18, 1, '9000000', 'rw-', 'OWNED']]);
  });
});

describe('permissions', () => {
  it.each([
    [0x7ff, 0, 'rwx'],
    [0x7ff, 0x400000, 'rw-'],
    [0x77f, 0x400000, 'r--'],
    [0x73f, 0, '--x'],
    [0x3ff, 0, 'rwxo'],
    [0x33f, 0x400000, '---o'],
  ])('of the stage 2 descriptor %i %i are %s', (lo, hi, expected) => {
    expect(stage2Perms(lo, hi)).toBe(expected);
  });

  it.each([
    [0x743, 0x400000, 'rw-'],
    [0x7c3, 0x400000, 'r--'],
    [0x7c3, 0, 'r-x'],
  ])('of the stage 1 descriptor %i %i are %s', (lo, hi, expected) => {
    expect(stage1Perms(lo, hi)).toBe(expected);
  });
});

describe('a VM', () => {
  it('is dumped with its tables, memcaches and what is loaded', () => {
    const machine = bootWithVcpu();
    run(machine, shareGuest(PAGE, 5, 6, MEMCACHE));
    run(machine, op('__pkvm_host_test_clear_young_guest', HANDLE, 5, 1));
    const dump = dumpState(machine);
    expect(dump.loaded).toEqual([HANDLE, 0]);
    const path = [PGD, MEMCACHE[3], MEMCACHE[2]];
    const page = (0x0140000000000000n | 0x3dbn) + BigInt(PAGE) * 4096n;
    expect(dump.vms).toEqual([
      {
        handle: HANDLE,
        nr_vcpus: 1,
        created: 2,
        pool_free: 0,
        s2: [['5', 1, 3, PAGE.toString(16), 'rw-o', 'SHARED_BORROWED']],
        s2_hash: fnv64([
          [table(path[1]), at(path[0], 0)],
          [table(path[2]), at(path[1], 0)],
          [page, at(path[2], 5)],
        ]),
        vcpus: [{ memcache: ['40251', '40250'] }],
      },
    ]);
  });
});

describe('the vmemmap', () => {
  it('shows every field of a page that differs from its neighbours', () => {
    const machine = bootMachine();
    poke(machine, PAGE, { host: 2 });
    poke(machine, PAGE + 2, { refcount: 3 });
    poke(machine, PAGE + 3, { refcount: 3 });
    poke(machine, PAGE + 4, { shares: 2 ** 32 - 1 });
    expect(dumpState(machine).vmemmap.slice(0, 6)).toEqual([
      ['40000', 0x100, 'OWNED', 0, 0, 0],
      ['40100', 1, 'SHARED_BORROWED', 0, 0, 0],
      ['40101', 1, 'OWNED', 0, 0, 0],
      ['40102', 2, 'OWNED', 3, 0, 0],
      ['40104', 1, 'OWNED', 0, 0, 2 ** 32 - 1],
      ['40105', 0xe00 - 0x105, 'OWNED', 0, 0, 0],
    ]);
  });
});
