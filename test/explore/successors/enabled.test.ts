// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { EnabledActions } from '../../../src/explore/successors/enabled.js';
import { actionOf, firstState, machinesOf, PIN, SHARE, smallWorld, UNPIN } from '../worlds.js';

const WORLD = smallWorld({ maxPins: 2 });
const { components, reference } = machinesOf(WORLD);
const { layout } = reference;
const enabled = new EnabledActions(WORLD, components, layout);
const refcount = layout.refcount + layout.pageIndex(WORLD.pages[0]);

describe('an action', () => {
  it('that pins is enabled as long as the page has fewer references than the world allows', () => {
    const ids = new Int32Array(components.variables);
    const withReferences = (n: number) => {
      const { changed, newIds } = components.successor(ids, [refcount, 0, 0, n]);
      const after = ids.slice();
      changed.forEach((component, i) => {
        after[component] = newIds[i];
      });
      return after;
    };
    const pin = actionOf(WORLD, PIN);
    expect([1, 2, 3].map((n) => enabled.has(pin, withReferences(n)))).toEqual([true, false, false]);
    expect(enabled.has(actionOf(WORLD, UNPIN), withReferences(3))).toBe(true);
  });

  it('that pins is decided by the references of its page, others by nothing', () => {
    expect(enabled.reads(actionOf(WORLD, PIN))).toEqual([refcount, 0]);
    expect(enabled.reads(actionOf(WORLD, SHARE))).toEqual([]);
  });

  it('on a page that is no memory is enabled: there are no references', () => {
    const world = smallWorld({ place: 'mmio' });
    const machines = machinesOf(world);
    const there = new EnabledActions(world, machines.components, machines.reference.layout);
    expect(there.has(actionOf(world, PIN), firstState(machines))).toBe(true);
    expect(there.reads(actionOf(world, PIN))).toEqual([]);
  });
});
