// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { InvariantChecker } from '../../../src/explore/invariants/checker.js';
import { machinesOf, smallWorld } from '../worlds.js';

const WORLD = smallWorld();

describe('a checker of invariants', () => {
  it('finds nothing in the first state', () => {
    const { lockstep } = machinesOf(WORLD);
    const checker = new InvariantChecker(WORLD.pages);
    checker.check(0, [lockstep.first, lockstep.second]);
    expect(checker.violations).toEqual([]);
  });

  it('keeps the first violation of each, on either machine', () => {
    const { lockstep } = machinesOf(WORLD);
    const { first, second } = lockstep;
    const checker = new InvariantChecker(WORLD.pages);
    checker.check(0, [first, second]);
    // A reference on a page that hyp has not borrowed.
    second.vmemmap.setRefcount(second.layout.pageIndex(WORLD.pages[0]), 1);
    checker.check(4, [first, second]);
    checker.check(5, [first, second]);
    const found = checker.violations.map(({ invariant, state }) => [invariant.name, state]);
    expect(found).toEqual([['pinned-is-borrowed', 4]]);
    expect(checker.violations[0].what).toBe('page 0x40100');
  });
});
