// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ram } from '../../../src/real/emulator/ram.js';
import { CallReader } from '../../../src/real/record/calls.js';

const BASE = 0x40000000;
const CONTEXT = BASE + 0x1000;
const LINEAR = 0xffff000000000000n;
const MEMCACHE = 0x800;

let folder: string;
let ram: Ram;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'calls-test-'));
  const file = join(folder, 'ram');
  writeFileSync(file, Buffer.alloc(0x10000));
  ram = new Ram(file, BASE);
});

afterEach(() => {
  ram.close();
  rmSync(folder, { recursive: true });
});

function reader(ranged = true): CallReader {
  const shareCount = { offset: 4, bytes: 4 };
  return new CallReader(
    ram,
    { linearPa: (va) => va - LINEAR },
    {
      createdVcpus: 0x40,
      vcpuIdx: 0x1c,
      vcpuPages: [2, 3],
      guests: { memcache: MEMCACHE, ranged, shareCount },
    },
  );
}

/** Sets x0, x1, ... of the host. */
function registers(...values: bigint[]): void {
  const bytes = Buffer.alloc(64);
  values.forEach((value, index) => {
    bytes.writeBigUInt64LE(value, 8 * index);
  });
  ram.write(CONTEXT, bytes);
}

function word(at: number, value: bigint, bytes: 4 | 8 = 8): void {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 8) buffer.writeBigUInt64LE(value);
  else buffer.writeUInt32LE(Number(value));
  ram.write(at, buffer);
}

describe('a hypercall', () => {
  it('is an operation with the host’s registers from x1 on', () => {
    registers(0xc600000dn, 0x41141n);
    const asked = reader().asked('handle___pkvm_host_share_hyp', CONTEXT);
    expect(asked).toEqual({ op: '__pkvm_host_share_hyp', pfn: '0x41141' });
  });

  it('names structs by their physical addresses, and reads their numbers', () => {
    word(BASE + 0x2040, 3n, 4);
    registers(0n, LINEAR + 0x40002000n, LINEAR + 0x40328000n, LINEAR + 0x40416000n);
    expect(reader().asked('handle___pkvm_init_vm', CONTEXT)).toEqual({
      op: '__pkvm_init_vm',
      host_kvm: '0x40002000',
      nr_vcpus: 3,
      vm: '0x40328000',
      pgd: '0x40416000',
    });
    word(BASE + 0x3be0 + 0x1c, 1n, 4);
    registers(0n, 0x1000n, LINEAR + 0x40003be0n, LINEAR + 0x4032a000n);
    expect(reader().asked('handle___pkvm_init_vcpu', CONTEXT)).toEqual({
      op: '__pkvm_init_vcpu',
      vm: '0x1000',
      host_vcpu: '0x40003be0',
      vcpu_idx: 1,
      vcpu: '0x4032a000',
    });
  });

  it('shares a page with the guest that is loaded, with the pages of its memcache', () => {
    const calls = reader();
    const struct = BASE + 0x4000;
    const init = { op: '__pkvm_init_vcpu', vm: '0x1000', host_vcpu: `0x${struct.toString(16)}` };
    calls.done({ ...init, op: '__pkvm_init_vcpu', vcpu_idx: 0, vcpu: '0x4032a000' }, 0);
    calls.done({ op: '__pkvm_vcpu_load', vm: '0x1000', vcpu_idx: 0 }, 0);
    // Head and count; each page begins with the address of the next.
    word(struct + MEMCACHE, 0x40006000n);
    word(struct + MEMCACHE + 8, 2n);
    word(BASE + 0x6000, 0x40007000n);
    registers(0n, 0x41e43n, 0x80000n, 1n, 7n);
    const shared = { op: '__pkvm_host_share_guest', pfn: '0x41e43', gfn: '0x80000', prot: 7 };
    const memcache = ['0x40006', '0x40007'];
    const handler = 'handle___pkvm_host_share_guest';
    expect(calls.asked(handler, CONTEXT)).toEqual({ ...shared, memcache });
    calls.done({ op: '__pkvm_vcpu_put' }, 0);
    expect(calls.asked(handler, CONTEXT)).toEqual(shared);
  });

  it('has its last argument where the kernel takes no number of pages', () => {
    registers(0n, 0x1000n, 0x80001n, 1n);
    expect(reader(false).asked('handle___pkvm_host_test_clear_young_guest', CONTEXT)).toEqual({
      op: '__pkvm_host_test_clear_young_guest',
      vm: '0x1000',
      gfn: '0x80001',
      mkold: true,
    });
  });

  it('of many pages at once is none that a trace can hold', () => {
    registers(0n, 0x1000n, 0x80000n, 512n);
    expect(reader().asked('handle___pkvm_host_unshare_guest', CONTEXT)).toEqual({
      cannot: '__pkvm_host_unshare_guest of 512 pages at once: a trace has them one by one',
    });
  });

  it('is no operation where the format has none', () => {
    expect(reader().asked('handle___kvm_vcpu_run', CONTEXT)).toBe('other');
  });
});
