// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { counterexample } from '../../../src/explore/certificate/counterexample.js';
import { DEFAULT_WORLD } from '../../../src/explore/world/options.js';
import { makeWorld } from '../../../src/explore/world/world.js';
import { DROPPED_CHECK, FORGOTTEN_PAGE } from '../broken.js';
import { implementation } from '../helpers.js';

const WORLD = makeWorld({ ...DEFAULT_WORLD, pages: 2 });
const direct = implementation('direct');

function found(pair: readonly [typeof direct, typeof direct], texts: readonly string[]) {
  const ops = texts.map((text) => {
    const action = WORLD.actions.find((one) => one.text === text);
    if (!action) throw new Error(`no action ${text}`);
    return action.source;
  });
  return counterexample({ world: WORLD, pair, level: 'exact', ops });
}

const PINNED = (pfn: string) => [
  `__pkvm_host_share_hyp(pfn=${pfn})`,
  `hyp_pin_shared_mem(from=${pfn}000, to=0x${(Number(pfn) + 1).toString(16)}000)`,
  `__pkvm_host_unshare_hyp(pfn=${pfn})`,
];

describe('a counterexample', () => {
  it('is a trace that replay sees diverge at its end, without the set-up if it needs none', () => {
    const { trace, length, divergence, bucket } = found([direct, DROPPED_CHECK], PINNED('0x40100'));
    expect([trace.ops.length, length, divergence.opIndex]).toEqual([3, 3, 2]);
    expect(divergence.outcomes).toEqual(['-EBUSY', '0']);
    expect(bucket).toMatch(
      /^__pkvm_host_unshare_hyp: outcome -EBUSY \| 0; .*debug off; reachable$/,
    );
    expect(trace.source[2].expect).toEqual({ direct: '-EBUSY', 'dropped-check': 0 });
    expect(trace.file).toBe('explore-pkvm-host-unshare-hyp-ebusy-0-debug-off.json');
  });

  it('is about ranges of one page where that shows the same', () => {
    const range = '__pkvm_host_share_ffa(pfn=0x40100, nr_pages=2)';
    const { operations } = found([direct, FORGOTTEN_PAGE], [range]);
    // A range of one page would show nothing: the last of several is forgotten.
    expect(operations).toEqual([range]);
    const donated = ['__pkvm_host_donate_hyp(pfn=0x40101, nr_pages=1)', ...PINNED('0x40100')];
    expect(found([direct, DROPPED_CHECK], donated).operations).toHaveLength(4);
  });

  it('is refused if replay does not see what exploration saw', () => {
    expect(() => found([direct, direct], PINNED('0x40100'))).toThrow('replay does not see');
  });
});
