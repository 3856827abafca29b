// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { poolProblem } from '../../../src/explore/invariants/pools.js';
import { HPOOL, Layout, POOL_FREE_AREA, POOL_RANGE_START } from '../../../src/hyp/layout.js';
import { Machine } from '../../../src/hyp/machine.js';
import { DEFAULT_MACHINE } from '../../../src/trace/index.js';
import { implementation } from '../helpers.js';

function booted(): Machine {
  return new Machine(new Layout(DEFAULT_MACHINE), implementation('direct'));
}

/** Head of the lowest list that is not empty, and the page that comes first there. */
function firstFree({ state, layout }: Machine): { head: number; node: number; page: number } {
  let head = HPOOL + POOL_FREE_AREA;
  while (state.words[head] === head) head += 2;
  const node = state.words[head];
  return { head, node, page: (node - layout.node) >> 1 };
}

describe('the free lists of a pool', () => {
  it('have every free page once after boot', () => {
    expect(poolProblem(booted(), HPOOL)).toBeUndefined();
  });

  it('are wrong where a listed page is in use', () => {
    const machine = booted();
    machine.vmemmap.setRefcount(firstFree(machine).page, 1);
    expect(poolProblem(machine, HPOOL)).toMatch(/is listed and in use$/);
  });

  it('are wrong where a free page is on none', () => {
    const machine = booted();
    // The carve-out's first 536 pages are the pool; tables are at its end.
    const page = machine.layout.pageIndex(machine.state.words[HPOOL + POOL_RANGE_START]);
    const used = Array.from({ length: 536 }, (_, i) => page + i).find(
      (i) => machine.vmemmap.refcount(i) > 0,
    );
    if (used === undefined) throw new Error('no page of the pool is in use');
    machine.vmemmap.setRefcount(used, 0);
    expect(poolProblem(machine, HPOOL)).toMatch(/is free and on no list$/);
  });

  it('are wrong where links disagree', () => {
    const machine = booted();
    const { node } = firstFree(machine);
    machine.state.words[node + 1] = node;
    expect(poolProblem(machine, HPOOL)).toMatch(/links disagree$/);
  });
});
