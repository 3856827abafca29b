// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { joinDocuments, type ResultDocument } from '../../src/result/index.js';
import { DOCUMENTS } from '../report/fixture.js';

/** A document with one pair and its replays, under other names. */
function renamed(first: string, second: string): ResultDocument {
  const document = structuredClone(DOCUMENTS.new);
  document.pairs = document.pairs.slice(0, 1).map((pair) => ({ ...pair, first, second }));
  document.traces = document.traces.filter(({ pair }) => pair === 0);
  return document;
}

describe('joining what neighbours came to', () => {
  it('leaves each replay with its pair', () => {
    const parts = [renamed('a', 'b'), renamed('b', 'c')];
    const { pairs, traces } = joinDocuments(parts, ['it']);
    expect(pairs.map(({ first, second }) => `${first}${second}`)).toEqual(['ab', 'bc']);
    const each = parts[0].traces.length;
    expect(each).toBeGreaterThan(0);
    expect(traces.map(({ pair }) => pair)).toEqual([
      ...Array<number>(each).fill(0),
      ...Array<number>(each).fill(1),
    ]);
  });

  it('keeps what was replayed beside what was found at random', () => {
    const fuzzed = structuredClone(DOCUMENTS.known);
    const found = { ...fuzzed.buckets[0], id: 'f'.repeat(12), count: 7 };
    const [{ name, file }] = fuzzed.traces;
    const campaign = {
      ...{ seed: 1, misuse: false, corpus: { traces: 0, digest: 'd' }, limits: {}, cells: [] },
      ...{ shards: [{ index: 1, of: 1, batches: 1 }], runs: 256 },
      findings: [
        { cause: 'c', count: 7, batch: 0, run: 0, bucket: found.id, file, trace: { name } },
      ],
    };
    const part = { ...fuzzed, buckets: [found], campaign };
    const joined = joinDocuments([DOCUMENTS.new, part], ['it']);
    const counts = new Map(joined.buckets.map(({ id, count }) => [id, count]));
    expect(counts.get(found.id)).toBe(7);
    for (const { id, count } of DOCUMENTS.new.buckets) expect(counts.get(id)).toBe(count);
    expect(joined.campaign?.runs).toBe(256);
    expect(joined.traces.length).toBeGreaterThan(DOCUMENTS.new.traces.length);
  });
});
