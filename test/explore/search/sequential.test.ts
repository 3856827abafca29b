// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { KeyLayout } from '../../../src/explore/state/key.js';
import { search } from '../helpers.js';

describe('a search on one thread', () => {
  const world = { pages: 1, gfns: 0, vms: 0 } as const;

  it('widens its keys when there are more ids than they have room for, and loses nothing', () => {
    const found = search({ world });
    found.advance(10);
    const before = found.kept;
    found.repack(
      KeyLayout.ofBits(found.sizes().map((size) => Math.max(1, Math.ceil(Math.log2(size))))),
    );
    found.advance(Number.POSITIVE_INFINITY);
    expect(found.visited.layout.fits(found.sizes())).toBe(true);
    expect(found.kept).toBeGreaterThan(before);
    const whole = search({ world });
    whole.advance(Number.POSITIVE_INFINITY);
    expect([found.states, found.digest]).toEqual([whole.states, whole.digest]);
  });

  it('counts what was executed and what is known', () => {
    const [known, executed] = [true, false].map((footprints) => {
      const found = search({ world, footprints });
      found.advance(Number.POSITIVE_INFINITY);
      return found;
    });
    expect(executed.executed).toBe(executed.transitions);
    expect(known.transitions).toBe(executed.transitions);
    expect(known.executed).toBeLessThan(known.transitions);
    expect(known.workers).toBe(1);
    expect(known.bytes).toBeGreaterThan(0);
  });
});
