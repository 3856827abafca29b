// SPDX-License-Identifier: GPL-2.0-only
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { replayTrace } from '../../src/compare/replay.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { findImplementation } from '../../src/implementations.js';
import { type KnownDifferences, resultSchema, Tally } from '../../src/result/index.js';
import type { Trace } from '../../src/trace/index.js';
import { documentOf, parsed } from '../trace/helpers.js';

const validate = new Ajv2020({ allErrors: true }).compile(resultSchema);

function implementation(name: string): Implementation {
  const found = findImplementation(name);
  if (!found) throw new Error(name);
  return found;
}

const legacy = implementation('legacy');
const direct = implementation('direct');

/** MODEL.md section 9, 2: the shortest way to -EBUSY in one and -EPERM in the other. */
const BUSY_OR_PERM = [
  { op: '__pkvm_host_share_hyp', pfn: '0x40100' },
  { op: 'hyp_pin_shared_mem', from: '0x40100000', to: '0x40101000' },
  { op: '__pkvm_host_unshare_ffa', pfn: '0x40100', nr_pages: 1 },
  { op: '__pkvm_host_donate_hyp', pfn: '0x40100', nr_pages: 1 },
  { op: '__pkvm_hyp_donate_host', pfn: '0x40100', nr_pages: 1 },
  { op: '__pkvm_host_share_ffa', pfn: '0x40100', nr_pages: 1 },
  { op: '__pkvm_host_unshare_hyp', pfn: '0x40100' },
];
const PADDING = { op: '__pkvm_vcpu_put' };

function tallyOf(traces: readonly Trace[], known?: KnownDifferences): Tally {
  const tally = new Tally({
    tool: { name: 'pkvm-tracediff', version: '0.0.0' },
    command: ['pkvm-tracediff', 'replay'],
    level: 'exact',
    debug: 'trace',
    pairs: [[legacy, direct]],
    known,
    list: 'all',
  });
  for (const trace of traces) {
    tally.addTrace();
    const observe = tally.observer(0, trace);
    tally.add(0, replayTrace(trace, legacy, direct, { level: 'exact', observe }));
  }
  return tally;
}

const equal = parsed(documentOf(BUSY_OR_PERM.slice(0, 2), { name: 'equal' }));
const long = parsed(documentOf([PADDING, ...BUSY_OR_PERM], { name: 'long' }));
const short = parsed(documentOf(BUSY_OR_PERM, { name: 'short' }));

describe('Tally', () => {
  it('counts traces, operations, outcomes and verdicts', () => {
    const document = tallyOf([equal, long, short]).document();
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(document.verdict).toBe('new');
    expect(document.counts).toMatchObject({
      traces: 3,
      replays: 3,
      diverged: 2,
      compared: 2 + 8 + 7,
      notCompared: 0,
      agreed: { success: 2 + 7 + 6, refused: 0, panicked: 0 },
      known: 0,
      new: 2,
      problems: 0,
    });
    const unshare = document.pairs[0].operations.find(({ op }) => op === '__pkvm_host_unshare_hyp');
    expect(unshare).toEqual({
      op: '__pkvm_host_unshare_hyp',
      compared: 2,
      known: 0,
      new: 2,
      agreed: { success: 0, refused: 0, panicked: 0 },
      outcomes: [],
    });
  });

  it('makes one bucket of one cause, with the shortest example', () => {
    for (const traces of [
      [long, short],
      [short, long],
    ]) {
      const { buckets, traces: listed } = tallyOf(traces).document();
      expect(buckets).toHaveLength(1);
      expect(buckets[0]).toMatchObject({
        verdict: 'new',
        pair: { first: 'legacy', second: 'direct' },
        op: '__pkvm_host_unshare_hyp',
        kind: 'outcome',
        outcomes: { first: '-EBUSY', second: '-EPERM' },
        columns: [],
        debug: false,
        constructed: false,
        count: 2,
        example: {
          trace: 'short',
          file: 'a.json',
          line: 1,
          opIndex: 6,
          before: 'page 0x40100: host SHARED_OWNED, hyp NOPAGE, refcount 1',
        },
      });
      expect(listed.map(({ buckets: ids }) => ids)).toEqual([[buckets[0].id], [buckets[0].id]]);
    }
  });

  it('counts refusals both sides agree on apart from successes', () => {
    const refused = parsed(documentOf([{ op: '__pkvm_host_unshare_hyp', pfn: '0x40100' }]));
    const document = tallyOf([refused]).document();
    expect(document.counts.agreed).toEqual({ success: 0, refused: 1, panicked: 0 });
    expect(document.pairs[0].operations[0].outcomes).toEqual([{ outcome: '-EPERM', count: 1 }]);
  });

  it('is known when a baseline has every divergence', () => {
    const known: KnownDifferences = {
      find: () => 'an-entry',
      match: () => 'an-entry',
      ran: () => undefined,
      section: () => ({ files: [], entries: [], stale: 0 }),
    };
    const document = tallyOf([short], known).document();
    expect(document.verdict).toBe('known');
    expect(document.counts).toMatchObject({ known: 1, new: 0, diverged: 1 });
    expect(document.buckets[0]).toMatchObject({ verdict: 'known', entry: 'an-entry' });
  });

  it('is inconclusive when nothing was compared, when interrupted and after bad input', () => {
    expect(tallyOf([]).document().verdict).toBe('inconclusive');
    expect(tallyOf([equal]).document().verdict).toBe('equal');
    const interrupted = tallyOf([equal]);
    interrupted.interrupted = true;
    expect(interrupted.document().verdict).toBe('inconclusive');
    const troubled = tallyOf([equal]);
    troubled.addProblem({ file: 'a.json', line: 3, message: 'not JSON' });
    const document = troubled.document();
    expect(document.verdict).toBe('inconclusive');
    expect(document.problems).toEqual([{ file: 'a.json', line: 3, message: 'not JSON' }]);
    expect(validate(document)).toBe(true);
  });

  it('keeps a thousand problems and counts all', () => {
    const tally = tallyOf([]);
    for (let i = 0; i < 1200; i++) tally.addProblem({ file: 'a.json', message: 'no' });
    const document = tally.document();
    expect(document.problems).toHaveLength(1000);
    expect(document.counts.problems).toBe(1200);
  });
});

describe('result.schema.json', () => {
  it('is a valid schema of draft 2020-12, strictly', () => {
    expect(new Ajv2020().validateSchema(resultSchema)).toBe(true);
  });
});
