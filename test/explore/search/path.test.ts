// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { search } from '../helpers.js';

describe('the trace behind a path of representatives', () => {
  it('leads from the first state to a state of the orbit it was found in', async () => {
    const found = search({ world: { pages: 2, gfns: 0, vms: 0 } });
    found.advance(Number.POSITIVE_INFINITY);
    const { actions } = found.world;
    for (const state of [1, 20, found.kept - 1]) {
      const path = found.pathTo(state);
      const trace = await found.traceOfPath(path);
      expect(trace).toHaveLength(path.length);
      // The same operations, on pages that may have other names.
      const names = (list: readonly number[]) => list.map((action) => actions[action].name);
      expect(names(trace)).toEqual(names(path));
    }
  });

  it('is the path itself without symmetry', () => {
    const found = search({ world: { pages: 1, gfns: 0, vms: 0 } });
    expect(found.images).toBeUndefined();
    expect(found.traceOfPath([3, 1, 2])).toEqual([3, 1, 2]);
  });

  it('names pages as they were before the renamings on the way', async () => {
    const found = search({ world: { pages: 2, gfns: 0, vms: 0 } });
    found.advance(Number.POSITIVE_INFINITY);
    const { actions } = found.world;
    const [{ state, action }] = found.findings;
    const trace = await found.traceOfPath([...found.pathTo(state), action]);
    const pages = trace.map((a) => /0x4010[01]/.exec(actions[a].text)?.[0]);
    // All seven operations are about one page.
    expect(new Set(pages).size).toBe(1);
    expect(trace).toHaveLength(7);
  });
});
