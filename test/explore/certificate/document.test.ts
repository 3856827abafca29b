// SPDX-License-Identifier: GPL-2.0-only
import { beforeAll, describe, expect, it } from 'vitest';
import type { Explored } from '../../../src/explore/certificate/explored.js';
import { resultValidators } from '../../../src/result/index.js';
import { documentOfWorlds } from '../documents.js';
import { explore } from '../helpers.js';

let off: Explored;
let on: Explored;

beforeAll(async () => {
  off = await explore({ world: { pages: 1 } });
  on = await explore({ world: { pages: 1, debug: true } });
});

describe('the document of an exploration', () => {
  it('keeps to the schema of results', () => {
    const validate = resultValidators.validator('document');
    for (const document of [documentOfWorlds([off, on]), documentOfWorlds([])]) {
      expect(validate(JSON.parse(JSON.stringify(document))), JSON.stringify(validate.errors)).toBe(
        true,
      );
    }
  });

  it('counts every transition as an operation compared', () => {
    const { counts, pairs, buckets, certificates } = documentOfWorlds([off, on]);
    const transitions = off.certificate.transitions + on.certificate.transitions;
    expect(certificates?.map(({ states }) => states)).toEqual([207, 153]);
    expect(counts.compared).toBe(transitions);
    const { success, refused, panicked } = counts.agreed;
    expect(success + refused + panicked + counts.new).toBe(transitions);
    expect(pairs[0].operations.reduce((sum, { compared }) => sum + compared, 0)).toBe(transitions);
    expect(buckets).toHaveLength(1);
    expect(buckets[0].count).toBe(off.certificate.buckets[0].transitions);
    expect(counts.new).toBe(buckets[0].count);
    expect([counts.traces, counts.replays]).toEqual([0, 0]);
  });

  it('names the bucket of each divergence, and shows its shortest trace', () => {
    const { certificates, buckets, traces, evidence } = documentOfWorlds([off]);
    const [bucket] = certificates?.[0].buckets ?? [];
    expect(bucket.id).toBe(buckets[0].id);
    expect(buckets[0].example.opIndex).toBe(6);
    expect(traces.map(({ buckets: ids }) => ids)).toEqual([[bucket.id]]);
    expect(evidence?.traces.map(({ ops }) => ops.length)).toEqual([bucket.trace.length]);
  });

  it('is new without a baseline, known with one, equal without a difference', () => {
    expect(documentOfWorlds([off, on]).verdict).toBe('new');
    const known = documentOfWorlds([off, on], { known: {} });
    expect(known.verdict).toBe('known');
    expect(known.certificates?.[0].buckets[0].entry).toBe('busy-or-refused');
    expect(documentOfWorlds([on]).verdict).toBe('equal');
  });

  it('is inconclusive when not everything was tried', () => {
    const stopped = { ...on, certificate: { ...on.certificate, complete: false, limit: '1 s' } };
    expect(documentOfWorlds([stopped]).verdict).toBe('inconclusive');
    expect(documentOfWorlds([on], { interrupted: true }).verdict).toBe('inconclusive');
    expect(documentOfWorlds([]).verdict).toBe('inconclusive');
    expect(documentOfWorlds([off, stopped]).verdict).toBe('new');
  });
});

describe('a baseline entry', () => {
  const staleOf = (worlds: Explored[], known: Parameters<typeof documentOfWorlds>[1]) =>
    documentOfWorlds(worlds, known).baseline.entries.flatMap(({ stale }) => stale);

  it('may match nothing: a bounded world does not meet everything', () => {
    expect(staleOf([on], { known: {} })).toEqual([]);
  });

  it('is stale when it expired, or has no reason', () => {
    expect(staleOf([off], { known: { expires: '2026-01-01' } })).toEqual([
      'it expired on 2026-01-01',
    ]);
    expect(staleOf([on], { known: { reason: '' } })).toEqual(['it has no reason']);
  });

  it('is stale when it matches more causes than it names', () => {
    expect(staleOf([off], { known: { count: 1 } })).toEqual([]);
    expect(staleOf([off, off], { known: { count: 1 } })).toEqual([
      'it matched 2 divergences and names 1',
    ]);
  });
});
