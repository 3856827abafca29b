// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { stateAfter, transitionOf } from '../../../src/explore/successors/transition.js';
import { symmetryGroup } from '../../../src/explore/symmetry/group.js';
import { Images, NotSymmetric } from '../../../src/explore/symmetry/images.js';
import { actionOf, firstState, machinesOf, SHARE, smallWorld } from '../worlds.js';

const WORLD = smallWorld({ pages: 2 });

function imagesOf(machines: ReturnType<typeof machinesOf>): Images {
  const group = symmetryGroup(WORLD);
  if (!group) throw new Error('the world has no symmetry');
  return new Images(WORLD, group, machines.components, machines.reference);
}

describe('the image of a state', () => {
  const machines = machinesOf(WORLD);
  const { components } = machines;
  const images = imagesOf(machines);
  const share = (page: number) => {
    const ids = firstState(machines);
    const [executed] = machines.execute([{ action: actionOf(WORLD, SHARE, page), ids }], false);
    const after = stateAfter(ids, transitionOf(executed, ids, components));
    images.close();
    return after;
  };
  const rename = (ids: Int32Array) => {
    const renamed = new Int32Array(components.count);
    images.rename(1, ids, renamed);
    return renamed;
  };

  it('is where the renamed action leads', () => {
    const [first, second] = [share(0), share(1)].map((ids) => ids.slice(0, components.count));
    expect(first).not.toEqual(second);
    expect(rename(first)).toEqual(second);
    expect(rename(second)).toEqual(first);
  });

  it('renames actions and the variables that decide them', () => {
    expect(images.action(1, actionOf(WORLD, SHARE, 0))).toBe(actionOf(WORLD, SHARE, 1));
    expect(images.variableBefore(1, 0)).toBe(1);
    expect(images.variableBefore(1, components.list.length - 1)).toBe(components.list.length - 1);
  });
});

describe('a first state that is not its own image', () => {
  it('is refused: the world has to be explored in full', () => {
    const machines = machinesOf(WORLD);
    const { components, reference } = machines;
    const page = reference.layout.pageIndex(WORLD.pages[0]);
    // One of two pages begins with a reference.
    components.adopt(reference.layout.refcount + page, 0, 1);
    expect(() => imagesOf(machines)).toThrow(NotSymmetric);
  });
});
