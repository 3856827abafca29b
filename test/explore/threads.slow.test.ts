// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { type Explored, explored } from '../../src/explore/certificate/explored.js';
import { restoreCheckpoint } from '../../src/explore/search/checkpoint.js';
import type { Part } from '../../src/explore/threads/coordinator.js';
import { ThreadedSearch } from '../../src/explore/threads/threaded_search.js';
import { type Request, SearchWorker } from '../../src/explore/threads/worker.js';
import { explore, search } from './helpers.js';

/** A part that runs here, but gets and gives copies as a thread does. */
class LocalPart implements Part {
  private readonly worker = new SearchWorker();

  async ask(request: Request) {
    return structuredClone(this.worker.handle(structuredClone(request)));
  }
}

function threaded(pages: number, parts: number, splitAt: number, debug = false): ThreadedSearch {
  const start = () => Array.from({ length: parts }, () => new LocalPart());
  return new ThreadedSearch(search({ world: { pages, debug } }), start, splitAt);
}

async function toTheEnd(found: ThreadedSearch): Promise<Explored> {
  while (!found.isComplete) await found.advance(100);
  return explored(found, undefined, 1);
}

/** What does not depend on how a search was run. */
function result({ certificate }: Explored) {
  const { executed, workers, bytes, seconds, buckets, ...rest } = certificate;
  return { ...rest, buckets: buckets.map(({ trace, ...bucket }) => bucket) };
}

describe('a search over several parts', () => {
  it.each([
    { parts: 1, splitAt: 1 },
    { parts: 2, splitAt: 1 },
    { parts: 2, splitAt: 100 },
    { parts: 3, splitAt: 30 },
  ])('finds the same with $parts parts from $splitAt states on', async ({ parts, splitAt }) => {
    const whole = result(await explore({ world: { pages: 2 } }));
    const split = await toTheEnd(threaded(2, parts, splitAt));
    expect(result(split)).toEqual(whole);
    expect(split.certificate.workers).toBe(parts);
    expect(split.counterexamples[0].length).toBe(7);
  });

  it('goes on in one from a checkpoint that was taken in several', async () => {
    const whole = result(await explore({ world: { pages: 2 } }));
    const first = threaded(2, 2, 50);
    for (let i = 0; i < 25; i++) await first.advance(100);
    expect(first.isComplete).toBe(false);
    const checkpoint = await first.checkpoint(1);
    const second = search({ world: { pages: 2 } });
    restoreCheckpoint(second, structuredClone(checkpoint));
    second.advance(Number.POSITIVE_INFINITY);
    expect(result(await explored(second, undefined, 1))).toEqual(whole);
    expect(result(await toTheEnd(first))).toEqual(whole);
  });
});
