// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Baseline, type Match, type PlacedEntry, readBaselines } from '../../src/baseline/index.js';
import { Replayer } from '../../src/compare/replay.js';
import type { TraceResult } from '../../src/compare/trace_result.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { findImplementation, IMPLEMENTATIONS } from '../../src/implementations.js';
import { type ResultDocument, Tally } from '../../src/result/index.js';
import { Parser, readInputs } from '../../src/trace/index.js';

const ROOT = new URL('../..', import.meta.url).pathname;
const FILE = join(ROOT, 'baselines/series-2025-01.json');
const NAMES = IMPLEMENTATIONS.map(({ name }) => name);
const PAIRS = ['legacy,series-1', 'series-1,series-2', 'series-2,direct'].map((pair) => {
  const [first, second] = pair.split(',').map(findImplementation);
  return [first, second] as [Implementation, Implementation];
});

/** Every replay of the findings that `check` does, run once. */
const results: [number, TraceResult][] = [];
let entries: readonly PlacedEntry[] = [];

function documentWith(kept: readonly PlacedEntry[]): ResultDocument {
  const tally = new Tally({
    tool: { name: 'pkvm-tracediff', version: '0.0.0' },
    command: ['pkvm-tracediff', 'check'],
    level: 'exact',
    debug: 'both',
    pairs: PAIRS,
    known: new Baseline([FILE], kept, '2025-02-01'),
  });
  for (const [pair, result] of results) {
    // Only what was compared matters here: count an operation so that the run is not empty.
    tally.observer(pair, result.trace)(0, NO_STEP, 0);
    tally.add(pair, result);
  }
  return tally.document();
}

const NO_STEP = { firstOutcome: 0, secondOutcome: 0 } as Parameters<
  ReturnType<Tally['observer']>
>[1];

beforeAll(async () => {
  const read = await readBaselines([FILE], NAMES);
  expect(read.problems).toEqual([]);
  entries = read.entries;
  const replayers = PAIRS.map(([first, second]) => new Replayer(first, second, 'exact'));
  const folders = ['traces/findings', 'traces/misuse'].map((folder) => join(ROOT, folder));
  for await (const item of readInputs(Parser.ofTraces(), folders)) {
    if (item.kind === 'problem') throw new Error(item.problem.message);
    replayers.forEach((replayer, pair) => {
      for (const debug of [false, true]) results.push([pair, replayer.replay(item.trace, debug)]);
    });
  }
});

describe('baselines/series-2025-01.json', () => {
  it('has every difference of the findings, and nothing else', () => {
    const { verdict, baseline, buckets } = documentWith(entries);
    expect(verdict).toBe('known');
    expect(baseline.stale).toBe(0);
    const matches = baseline.entries.flatMap((entry) => entry.matches);
    expect(matches.filter(({ matched }) => matched === 0)).toEqual([]);
    expect(matches.every(({ judged }) => judged)).toBe(true);
    expect(buckets.every(({ entry }) => entry !== undefined)).toBe(true);
  });

  it('has one entry for each cause', () => {
    expect(entries.map(({ entry }) => entry.id)).toEqual([
      'unmap-size-in-an-int',
      'unshare-hyp-busy-or-refused',
      'share-hyp-out-of-tables',
      'donate-hyp-after-misuse',
      'donate-out-of-tables',
    ]);
    expect(new Set(entries.map(({ entry }) => entry.reason)).size).toBe(entries.length);
  });

  it('without it, every bucket is new', () => {
    const { verdict, counts, buckets } = documentWith([]);
    expect(verdict).toBe('new');
    expect(counts.known).toBe(0);
    expect(buckets.length).toBeGreaterThan(entries.length);
  });

  it('has a reason, an owner and a link for each entry', () => {
    for (const { entry } of entries) {
      expect(entry.reason.length, entry.id).toBeGreaterThan(40);
      expect(entry.owner).not.toBe('');
      expect(entry.link).toMatch(/^https:\/\/git\.kernel\.org\/torvalds\/c\/[0-9a-f]{12}$/);
    }
  });

  it('with one entry deleted, makes exactly its buckets new', () => {
    const before = documentWith(entries);
    for (const deleted of entries) {
      const its = before.buckets.filter(({ entry }) => entry === deleted.entry.id);
      expect(its.length, deleted.entry.id).toBeGreaterThan(0);
      const after = documentWith(entries.filter((kept) => kept !== deleted));
      const fresh = after.buckets.filter(({ verdict }) => verdict === 'new');
      expect(
        fresh.map(({ op, kind, outcomes, debug, count }) => [op, kind, outcomes, debug, count]),
      ).toEqual(
        its.map(({ op, kind, outcomes, debug, count }) => [op, kind, outcomes, debug, count]),
      );
      expect(after.verdict).toBe('new');
      expect(after.baseline.stale).toBe(0);
      expect(after.counts.known + after.counts.new).toBe(before.counts.known);
    }
  });

  it('with a wrong entry added, is stale', () => {
    const [first] = entries;
    const [own] = first.entry.match as Match[];
    const match = { ...own, outcomes: ['BUG', '0'] };
    const wrong = { ...first, entry: { ...first.entry, id: 'wrong', match } };
    const { verdict, baseline } = documentWith([...entries, wrong]);
    expect([verdict, baseline.stale]).toEqual(['known', 1]);
  });
});
