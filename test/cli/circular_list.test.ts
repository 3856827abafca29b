// SPDX-License-Identifier: GPL-2.0-only
/** A free list that leads in a circle: whoever walks it ends, and says what is wrong. */
import { describe, expect, it } from 'vitest';
import { run, save } from './helpers.js';

/** A table page with a poked reference count comes back to its pool twice. */
const CIRCLE = {
  format: 'pkvm-trace/1',
  name: 'circle',
  description: 'A free list that is a circle.',
  machine: {
    nvhe_el2_debug: true,
    share_guest_warn: false,
    memory: [
      { base: '0x100000000', pages: 512 },
      { base: '0x100200000', pages: 3 },
    ],
    hyp_carveout: { pfn: '0x100000', hpool_pages: 6, host_s2_pages: 13 },
  },
  ops: [
    { op: '__pkvm_host_share_hyp', pfn: '0x1001ff' },
    { op: 'poke', pfn: '0x100001', refcount: 1, host_state: 'NOPAGE' },
    {
      op: 'poke',
      pfn: '0x1001ff',
      host_state: 'SHARED_OWNED',
      host_share_guest_count: 2,
      hyp_state: 'NOPAGE',
    },
    {
      op: '__pkvm_init_vcpu',
      vm: 4096,
      host_vcpu: '0x1001ff000',
      vcpu_idx: '0xffffffff',
      vcpu: '0x100154000',
    },
  ],
};

describe('a circular free list', () => {
  it('is dumped, with what is wrong on stderr', async () => {
    const { code, out, err } = await run(['dump', save('circle.json', JSON.stringify(CIRCLE))]);
    const what = 'a free list of hpool does not lead back to its head';
    expect(code).toBe(0);
    expect(JSON.parse(out).undefined).toEqual([what]);
    expect(err).toContain(`circle: ${what}\n`);
  });

  it('is a state that conform cannot compare: undefined, neither passed nor failed', async () => {
    const { out: dumped } = await run(['dump', save('circle.json', JSON.stringify(CIRCLE))]);
    const { undefined: _, ...state } = JSON.parse(dumped);
    const legacy = { ...state, free: { ...state.free, hpool: 0 } };
    const { name, machine, ops } = CIRCLE;
    const recording = { name, machine, ops, results: { legacy: [0, 0, 0, -2] }, state: { legacy } };
    const input = save('recording.json', JSON.stringify(recording));
    const { code, out } = await run(['conform', input]);
    expect(out).toMatch(/^legacy: 0 passed, 0 failed, 1 undefined$/m);
    expect(code).toBe(4);
  });
});
