// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { symmetryGroup } from '../../../src/explore/symmetry/group.js';
import { DEFAULT_WORLD, type WorldOptions } from '../../../src/explore/world/options.js';
import { makeWorld } from '../../../src/explore/world/world.js';

function groupOf(options: Partial<WorldOptions>) {
  return symmetryGroup(makeWorld({ ...DEFAULT_WORLD, ...options }));
}

describe('the renamings of a world', () => {
  it.each([
    [{ pages: 3, ranges: 1, gfns: 0 }, 6, ['pages in any order']],
    [{ pages: 3, ranges: 2, gfns: 0 }, 2, ['pages reversed']],
    [{ pages: 1, gfns: 3 }, 6, ['guest frames in any order']],
    [{ pages: 2, gfns: 2 }, 4, ['pages reversed', 'guest frames in any order']],
  ] as const)('%o are %i: %o', (options, order, names) => {
    const group = groupOf(options);
    expect(group?.elements).toHaveLength(order);
    expect(group?.names).toEqual(names);
  });

  it('are none where no page is like another', () => {
    expect(groupOf({ pages: 1, gfns: 0 })).toBeUndefined();
    expect(groupOf({ pages: 2, gfns: 0, place: 'nomap' })).toBeUndefined();
    // A range runs over the end of memory from the last page only.
    expect(groupOf({ pages: 2, gfns: 0, place: 'edge' })).toBeUndefined();
  });

  it('permute the actions, and the identity comes first', () => {
    const world = makeWorld({ ...DEFAULT_WORLD, pages: 2, gfns: 0 });
    const [identity, reversed] = symmetryGroup(world)?.elements ?? [];
    const all = world.actions.map((_, action) => action);
    expect([...identity.actions]).toEqual(all);
    expect([...reversed.actions].sort((a, b) => a - b)).toEqual(all);
    const image = (text: string) =>
      world.actions[reversed.actions[world.actions.findIndex((one) => one.text === text)]].text;
    expect(image('__pkvm_host_share_hyp(pfn=0x40100)')).toBe('__pkvm_host_share_hyp(pfn=0x40101)');
    const both = '__pkvm_host_share_ffa(pfn=0x40100, nr_pages=2)';
    expect(image(both)).toBe(both);
  });
});
