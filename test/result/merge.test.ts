// SPDX-License-Identifier: GPL-2.0-only
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { runBatch } from '../../src/fuzz/batch.js';
import { CampaignProgress } from '../../src/fuzz/campaign.js';
import { fuzzDocument } from '../../src/fuzz/document.js';
import { minimizeFound } from '../../src/fuzz/finding.js';
import { mergeDocuments, type ResultDocument, resultSchema } from '../../src/result/index.js';
import { campaign } from '../fuzz/campaigns.js';

const CAMPAIGN = campaign('legacy-before-fix', 'legacy');
const BATCHES = [0, 1, 3, 4].map((batch, i) => ({ ...runBatch(CAMPAIGN, batch), batch: i }));

/** What a shard of a campaign of four batches comes to. */
function shard(index: number, of: number): ResultDocument {
  const progress = new CampaignProgress({ index, of });
  for (const batch of BATCHES) if (batch.batch % of === index) progress.take(batch);
  const findings = progress.found.map((found) => {
    const search = minimizeFound(CAMPAIGN, found, 'found.json');
    let step = search.next();
    while (!step.done) step = search.next();
    return { found, trace: step.value };
  });
  return fuzzDocument(
    {
      campaign: CAMPAIGN,
      progress,
      limits: { runs: 1024 },
      digest: '0123456789ab',
      findings,
      interrupted: false,
    },
    { tool: { name: 'pkvm-tracediff', version: '1' }, command: ['fuzz'] },
  );
}

function parts(...documents: ResultDocument[]) {
  return documents.map((document, i) => ({ file: `${i}.json`, document }));
}

function merged(...documents: ResultDocument[]): ResultDocument {
  const result = mergeDocuments(parts(...documents), ['fuzz']);
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.document;
}

function refused(...documents: ResultDocument[]): string[] {
  const result = mergeDocuments(parts(...documents), ['fuzz']);
  return result.ok ? [] : result.problems.map(({ file, message }) => `${file}: ${message}`);
}

describe('mergeDocuments', () => {
  const whole = shard(0, 1);
  const [first, second] = [shard(0, 2), shard(1, 2)];

  it('makes of shards what one run comes to', () => {
    const { campaign: joined, ...rest } = merged(first, second);
    const { campaign: alone, ...expected } = whole;
    expect(rest).toEqual(expected);
    expect({ ...joined, shards: alone?.shards }).toEqual(alone);
    expect(joined?.shards.map(({ index, of }) => `${index}/${of}`)).toEqual(['1/2', '2/2']);
    expect(merged(second, first).buckets).toEqual(expected.buckets);
  });

  it('makes a valid document', () => {
    const validate = new Ajv2020({ strict: false }).compile(resultSchema);
    expect([validate(merged(first, second)), validate.errors]).toEqual([true, null]);
  });

  it('refuses a missing, a doubled, another shard', () => {
    const seed = (document: ResultDocument): ResultDocument =>
      document.campaign ? { ...document, campaign: { ...document.campaign, seed: 9 } } : document;
    expect(refused(first)).toEqual(['0.json: missing: shard 2/2']);
    expect(refused(first, second, second)).toEqual(['2.json: shard 2 is in 1.json too']);
    expect(refused(first, seed(second))).toEqual([
      '1.json: another seed than in 0.json: 9, there 1',
    ]);
    expect(refused(first, { ...second, tool: { name: 'x', version: '2' } })).toEqual([
      '1.json: another version than in 0.json: 2, there 1',
    ]);
    expect(refused(whole, second)[0]).toContain('another number of shards than in 0.json');
  });

  it('joins a matrix: sums, buckets by id, the worse verdict', () => {
    const { campaign: _, ...one } = whole;
    const other: ResultDocument = {
      ...one,
      debug: 'on',
      interrupted: true,
      verdict: 'inconclusive',
      counts: { ...one.counts, new: 0 },
      buckets: [],
      traces: [],
    };
    const document = merged(one, other);
    expect(document.counts.compared).toBe(2 * one.counts.compared);
    expect(document.pairs).toHaveLength(1);
    expect(document.pairs[0].operations[0].compared).toBe(2 * one.pairs[0].operations[0].compared);
    expect(document.buckets).toEqual(one.buckets);
    expect([document.verdict, document.interrupted, document.debug]).toEqual(['new', true, 'both']);
    expect(merged(other).verdict).toBe('inconclusive');
  });

  it('refuses one run twice, and a campaign beside something else', () => {
    const { campaign: _, ...one } = whole;
    expect(refused(one, one)).toEqual(['1.json: the same as 0.json']);
    expect(refused(one, whole)).toEqual(['1.json: is of a fuzzing campaign, others are not']);
  });

  it('keeps a baseline entry stale only where no part met it', () => {
    const entry = { id: 'e', file: 'b', line: 1, reason: 'r', owner: 'o' };
    const matches = (matched: number) => [{ text: 'm', matched, judged: true }];
    const withEntry = (document: ResultDocument, matched: number): ResultDocument => ({
      ...document,
      baseline: {
        files: ['b'],
        entries: [
          {
            ...entry,
            matched,
            matches: matches(matched),
            stale: matched > 0 ? [] : ['it matched nothing'],
          },
        ],
        stale: matched > 0 ? 0 : 1,
      },
    });
    expect(merged(withEntry(first, 0), withEntry(second, 3)).baseline).toEqual({
      files: ['b'],
      entries: [{ ...entry, matched: 3, matches: matches(3), stale: [] }],
      stale: 0,
    });
    expect(merged(withEntry(first, 0), withEntry(second, 0)).baseline.stale).toBe(1);
  });

  it('keeps what is proved, what two parts say alike once', () => {
    const theorem = (first: string, verdict: 'equal' | 'not proved') => ({
      pair: { first, second: 'direct' },
      debug: [false, true],
      verdict,
      combinations: 1,
      assumptions: [],
      conditions: [],
      notProved: [],
    });
    const { campaign: _, ...replayed } = first;
    const one = { ...replayed, theorems: [theorem('legacy', 'equal')] };
    const two = { ...one, counts: second.counts };
    const three = { ...replayed, theorems: [theorem('series-1', 'not proved')] };
    expect(merged(one, two).theorems).toEqual(one.theorems);
    const all = merged(one, { ...three, counts: second.counts });
    expect(all.theorems).toEqual([...one.theorems, ...three.theorems]);
    expect(all.verdict).not.toBe('equal');
  });

  it('joins coverage: counts added, never met only where no part met it', () => {
    const cell = { op: 'o', debug: false, host: 'OWNED', hyp: 'NOPAGE', guest: '-', outcome: '0' };
    const covered = (document: ResultDocument, count: number, never: string[]): ResultDocument => ({
      ...document,
      coverage: {
        implementations: [
          {
            name: 'legacy',
            cells: [{ ...cell, count }],
            neverMet: never,
            branches: [{ name: 'b', count }],
            neverFired: never,
          },
        ],
        missing: never,
      },
    });
    const { coverage } = merged(covered(first, 1, ['x', 'y']), covered(second, 2, ['y']));
    expect(coverage).toEqual({
      implementations: [
        {
          name: 'legacy',
          cells: [{ ...cell, count: 3 }],
          neverMet: ['y'],
          branches: [{ name: 'b', count: 3 }],
          neverFired: ['y'],
        },
      ],
      missing: ['y'],
    });
  });
});
