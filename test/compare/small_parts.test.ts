// SPDX-License-Identifier: GPL-2.0-only
/** Runs of pages, sets of words, buckets and descriptions. */
import { describe, expect, it } from 'vitest';
import { type BucketKey, bucketKey, bucketText, causeColumns } from '../../src/compare/bucket.js';
import { describePage } from '../../src/compare/describe.js';
import type { Divergence } from '../../src/compare/divergence.js';
import { PageRuns, pagesText } from '../../src/compare/page_runs.js';
import { WordSet } from '../../src/compare/word_set.js';
import { bootMachine, HYP_PAGE, NO_PAGE, PAGE, poke } from '../support/machines.js';

describe('pagesText', () => {
  it('names one page or a run', () => {
    expect(pagesText(0x40100, 0x40101)).toBe('page 0x40100');
    expect(pagesText(0x40100, 0x40200)).toBe('pages 0x40100-0x401ff (256)');
  });
});

describe('PageRuns', () => {
  it('merges pages that follow each other and differ in the same way', () => {
    const runs = new PageRuns();
    for (let pfn = 0; pfn < 500_000; pfn++) runs.add('host_state', pfn, 'OWNED', 'NOPAGE', '');
    runs.add('host_state', 500_000, 'OWNED', 'SHARED_OWNED', '');
    runs.add('host_state', 500_001, 'NOPAGE', 'SHARED_OWNED', '');
    runs.add('refcount', 500_002, 'NOPAGE', 'SHARED_OWNED', '');
    runs.add('refcount', 500_003, 'NOPAGE', 'SHARED_OWNED', ' (a table)');
    runs.add('refcount', 500_005, 'NOPAGE', 'SHARED_OWNED', ' (a table)');
    expect(runs.finish().map(({ subject }) => subject)).toEqual([
      'pages 0x0-0x7a11f (500000)',
      'page 0x7a120',
      'page 0x7a121',
      'page 0x7a122',
      'page 0x7a123 (a table)',
      'page 0x7a125 (a table)',
    ]);
  });
});

describe('WordSet', () => {
  it('holds each word once and gives them in order', () => {
    const set = new WordSet();
    set.ensure(5000);
    for (let i = 4999; i >= 0; i -= 3) set.add(i);
    for (let i = 4999; i >= 0; i -= 3) set.add(i);
    expect(set.size).toBe(1667);
    const sorted = [...set.sorted()];
    expect([sorted[0], sorted[1], sorted[1666]]).toEqual([1, 4, 4999]);
  });

  it('drops words, which may come back', () => {
    const set = new WordSet();
    set.ensure(10);
    for (const word of [9, 3, 5]) set.add(word);
    set.retain((word) => word !== 5);
    set.ensure(20);
    set.add(19);
    expect([...set.sorted()]).toEqual([3, 9, 19]);
    set.add(5);
    expect(set.size).toBe(4);
    set.clear();
    expect([set.size, ...set.sorted()]).toEqual([0]);
    set.add(3);
    expect([...set.sorted()]).toEqual([3]);
  });
});

describe('a WordSet of many words', () => {
  it('gives them in order, whatever their neighbours are', () => {
    const set = new WordSet();
    set.ensure(103);
    const words = [102, 99, 50, 7, 6, 5, 4, 3, 0];
    for (const word of words) set.add(word);
    expect([...set.sorted()]).toEqual([...words].reverse());
  });
});

describe('a WordSet of few words among many', () => {
  it('grows, and gives its words in order', () => {
    const set = new WordSet();
    set.ensure(200_000);
    set.ensure(10);
    const words = Int32Array.from({ length: 600 }, (_, i) => 199_999 - 300 * i);
    for (const word of words) set.add(word);
    expect(set.size).toBe(600);
    expect([...set.sorted()]).toEqual([...words].reverse());
  });

  it('takes in, of as much of a list as it is told, what differs', () => {
    const set = new WordSet();
    set.ensure(1000);
    const a = Int32Array.of(0, 0, 0, 1, 0, 1, 0, 1, 0, 1);
    const b = Int32Array.of(0, 0, 0, 2, 0, 1, 0, 2, 0, 2);
    set.addDiffering(Int32Array.of(7, 5, 3, 9), 3, a, b);
    expect([...set.sorted()]).toEqual([3, 7]);
    set.addDiffering(Int32Array.of(7, 5, 3, 9), 0, a, b);
    expect(set.size).toBe(2);
  });
});

describe('bucketText', () => {
  const key: BucketKey = {
    op: 'x',
    kind: 'outcome',
    outcomes: ['0', '-EPERM'],
    columns: ['host_state', 'refcount'],
    debug: false,
    constructed: true,
  };

  it('says all of a key', () => {
    expect(bucketText(key)).toBe(
      'x: outcome 0 | -EPERM; host_state, refcount; debug off; constructed',
    );
  });

  it.each<[string, Partial<BucketKey>]>([
    ['operation', { op: 'y' }],
    ['kind', { kind: 'state' }],
    ['outcomes', { outcomes: ['-EPERM', '0'] }],
    ['expectation', { expected: [undefined, '0'] }],
    ['columns', { columns: ['host_state'] }],
    ['no columns', { columns: [] }],
    ['debug', { debug: true }],
    ['reachable', { constructed: false }],
  ])('is another for another: %s', (_name, change) => {
    expect(bucketText({ ...key, ...change })).not.toBe(bucketText(key));
  });

  it('says what was expected of a side that did something else', () => {
    const of = (expected: BucketKey['expected']) =>
      bucketText({ ...key, kind: 'expectation', expected, columns: [], debug: true });
    const rest = 'debug on; constructed';
    expect(of(['0', '-EPERM'])).toBe(`x: expectation 0 | -EPERM; expected 0 | -EPERM; ${rest}`);
    expect(of([undefined, '0'])).toBe(`x: expectation 0 | -EPERM; expected (met) | 0; ${rest}`);
    expect(of(['0', undefined])).toBe(`x: expectation 0 | -EPERM; expected 0 | (met); ${rest}`);
  });

  it('says that a bucket is reachable', () => {
    const text = bucketText({ ...key, columns: [], constructed: false });
    expect(text).toBe('x: outcome 0 | -EPERM; debug off; reachable');
  });

  it('is of what a divergence is, not where', () => {
    const divergence: Divergence = {
      kind: 'state',
      opIndex: 3,
      op: 'x',
      opText: 'x(1)',
      outcomes: ['0', '0'],
      columns: ['refcount'],
      differences: [],
      words: 1,
      resynced: true,
    };
    const other = { ...divergence, opIndex: 9, opText: 'x(2)', words: 5 };
    expect(bucketKey(divergence, true, false)).toEqual({
      op: 'x',
      kind: 'state',
      outcomes: ['0', '0'],
      columns: ['refcount'],
      debug: true,
      constructed: false,
    });
    expect(bucketKey(other, true, false)).toEqual(bucketKey(divergence, true, false));
    const expected = ['0', undefined] as const;
    expect(bucketKey({ ...divergence, expected }, false, true)).toMatchObject({
      expected,
      debug: false,
      constructed: true,
    });
  });
});

describe('causeColumns', () => {
  const BOOKKEEPING = ['contents', 'free_list', 'locks', 'memcache', 'order', 'refcount'] as const;
  const CAUSES = [
    'guest_s2',
    'host_s2',
    'host_share_guest_count',
    'host_state',
    'hyp_s1',
    'vcpu',
    'vm',
  ] as const;

  it('are all that differ, unless both panicked', () => {
    const columns = [...CAUSES, ...BOOKKEEPING];
    for (const kind of ['outcome', 'state', 'expectation'] as const) {
      expect(causeColumns(kind, columns)).toEqual(columns);
    }
  });

  it('are not what the allocator and the machine keep when both panicked', () => {
    expect(causeColumns('state-at-panic', [...BOOKKEEPING, ...CAUSES])).toEqual(CAUSES);
    for (const column of BOOKKEEPING) {
      expect(causeColumns('state-at-panic', [column, 'hyp_s1'])).toEqual(['hyp_s1']);
    }
  });

  it('are what is kept when nothing else differs', () => {
    expect(causeColumns('state-at-panic', BOOKKEEPING)).toEqual(BOOKKEEPING);
    expect(causeColumns('state-at-panic', ['refcount'])).toEqual(['refcount']);
  });
});

describe('describePage', () => {
  it('says what the page is to whom', () => {
    const machine = bootMachine();
    poke(machine, PAGE, { host: 1, hyp: 2, refcount: 3, shares: 4 });
    expect(describePage(machine, PAGE)).toBe(
      'host SHARED_OWNED, hyp SHARED_BORROWED, refcount 3, host_share_guest_count 4',
    );
    expect(describePage(machine, HYP_PAGE)).toBe('host NOPAGE, hyp OWNED, refcount 0');
    expect(describePage(machine, NO_PAGE)).toBe('no memory');
  });
});
