// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { splitStates } from '../../../src/explore/threads/split.js';
import { SearchWorker } from '../../../src/explore/threads/worker.js';
import { search } from '../helpers.js';

/** A search of which everything is known, and a worker that has its states and is to begin anew. */
function loaded(learn: boolean) {
  const found = search({ world: { pages: 1, gfns: 0, vms: 0 }, symmetry: false });
  found.advance(Number.POSITIVE_INFINITY);
  const [{ states }] = splitStates(found.visited, 0, 1).pieces;
  const worker = new SearchWorker();
  const { bits } = found.visited.layout;
  worker.handle({ kind: 'load', part: 0, parts: 1, bits, states, done: 0, symmetry: undefined });
  const facets = found.executor.components.list.map(({ facetOf }) => facetOf);
  const { hits, digest } = found;
  const counted = hits.slice();
  // A state that was expanded before everything was known is expanded once more.
  for (let state = 0; state < found.kept; state++) {
    if (!found.expander.expandKnown(state)) found.answer(found.expander.expand(state, found.fit));
  }
  found.expander.flush();
  const known = found.expander.knowledge;
  if (!known) throw new Error('nothing was learned');
  if (learn) {
    const { summariesEnd } = found.expander;
    worker.handle({ kind: 'learn', known, facets, summariesEnd });
  }
  return { found, worker, counted, digest };
}

describe('a worker', () => {
  it('hands back every state while it knows nothing', () => {
    const { found, worker } = loaded(false);
    const { missed = [], left } = worker.handle({ kind: 'round', incoming: [], most: 1000 });
    expect(missed).toHaveLength(found.kept);
    expect(left).toBe(0);
  });

  it('expands what it has learned to the same counts and digest', () => {
    const { found, worker, counted, digest } = loaded(true);
    const { missed } = worker.handle({ kind: 'round', incoming: [], most: 1000 });
    expect(missed).toEqual([]);
    const report = worker.handle({ kind: 'report' });
    expect(report.hits).toEqual(counted);
    const [lo, hi] = report.digest ?? [0, 0];
    expect([hi, lo].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')).toBe(
      digest,
    );
    expect(worker.handle({ kind: 'report' }).digest).toEqual([0, 0]);
    expect(report.size).toBe(found.kept);
  });

  it('expands no more states in a round than it is told', () => {
    const { found, worker } = loaded(true);
    expect(worker.handle({ kind: 'round', incoming: [], most: 5 }).left).toBe(found.kept - 5);
  });

  it('says how a state was reached, and gives all of them back', () => {
    const { found, worker } = loaded(true);
    const { parents, actions } = found.visited;
    expect(worker.handle({ kind: 'origin', state: 7 }).origin).toEqual([parents[7], actions[7]]);
    const { states, size } = worker.handle({ kind: 'dump' });
    expect(states?.keys).toEqual(found.visited.keys.slice(0, size * found.visited.layout.words));
  });
});
