// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { type Explored, explored } from '../../../src/explore/certificate/explored.js';
import { restoreCheckpoint } from '../../../src/explore/search/checkpoint.js';
import { ThreadedSearch } from '../../../src/explore/threads/threaded_search.js';
import { explore, search } from '../helpers.js';
import { localWorkers } from './local_workers.js';

const WORLD = { pages: 2, gfns: 0, vms: 0 } as const;

function threaded(workers: number, splitAt: number): ThreadedSearch {
  return new ThreadedSearch(search({ world: WORLD }), () => localWorkers(workers), splitAt);
}

async function toTheEnd(found: ThreadedSearch): Promise<Explored> {
  while (!found.isComplete) await found.advance(20);
  return explored(found, undefined, 1);
}

/** What does not depend on how a search was run. */
function result({ certificate }: Explored) {
  const { executed, workers, bytes, seconds, buckets, ...rest } = certificate;
  return { ...rest, buckets: buckets.map(({ trace, ...bucket }) => bucket) };
}

describe('a search over several threads', () => {
  it.each([
    { workers: 1, splitAt: 1 },
    { workers: 2, splitAt: 1 },
    { workers: 2, splitAt: 20 },
    { workers: 3, splitAt: 10 },
  ])('finds the same with $workers from $splitAt states on', async ({ workers, splitAt }) => {
    const whole = result(await explore({ world: WORLD }));
    const split = await toTheEnd(threaded(workers, splitAt));
    expect(result(split)).toEqual(whole);
    expect(split.certificate.workers).toBe(workers);
    expect(split.counterexamples[0].length).toBe(7);
  });

  it('starts no threads when there is too little to do', async () => {
    const found = new ThreadedSearch(search({ world: WORLD }), () => expect.unreachable(), 1000);
    expect((await toTheEnd(found)).certificate.workers).toBe(1);
  });

  it('goes on in one from a checkpoint that was taken in several', async () => {
    const whole = result(await explore({ world: WORLD }));
    const first = threaded(2, 10);
    while (first.workers === 1) await first.advance(20);
    for (let i = 0; i < 3; i++) await first.advance(20);
    expect(first.isComplete).toBe(false);
    const checkpoint = await first.checkpoint(1);
    const second = search({ world: WORLD });
    restoreCheckpoint(second, structuredClone(checkpoint));
    second.advance(Number.POSITIVE_INFINITY);
    expect(result(await explored(second, undefined, 1))).toEqual(whole);
    expect(result(await toTheEnd(first))).toEqual(whole);
  });
});
