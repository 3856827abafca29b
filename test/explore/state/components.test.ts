// SPDX-License-Identifier: GPL-2.0-only
import { beforeEach, describe, expect, it } from 'vitest';
import { Components } from '../../../src/explore/state/components.js';
import { DEFAULT_WORLD } from '../../../src/explore/world/options.js';
import { makeWorld } from '../../../src/explore/world/world.js';
import { Layout, VM_TABLE, VM_WORDS } from '../../../src/hyp/layout.js';
import { Machine } from '../../../src/hyp/machine.js';
import { implementation } from '../helpers.js';

const WORLD = makeWorld({ ...DEFAULT_WORLD, pages: 2 });
const LAYOUT = new Layout(WORLD.machine);
const MACHINE = new Machine(LAYOUT, implementation('direct'));
const refcount = (page: number) => LAYOUT.refcount + LAYOUT.pageIndex(WORLD.pages[page]);

let components: Components;

beforeEach(() => {
  components = new Components(WORLD, MACHINE);
});

describe('the components of a world', () => {
  it('are its pages, its guest frames, the tables of hyp and host, and the VMs', () => {
    expect(components.list.map(({ name }) => name)).toEqual([
      'page 0x40100',
      'page 0x40101',
      'VM 0 gfn 0x20',
      'VM 0 gfn 0x21',
      'hyp tables',
      'host tables',
      'VMs',
      'VM 0',
    ]);
  });

  it('put the columns of a page with the page, and a VM with itself', () => {
    components.adopt(refcount(1), 0, 0);
    components.adopt(VM_TABLE + VM_WORDS - 1, 0, 0);
    expect(components.list[components.of(refcount(1), 0)].name).toBe('page 0x40101');
    expect(components.list[components.of(VM_TABLE + VM_WORDS - 1, 0)].name).toBe('VM 0');
    expect(components.of(refcount(0), 0)).toBe(-1);
    expect(components.version).toBe(2);
  });

  it('find the ids after words changed, and what a word has in a state', () => {
    const ids = new Int32Array(components.variables);
    const changes = [refcount(0), 0, 0, 1, refcount(1), 0, 0, 2];
    const { changed, newIds } = components.successor(ids, changes);
    expect(changed).toEqual([0, 1]);
    expect(newIds).toEqual([1, 1]);
    const after = ids.slice();
    after[1] = newIds[1];
    expect(components.valueOf(refcount(1), after)).toBe(2);
    expect(components.valueOf(refcount(0), after)).toBe(0);
    // Back to where it was: the id of the first state again.
    const back = components.successor(after, [refcount(1), 0, 2, 0]);
    expect(back).toEqual({ changed: [1], newIds: [0] });
  });

  it('say what decides an action: variables in the order of the reads, changed ones as a whole', () => {
    components.adopt(refcount(0), 0, 0);
    components.adopt(refcount(1), 0, 0);
    const constant = refcount(1) + 5;
    const reads = [refcount(1), 0, constant, 0, refcount(0), 0, refcount(1), 0];
    expect(components.variablesOf(reads, [])).toEqual([1, 0]);
    expect(components.variablesOf([refcount(1), 0], [4])).toEqual([1, 4]);
  });

  it('join the facets of a component with the whole of it', () => {
    const facet = components.count + 3 * 4 + 1;
    expect(components.subject(facet)).toBe(4);
    expect(components.joined([facet, 2, 4])).toEqual([4, 2]);
    expect(components.joined([facet, 2])).toEqual([facet, 2]);
    expect(components.sameVariable(facet, 5)).toBe(facet + 3);
    expect(components.sameVariable(4, 5)).toBe(5);
  });

  it('know the guest frame of a component', () => {
    expect([2, 3, 4].map((c) => components.gfnOf(c))).toEqual([0x20, 0x21, -1]);
  });
});
