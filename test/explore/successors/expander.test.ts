// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { DROPPED_CHECK } from '../broken.js';
import { implementation, search } from '../helpers.js';

const SMALL = { pages: 1, gfns: 0, vms: 0 } as const;

describe('expanding states', () => {
  it('counts every transition, by what it came to', () => {
    const found = search({ world: { ...SMALL, ops: ['__pkvm_host_share_hyp'] }, symmetry: false });
    found.advance(Number.POSITIVE_INFINITY);
    const met = found.classes.list.map(({ first }, cls) => [first, found.hits[cls]]);
    expect(met).toEqual([
      [0, 1],
      [-1, 1],
    ]);
  });

  it('finds the first transition of each bucket, once', () => {
    const pair = [implementation('direct'), DROPPED_CHECK] as const;
    const found = search({ world: SMALL, pair });
    found.advance(Number.POSITIVE_INFINITY);
    const buckets = found.findings.map(({ bucket }) => bucket);
    expect(buckets).toEqual(found.classes.buckets.map((_, bucket) => bucket));
    const [{ state, action }] = found.findings;
    expect(found.pathTo(state)).toHaveLength(2);
    expect(found.world.actions[action].name).toBe('__pkvm_host_unshare_hyp');
  });

  it('does nothing for a state of which not all is known', () => {
    const found = search({ world: SMALL });
    expect(found.expander.expandKnown(0)).toBe(false);
    expect(found.transitions).toBe(0);
    expect(found.kept).toBe(1);
  });

  it('hands successors to somebody else when told to', () => {
    const found = search({ world: { ...SMALL, ops: ['__pkvm_host_share_hyp'] }, symmetry: false });
    let handed = 0;
    found.expander.redirect({
      take: (_state, _keys, _at, count) => {
        handed += count;
      },
    });
    found.advance(1);
    expect([handed, found.kept]).toEqual([1, 1]);
  });

  it('goes on from counts that were kept', () => {
    const first = search({ world: SMALL });
    first.advance(5);
    const second = search({ world: SMALL });
    const hits = Array.from(first.hits.subarray(0, first.classes.list.length));
    second.expander.resume(hits, first.expander.digest, first.findings, first.executed);
    expect([second.transitions, second.executed, second.digest]).toEqual([
      first.transitions,
      first.executed,
      first.digest,
    ]);
  });
});
