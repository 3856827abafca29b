// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORLD, PLACES, type Place } from '../../../src/explore/world/options.js';
import { makeWorld } from '../../../src/explore/world/world.js';

function pages(place: Place): number[] {
  return [...makeWorld({ ...DEFAULT_WORLD, place }).pages];
}

describe('a world', () => {
  it('lies side by side, at the end of memory, in a nomap region or beyond memory', () => {
    const { memory } = makeWorld(DEFAULT_WORLD).machine;
    const [region, nomap] = memory;
    expect(pages('neighbours')).toEqual([0x40100, 0x40101, 0x40102]);
    expect(pages('edge').at(-1)).toBe(region.pfn + region.pages - 1);
    expect(pages('nomap').at(-1)).toBe(nomap.pfn);
    const [mmio] = pages('mmio').slice(-1);
    expect(memory.some(({ pfn, pages: n }) => mmio >= pfn && mmio < pfn + n)).toBe(false);
    expect(PLACES).toEqual(['neighbours', 'edge', 'nomap', 'mmio']);
  });

  it('of the default options tries 52 actions', () => {
    // 2 per page, 4 with 3 x 3 ranges less one over the end, pins and unpins, 3 pages at 2 frames, 2 unshares.
    expect(makeWorld(DEFAULT_WORLD).actions).toHaveLength(
      2 * 3 + 4 * (3 * 3 - 1) + 2 * 3 + 3 * 2 + 2,
    );
  });

  it('loads several VMs in turn, and leaves out operations that have nothing to work on', () => {
    expect(makeWorld({ ...DEFAULT_WORLD, vms: 2 }).options.ops).toContain('__pkvm_vcpu_load');
    expect(makeWorld({ ...DEFAULT_WORLD, gfns: 0 }).options.ops).not.toContain(
      '__pkvm_host_share_guest',
    );
  });

  it('has the debug setting in its machine', () => {
    expect(makeWorld({ ...DEFAULT_WORLD, debug: true }).machine.nvhe_el2_debug).toBe(true);
  });
});
