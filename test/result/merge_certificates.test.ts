// SPDX-License-Identifier: GPL-2.0-only
import { beforeAll, describe, expect, it } from 'vitest';
import type { Explored } from '../../src/explore/certificate/explored.js';
import { mergeDocuments, type ResultDocument, resultValidators } from '../../src/result/index.js';
import { documentOfWorlds } from '../explore/documents.js';
import { explore } from '../explore/helpers.js';
import { DOCUMENTS } from '../report/fixture.js';

let off: Explored;
let on: Explored;
let elsewhere: Explored;

beforeAll(async () => {
  off = await explore({ world: { pages: 1 } });
  on = await explore({ world: { pages: 1, debug: true } });
  elsewhere = await explore({ world: { pages: 1, maxPins: 1 } });
});

function merge(...documents: ResultDocument[]) {
  const parts = documents.map((document, i) => ({ file: `${i}.json`, document }));
  return mergeDocuments(parts, ['pkvm-tracediff', 'merge']);
}

function merged(...documents: ResultDocument[]): ResultDocument {
  const result = merge(...documents);
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.document;
}

function refused(...documents: ResultDocument[]): string[] {
  const result = merge(...documents);
  return result.ok ? [] : result.problems.map(({ file, message }) => `${file}: ${message}`);
}

describe('results of explore', () => {
  it('of debug off and on come to what one run comes to', () => {
    const { command: _command, evidence: _evidence, ...whole } = documentOfWorlds([off, on]);
    const joined = merged(documentOfWorlds([off]), documentOfWorlds([on]));
    const { command, ...rest } = joined;
    expect(command).toEqual(['pkvm-tracediff', 'merge']);
    expect(rest.certificates).toEqual(whole.certificates);
    expect(rest.counts).toEqual(whole.counts);
    expect(rest.buckets).toEqual(whole.buckets);
    expect(rest.verdict).toBe('new');
    expect(resultValidators.validator('document')(JSON.parse(JSON.stringify(joined)))).toBe(true);
  });

  it('are joined with those of traces', () => {
    const { counts, certificates, verdict } = merged(DOCUMENTS.known, documentOfWorlds([on]));
    expect(certificates).toHaveLength(1);
    expect(verdict).toBe('known');
    expect(counts.replays).toBe(DOCUMENTS.known.counts.replays);
    expect(counts.compared).toBe(DOCUMENTS.known.counts.compared + on.certificate.transitions);
  });

  it('of another world are refused, and it is said what differs', () => {
    expect(refused(documentOfWorlds([off]), documentOfWorlds([elsewhere]))).toEqual([
      '1.json: another world (maxPins) than in 0.json: 1, there 2',
    ]);
  });

  it('of one world twice are refused', () => {
    expect(refused(documentOfWorlds([on]), documentOfWorlds([off, on]))).toEqual([
      '1.json: legacy and direct, debug on is in 0.json too',
    ]);
  });

  it('are inconclusive together if one of them is', () => {
    const stopped = { ...on, certificate: { ...on.certificate, complete: false, limit: '1 s' } };
    expect(merged(documentOfWorlds([stopped]), documentOfWorlds([off])).verdict).toBe('new');
    expect(merged(documentOfWorlds([stopped]), DOCUMENTS.equal).verdict).toBe('inconclusive');
  });
});
