// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { search } from '../helpers.js';

describe('states told apart by ownership', () => {
  const world = { pages: 2, gfns: 0, vms: 0 } as const;

  it('are as many as combinations of 15 states of each page', () => {
    const found = search({ world, view: 'ownership' });
    found.advance(Number.POSITIVE_INFINITY);
    expect(found.states).toBe(15 ** 2);
  });

  it('that came from elsewhere are known', () => {
    const found = search({ world, view: 'ownership' });
    found.advance(Number.POSITIVE_INFINITY);
    const again = search({ world, view: 'ownership' });
    again.advance(20);
    const before = again.states;
    again.owners?.refill();
    again.advance(Number.POSITIVE_INFINITY);
    expect(before).toBeLessThan(found.states);
    expect(again.states).toBe(found.states);
  });
});
