// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { documentOf, messagesOf, parsed } from './helpers.js';

const PUT = [{ op: '__pkvm_vcpu_put' }];
const machineOf = (machine?: object) => parsed(documentOf(PUT, machine && { machine })).machine;
const issuesOf = (machine: object) => messagesOf(documentOf(PUT, { machine }));

const DEFAULTS = {
  nvhe_el2_debug: false,
  share_guest_warn: true,
  memory: [
    { pfn: 0x40000, pages: 8192, nomap: false },
    { pfn: 0x80000, pages: 1024, nomap: true },
  ],
  carveout: { pfn: 0x40e00, hpool_pages: 536, host_s2_pages: 552 },
};

describe('machineConfig', () => {
  it('has the default of the format for each part left out', () => {
    expect(machineOf()).toEqual(DEFAULTS);
    expect(machineOf({})).toEqual(DEFAULTS);
    expect(machineOf({ nvhe_el2_debug: true })).toEqual({ ...DEFAULTS, nvhe_el2_debug: true });
    expect(machineOf({ share_guest_warn: false })).toEqual({
      ...DEFAULTS,
      share_guest_warn: false,
    });
    expect(machineOf({ hyp_carveout: { hpool_pages: '0x10' } })).toEqual({
      ...DEFAULTS,
      carveout: { ...DEFAULTS.carveout, hpool_pages: 16 },
    });
    expect(machineOf({ memory: [{ base: 0x40000000, pages: '0x2000' }] })).toEqual({
      ...DEFAULTS,
      memory: [{ pfn: 0x40000, pages: 8192, nomap: false }],
    });
  });

  it('takes a region at 0, one up to 2^40, and a carve-out over two adjacent regions', () => {
    const memory = [
      { base: 0, pages: 16 },
      { base: '0x10000', pages: 16, nomap: true },
      { base: '0xfffffff000', pages: 1 },
    ];
    const hyp_carveout = { pfn: 0, hpool_pages: 20, host_s2_pages: 12 };
    expect(machineOf({ memory, hyp_carveout }).memory).toHaveLength(3);
  });
});

describe('machineIssues', () => {
  const region = (base: string | number, pages: number | string) => ({ base, pages });

  it.each([
    [
      'an empty region',
      { memory: [region('0x40000000', 8192), region('0x80000000', 0)] },
      ['/machine/memory/1/pages: an empty memory region'],
    ],
    [
      'unsorted regions',
      { memory: [region('0x80000000', 16), region('0x40000000', 16)] },
      [
        '/machine/memory/1: memory regions must be sorted: the one before it is higher (pages 0x80000 to 0x8000f)',
      ],
    ],
    [
      'overlapping regions',
      { memory: [region('0x40000000', 16), region('0x4000f000', 1)] },
      [
        '/machine/memory/1: the memory region overlaps the one before it (pages 0x40000 to 0x4000f)',
      ],
    ],
    [
      'a region beyond 2^40',
      { memory: [region('0xfffffff000', 2)] },
      ['/machine/memory/0: the memory region ends beyond 2^40'],
    ],
    [
      'a region of 2^64 - 1 pages',
      { memory: [region('0x40000000', '0xffffffffffffffff')] },
      ['/machine/memory/0: the memory region ends beyond 2^40'],
    ],
    [
      'more memory than is simulated, in all regions together',
      { memory: [region('0x40000000', 2 ** 22), region('0x900000000', 2 ** 22 + 1)] },
      ['/machine/memory: 8388609 pages of memory: at most 8388608 (32 GiB) are simulated'],
    ],
    [
      'more regions than the kernel takes',
      { memory: Array.from({ length: 129 }, (_, i) => region(0x40000000 + i * 8192 * 4096, 8192)) },
      ['/machine/memory: 129 memory regions: the kernel takes at most 128'],
    ],
    [
      'a carve-out outside memory',
      { hyp_carveout: { pfn: '0x50000' } },
      [
        "/machine/hyp_carveout: the hypervisor's carve-out (pages 0x50000 to 0x5043f) is not within memory",
      ],
    ],
    [
      'a carve-out that ends outside memory',
      { hyp_carveout: { pfn: '0x41fff', hpool_pages: 1, host_s2_pages: 1 } },
      [
        "/machine/hyp_carveout: the hypervisor's carve-out (pages 0x41fff to 0x42000) is not within memory",
      ],
    ],
    [
      'empty pools',
      { hyp_carveout: { hpool_pages: 0, host_s2_pages: '0x0' } },
      [
        '/machine/hyp_carveout/hpool_pages: `hpool_pages` must be at least 1',
        '/machine/hyp_carveout/host_s2_pages: `host_s2_pages` must be at least 1',
      ],
    ],
  ])('names %s', (_name, machine, messages) => {
    expect(issuesOf(machine).sort()).toEqual([...messages].sort());
  });
});
